"""A unit's calculated field is where the walk through the graph finds it."""

from __future__ import annotations

import keras
import pytest
from keras import layers

from keras_lateral import ReceptiveField
from keras_lateral.receptive_field.effective import calculated_field


def model(*shape: int | None) -> keras.Model:
    inner = keras.Sequential(
        [keras.Input((None, None, 4)), layers.Conv2D(4, 3, name="deep")], name="inner"
    )
    return keras.Sequential(
        [
            keras.Input((*shape, 1)),
            layers.Conv2D(4, 3, strides=2, padding="same", name="conv"),
            inner,
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(2, name="dense"),
        ]
    )


def test_it_is_the_region_of_the_unit() -> None:
    # An even length: zeros only after the last pixel. Units u, v of `conv` begin at 2u, 2v.
    assert calculated_field(model(16, 16), "conv", (1, 7), (16, 16)) == ((2, 4), (14, 16))
    assert calculated_field(model(16, 16), "inner/deep", (0, 1), (16, 16)) == ((0, 6), (2, 8))


def test_for_images_of_any_size_the_padding_follows_from_the_given_one() -> None:
    assert calculated_field(model(None, None), "conv", (0, 0), (16, 15)) == ((0, 2), (-1, 1))


@pytest.mark.parametrize("name", ["mean", "dense"])
def test_a_layer_without_a_map_sees_the_whole_image(name: str) -> None:
    assert calculated_field(model(16, 12), name, (), (16, 12)) == ((0, 15), (0, 11))


def test_axes_missing_from_the_map_are_seen_entirely() -> None:
    rows = ReceptiveField(size=(8, 3), stride=(0, 2), padding=(0, 1))
    assert calculated_field(model(8, 9), "rows", (2,), (8, 9), rows) == ((0, 7), (3, 5))


def test_a_given_field_is_used_and_none_gives_none() -> None:
    given = ReceptiveField(size=(5, 5), stride=(1, 1), padding=(2, 2))
    assert calculated_field(model(8, 8), "conv", (0, 3), (8, 8), given) == ((-2, 2), (1, 5))
    assert calculated_field(model(8, 8), "conv", (0, 3), (8, 8), None) is None


def test_a_field_that_cannot_be_calculated_causes_a_warning() -> None:
    with pytest.warns(UserWarning, match="for layer 'nowhere', .* The reason: No layer is called"):
        assert calculated_field(model(8, 8), "nowhere", (0, 0), (8, 8)) is None


def test_a_position_in_a_sequence_of_tokens_is_none_on_the_image() -> None:
    tokens = [layers.Conv2D(4, 3, name="conv"), layers.Reshape((36, 4), name="tokens")]
    sequence = keras.Sequential([keras.Input((8, 8, 1)), *tokens])
    with pytest.warns(UserWarning, match="along other axes than the image's"):
        assert calculated_field(sequence, "tokens", (7,), (8, 8)) is None
