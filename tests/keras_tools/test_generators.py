"""Every layer of Keras that draws draws the same in a model and in its copy, wherever it stands."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.generators import drawing_generators, seed_generators

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, (8, 9, 9, 3)).astype("float32")
SERIES = RNG.normal(size=(4, 5, 6)).astype("float32")
FILMS = RNG.normal(size=(2, 3, 6, 6, 2)).astype("float32")

RECURRENT: dict[str, Any] = {"units": 3, "dropout": 0.5, "recurrent_dropout": 0.5}
CONVOLUTIONAL: dict[str, Any] = {"filters": 2, "kernel_size": 1, "dropout": 0.5}

ARGUMENTS: dict[str, dict[str, Any]] = {
    "Attention": {"dropout": 0.5},
    "GroupQueryAttention": {
        "head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1, "dropout": 0.5
    },
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2, "dropout": 0.5},
    "GaussianNoise": {"stddev": 1.0},
    "RandomColorJitter": {
        "brightness_factor": 0.5, "contrast_factor": 0.5, "saturation_factor": 0.5,
        "hue_factor": 0.5,
    },
    "RandomCrop": {"height": 4, "width": 4},
    "RandomPosterization": {"factor": 4},
    "RandomShear": {"x_factor": 0.5, "y_factor": 0.5},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.3},
    "RandomZoom": {"height_factor": 0.5},
    "RandomErasing": {"factor": 0.9},
    "RandomPerspective": {"factor": 0.9},
    "Solarization": {"addition_factor": 0.5, "threshold_factor": 0.5},
    **dict.fromkeys(("GRU", "LSTM", "SimpleRNN"), RECURRENT),
    **dict.fromkeys(("GRUCell", "LSTMCell", "SimpleRNNCell"), RECURRENT),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), CONVOLUTIONAL),
}  # fmt: skip
OTHERS = {"rate": 0.5, "factor": 0.5}
LAYERS = sorted(
    name
    for name, found in vars(layers).items()
    if inspect.isclass(found)
    and "seed" in inspect.signature(found).parameters
    and name not in ("JaxLayer", "FlaxLayer")  # what they draw is their function's affair
)
if keras.config.backend() != "tensorflow":  # op by op, the others take minutes
    LAYERS = ["Dropout", "RandomBrightness", "RandomFlip", "SpatialDropout2D"]


def made(name: str) -> keras.layers.Layer:
    kind = getattr(layers, name)
    known = inspect.signature(kind).parameters
    needed = {key: value for key, value in OTHERS.items() if key in known}
    layer = kind(**(ARGUMENTS.get(name) or needed), name="drawing")
    return layers.RNN(layer, name="around") if name.endswith("Cell") else layer


def called(layer: keras.layers.Layer, name: str) -> np.ndarray:
    random.seed(0)  # by which AugMix chooses, and which a training seeds too
    if name in ("CutMix", "MixUp"):
        labels = np.eye(8, dtype="float32")
        y = layer({"images": IMAGES, "labels": labels}, training=True)["images"]
    elif "Attention" in name:
        y = layer(*[[SERIES, SERIES]] if name == "Attention" else [SERIES] * 2, training=True)
    elif "3D" in name:
        y = layer(FILMS[:, :, None] if "LSTM" in name else FILMS, training=True)
    elif "LSTM2D" in name:
        y = layer(FILMS, training=True)
    else:
        series = "1D" in name or name.removesuffix("Cell") in ("GRU", "LSTM", "SimpleRNN")
        x = SERIES[..., None] if name == "ConvLSTM1D" else SERIES if series else IMAGES
        y = layer(x, training=True)
    return np.asarray(ops.convert_to_numpy(y))


@pytest.mark.parametrize("name", LAYERS)
def test_a_copied_layer_draws_what_the_first_one_draws(name: str) -> None:
    layer, copy = made(name), made(name)  # some of Keras' layers do not take their own config
    if not name.startswith(("Rand", "Aug", "Cut", "Mix")):  # those have no weights
        called(layer, name)
        called(copy, name)
        copy.set_weights(layer.get_weights())
    first = drawing_generators(keras.Sequential([layer]))
    assert first, f"{name} draws, but no generator of it is found"
    seed_generators(keras.Sequential([layer]), 5, first)
    expected = called(layer, name)
    changed = keras.Sequential([layers.Dropout(0.1), layers.RandomFlip(), copy])
    seed_generators(changed, 5, first)
    np.testing.assert_array_equal(called(copy, name), expected)
    seed_generators(changed, 6, first)
    assert not np.array_equal(called(copy, name), expected)


@keras.saving.register_keras_serializable(package="test_generators")
class Noisy(layers.Layer):
    """Holds generators in all the ways that a user may."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mine = keras.random.SeedGenerator(1)
        self.several = [keras.random.SeedGenerator(2), {"a": keras.random.SeedGenerator(3)}]
        self.blocks = [layers.Dropout(0.5)]

    def call(self, x: Any) -> Any:
        return x


def build() -> keras.Model:
    inner = keras.Sequential([layers.GaussianNoise(0.1), Noisy()])
    return keras.Sequential(
        [keras.Input((4,)), layers.Dropout(0.5), inner, layers.Dropout(0.5), layers.Dense(2)]
    )


def states(model: keras.Model) -> list[list[int]]:
    return [np.asarray(generator.state).tolist() for _, generator in drawing_generators(model)]


def cloned(model: keras.Model) -> keras.Model:
    return keras.models.clone_model(model)


def built_again(model: keras.Model) -> keras.Model:
    del model
    return build()


def within_another(model: keras.Model) -> keras.Model:
    return keras.Sequential([keras.Input((4,)), keras.models.clone_model(model)])


@pytest.mark.parametrize("change", [cloned, built_again, within_another])
def test_copies_and_models_built_again_are_seeded_alike(
    change: Callable[[keras.Model], keras.Model],
) -> None:
    model = build()
    first = drawing_generators(model)
    assert len(first) == len({id(generator) for _, generator in first}) == 7
    seed_generators(model, 3, first)
    expected = states(model)
    assert len({tuple(state) for state in expected}) == 7
    other = change(model)
    seed_generators(other, 3, first)
    assert states(other) == expected


def test_a_layer_that_a_method_adds_shifts_no_other() -> None:
    model = build()
    first = drawing_generators(model)
    seed_generators(model, 3, first)
    expected = states(model)
    added = layers.Dropout(0.5)
    longer = keras.Sequential([keras.Input((4,)), added, *cloned(model).layers])
    seed_generators(longer, 3, first)
    own, *rest = states(longer)
    assert rest == expected
    assert own not in expected
    in_place = keras.Sequential([keras.Input((4,)), added, *model.layers])
    seed_generators(in_place, 3, first)
    assert states(in_place) == [own, *expected]


class Strength(Penalty):
    def penalty(self, kernel: Any, draw: Any) -> Any:
        return ops.sum(kernel)


def test_state_that_is_no_seed_is_left_alone() -> None:
    """A regularizer is a seed generator only so that Keras tracks its strength."""
    dense = layers.Dense(2, kernel_regularizer=Strength(0.25))
    model = keras.Sequential([keras.Input((4,)), dense, layers.Dropout(0.5)])
    first = drawing_generators(model)
    assert [place[-1] for place, _ in first] == ["seed_generator"]
    seed_generators(model, 0, first)
    state = ops.convert_to_numpy(dense.kernel_regularizer.state)
    np.testing.assert_array_equal(state[:2], [0.25, 0])


def test_a_layer_named_after_another_draws_the_same_however_often_keras_has_counted() -> None:
    def drawn() -> bytes:
        keras.layers.Dense(1)  # Keras counts on
        dense = layers.Dense(2)
        dropout = layers.Dropout(0.5, name=f"{dense.name}_dropout")
        seed_generators(keras.Sequential([keras.Input((4,)), dense, dropout]), 0, [])
        return ops.convert_to_numpy(dropout.seed_generator.state.value).tobytes()

    assert drawn() == drawn()
