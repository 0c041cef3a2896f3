"""Fields through reshapes that split or merge the image's axes equal what bright pixels change."""

from __future__ import annotations

from random import Random
from typing import Any

import keras
import pytest
from keras import layers, ops

from keras_lateral import ReceptiveField, receptive_fields
from tests.backends import BACKEND
from tests.receptive_field.random_rearrangements import LENGTH, RandomRearrangement
from tests.receptive_field.seen_pixels import assert_sees


def checked(seed: int) -> int:
    random = Random(seed)
    drawn = RandomRearrangement(random, random.randint(1, 4))
    field = receptive_fields(drawn.model).layers[-1].field
    if field.whole:  # windows as large as the map
        return 0
    return assert_sees(drawn.model, field, (LENGTH, LENGTH), drawn.turned)


def test_a_unit_of_random_rearrangements_sees_the_pixels_that_change_it() -> None:
    seeds = range(2 if BACKEND == "jax" else 12)
    assert sum(checked(seed) for seed in seeds) > 20 * len(seeds) / 12


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 300, 50))
def test_units_of_many_random_rearrangements_do(first: int) -> None:
    assert sum(checked(seed) for seed in range(first, first + 50)) > 100


def through(change: Any, shape: tuple[int | None, ...] = (16, 16, 1), kernel: int = 3) -> Any:
    image = keras.Input(shape, name="image")
    conv = layers.Conv2D(4, kernel, padding="same", use_bias=False, kernel_initializer="ones")
    return keras.Model(image, change(conv(image)))


def last_field(model: keras.Model) -> ReceptiveField:
    return receptive_fields(model).layers[-1].field


def shuffled(x: Any) -> Any:
    _, h, w, c = x.shape
    x = ops.reshape(x, (-1, h, w, 2, 2, c // 4))
    return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, 2 * h, 2 * w, c // 4))


def test_a_sub_pixel_convolution_sees_what_its_convolution_does() -> None:
    model = through(shuffled)
    field = last_field(model)
    assert (field.size, field.stride) == ((3, 3), (0.5, 0.5))
    assert assert_sees(model, field, (16, 16)) > 3


def attended_windows(x: Any, shift: int = 2) -> Any:
    """A block of a Swin transformer, with windows of 4 x 4."""
    x = ops.roll(x, (-shift, -shift), (1, 2))
    x = ops.transpose(ops.reshape(x, (-1, 4, 4, 4, 4, 4)), (0, 1, 3, 2, 4, 5))
    x = ops.reshape(x, (-1, 16, 4))
    x = layers.MultiHeadAttention(1, 4)(x, x)
    x = ops.transpose(ops.reshape(x, (-1, 4, 4, 4, 4, 4)), (0, 1, 3, 2, 4, 5))
    return ops.roll(ops.reshape(x, (-1, 16, 16, 4)), (shift, shift), (1, 2))


def test_attention_within_shifted_windows_sees_the_window() -> None:
    field = last_field(through(attended_windows, kernel=1))
    # Windows begin at 2, 6 and 10; one lies across the border and holds both ends.
    regions = [field.region((unit, 7))[0] for unit in range(16)]
    assert regions == [(0, 15)] * 2 + [(2, 5)] * 4 + [(6, 9)] * 4 + [(10, 13)] * 4 + [(0, 15)] * 2
    assert not field.whole


def test_attention_written_as_products_sees_the_whole_sequence() -> None:
    def attended(x: Any) -> Any:
        x = layers.Reshape((256, 4))(x)
        scores = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))))
        x = layers.Reshape((16, 16, 4))(ops.matmul(scores, x))
        return ops.einsum("bhwc,cd->bhwd", x, ops.ones((4, 2)))

    assert last_field(through(attended)).region((3, 3)) == ((0, 15), (0, 15))


def test_attention_along_one_axis_leaves_the_other_alone() -> None:
    def attended(x: Any) -> Any:
        return layers.MultiHeadAttention(1, 2, attention_axes=2)(x, x)

    assert last_field(through(attended)).region((3, 3)) == ((2, 4), (0, 15))


@pytest.mark.skipif(not hasattr(ops.nn, "depth_to_space"), reason="since Keras 3.14")
@pytest.mark.parametrize("order", ["channels_last", "channels_first"])
def test_depth_to_space_and_space_to_depth_are_such_chains(order: str) -> None:
    if order == "channels_first" and BACKEND == "tensorflow":
        pytest.skip("TensorFlow has it on GPUs only")
    image = keras.Input((16, 16, 4) if order == "channels_last" else (4, 16, 16))
    x = layers.Conv2D(4, 3, padding="same", data_format=order)(image)
    deep = ops.nn.space_to_depth(x, 4, data_format=order)
    assert last_field(keras.Model(image, deep)).size == (6, 6)
    back = ops.nn.depth_to_space(deep, 4, data_format=order)
    conv = layers.Conv2D(4, 3, padding="same", data_format=order)(back)
    assert last_field(keras.Model(image, conv)) == ReceptiveField((5, 5), (1, 1), (2, 2))
    up = ops.nn.depth_to_space(x, 2, data_format=order)
    assert last_field(keras.Model(image, up)).stride == (0.5, 0.5)


def test_channels_that_were_places_count_as_one_unit() -> None:
    deep = last_field(through(layers.Reshape((16, 4, 16))))
    assert (deep.size, deep.stride) == ((3, 6), (1, 4))


def test_a_flattened_map_beside_numbers_sees_the_whole_image() -> None:
    flat = through(layers.Flatten())
    numbers = keras.Input((5,), name="numbers")
    joined = layers.Concatenate(name="joined")([flat.outputs[0], numbers])
    fields = receptive_fields(keras.Model([*flat.inputs, numbers], layers.Dense(2)(joined)))
    assert fields["joined"].whole
    assert fields["joined"].region(3) == ((0, 15), (0, 15))


def test_an_image_that_was_flattened_and_put_back_keeps_its_places() -> None:
    def there_and_back(x: Any) -> Any:
        return layers.Reshape((16, 16, 4))(layers.Dropout(0.1)(layers.Flatten()(x)))

    assert last_field(through(there_and_back)) == ReceptiveField((3, 3), (1, 1), (1, 1))


def test_one_row_of_a_map_sees_what_it_did() -> None:
    assert last_field(through(lambda x: x[:, 5])).region((0, 3)) == ((4, 6), (2, 4))
    assert last_field(through(lambda x: ops.unstack(x, axis=1)[-1])).region((0, 3))[1] == (2, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (layers.Reshape((12, 25, 4), name="odd"), "'odd' (Reshape).* pieces of unequal lengths"),
        (
            lambda x: layers.Conv2D(1, 3, name="conv")(ops.reshape(x, (-1, 8, 8, 4))),
            "'conv' (Conv2D).*pieces of the image's axes",
        ),
        (
            lambda x: layers.Add(name="sum")(
                [layers.Reshape((256, 4))(x), layers.Reshape((256, 4))(ops.swapaxes(x, 1, 2))]
            ),
            "'sum' (Add).*different orders",
        ),
        (lambda x: ops.cumsum(x, axis=1), r"cumsum\w* (Cumsum)"),
        (lambda x: ops.tile(x, (1, 2, 1, 1)), r"tile\w* (Tile)"),
        (lambda x: ops.take(x, [3, 1], axis=1), "'take.* in any order"),
    ],
)
def test_what_has_no_regular_pattern_is_refused_by_name(change: Any, message: str) -> None:
    shape = (15, 20, 1) if "unequal" in message else (16, 16, 1)
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        receptive_fields(through(change, shape))


def test_a_shuffle_of_images_of_any_size_needs_the_size_only_where_it_matters() -> None:
    def tokens(x: Any) -> Any:
        return layers.Dense(3, name="dense")(layers.Reshape((-1, 4))(x))

    model = through(tokens, (None, None, 1))
    assert receptive_fields(model)["dense"].size == (3, 3)
    assert receptive_fields(model, (16, 16))["dense"].region((2, 3)) == ((1, 3), (2, 4))
