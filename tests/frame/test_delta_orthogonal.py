"""Keras' layers start as tight frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import DeltaOrthogonal
from tests.backends import fewer, to_numpy

CASES: list[tuple[str, Any, tuple[int, ...], dict[str, Any]]] = [
    # the layer's class, its arguments without the initializer, the map, the initializer's arguments
    ("Dense", (7,), (4,), {}),
    ("Dense", (3,), (4,), {"gain": 2.0}),
    ("Conv1D", (4, 4), (6, 3), {}),
    ("Conv1D", (5, 3, 2), (8, 2), {"strides": 2, "gain": 0.5}),
    ("Conv2D", (3, 3), (4, 5, 5), {}),
    ("Conv2D", (9, 4, 2), (4, 4, 2), {"strides": 2}),
    ("Conv2D", (5, (2, 3), (1, 2)), (3, 4, 2), {"strides": (1, 2), "kind": "convolution"}),
    ("Conv3D", (3, 2), (2, 3, 2, 2), {}),
    ("DepthwiseConv2D", (3,), (4, 4, 3), {"kind": "depthwise"}),
    ("DepthwiseConv2D", ((3, 2), 2), (4, 4, 2), {"kind": "depthwise", "strides": 2}),
    ("DepthwiseConv1D", (3,), (5, 3), {"kind": "depthwise", "gain": 3.0}),
    ("Conv1DTranspose", (3, 4, 2), (3, 4), {"kind": "transposed", "strides": 2}),
    ("Conv2DTranspose", (3, 3), (3, 4, 2), {"kind": "transposed"}),
    ("Conv2DTranspose", (2, 3, 2), (2, 3, 5), {"kind": "transposed", "strides": 2}),
]


def build(name: str, arguments: Any, shape: tuple[int, ...], own: dict[str, Any]) -> Any:
    what = "depthwise" if name.startswith("Depthwise") else "kernel"
    settings: dict[str, Any] = {f"{what}_initializer": DeltaOrthogonal(seed=0, **own)}
    if name != "Dense":
        settings["padding"] = "same"
    layer = getattr(layers, name)(*arguments, use_bias=False, **settings)
    layer.build((None, *shape))
    return layer


def matrix_of(layer: Any, shape: tuple[int, ...]) -> np.ndarray:
    """W, from the layer's outputs for the unit vectors."""
    size = int(np.prod(shape))
    units = np.eye(size, dtype="float32").reshape(size, *shape)
    return to_numpy(layer(units)).astype("float64").reshape(size, -1).T


@pytest.mark.parametrize(("name", "arguments", "shape", "own"), fewer(CASES), ids=str)
def test_singular_values_of_a_layer_are_the_gain(
    name: str, arguments: Any, shape: tuple[int, ...], own: dict[str, Any]
) -> None:
    layer = build(name, arguments, shape, own)
    sigma = np.linalg.svd(matrix_of(layer, shape), compute_uv=False)
    np.testing.assert_allclose(sigma, own.get("gain", 1.0), rtol=1e-5)


@pytest.mark.parametrize(("size", "dilation"), [(2, 1), (4, 1), (3, 2), (2, 2), (4, 2), (2, 3)])
def test_only_an_even_kernel_with_dilation_loses_what_it_shifts_over_the_border(
    size: int, dilation: int
) -> None:
    settings = {"dilation_rate": dilation, "padding": "same", "use_bias": False}
    layer = layers.Conv1D(2, size, kernel_initializer=DeltaOrthogonal(seed=0), **settings)
    layer.build((None, 8, 2))
    sigma = np.linalg.svd(matrix_of(layer, (8, 2)), compute_uv=False)
    offsets = [tap * dilation - dilation * (size - 1) // 2 for tap in range(size)]
    lost = 2 * abs(offsets[(size - 1) // 2])
    np.testing.assert_allclose(sigma, [1.0] * (16 - lost) + [0.0] * lost, atol=1e-5)
    assert (0 in offsets) == (size % 2 == 1 or dilation == 1) == (lost == 0)


def test_each_group_of_a_layer_starts_tight() -> None:
    initializer = DeltaOrthogonal(groups=2, seed=0)
    layer = layers.Conv1D(6, 3, groups=2, kernel_initializer=initializer)
    layer.build((None, 5, 4))
    kernel = to_numpy(layer.kernel.value)
    halves = [kernel[1, :, :3], kernel[1, :, 3:]]
    for half in halves:
        np.testing.assert_allclose(half @ half.T, np.eye(2), atol=1e-6)
    assert np.abs(halves[0] - halves[1]).max() > 1e-3


def test_it_is_reproducible_as_keras_initializers_are() -> None:
    shape = (3, 3, 2, 4)
    one, other = DeltaOrthogonal(seed=1), DeltaOrthogonal(seed=1)
    np.testing.assert_array_equal(to_numpy(one(shape)), to_numpy(one(shape)))
    np.testing.assert_array_equal(to_numpy(one(shape)), to_numpy(other(shape)))
    unseeded = [to_numpy(DeltaOrthogonal()(shape)) for _ in range(2)]
    assert np.abs(unseeded[0] - unseeded[1]).max() > 1e-3
    keras.utils.set_random_seed(4)
    first = to_numpy(DeltaOrthogonal()(shape))
    keras.utils.set_random_seed(4)
    np.testing.assert_array_equal(to_numpy(DeltaOrthogonal()(shape)), first)
    generator = DeltaOrthogonal(seed=keras.random.SeedGenerator(1))
    assert np.abs(to_numpy(generator(shape)) - to_numpy(generator(shape))).max() > 1e-3


def test_its_registered_name_and_its_config_lead_back_to_it() -> None:
    one = DeltaOrthogonal(gain=2.0, kind="transposed", strides=(2, 1), seed=3)
    assert keras.saving.get_registered_name(DeltaOrthogonal) == "keras_lateral>DeltaOrthogonal"
    again = keras.initializers.deserialize(keras.initializers.serialize(one))
    assert type(again) is DeltaOrthogonal
    assert again.get_config() == one.get_config()
    shape = (3, 3, 2, 4)
    np.testing.assert_array_equal(to_numpy(again(shape)), to_numpy(one(shape)))


def test_a_saved_model_loads_with_it(tmp_path: Path) -> None:
    conv = layers.Conv1D(4, 3, strides=2, kernel_initializer=DeltaOrthogonal(strides=2, seed=1))
    model = keras.Sequential([keras.Input((8, 2)), conv])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert again.kernel_initializer.get_config() == conv.kernel_initializer.get_config()
    np.testing.assert_array_equal(to_numpy(again.kernel.value), to_numpy(conv.kernel.value))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"gain": 0}, r"`gain`.*gain=0"),
        ({"gain": "one"}, r"`gain`.*gain='one'"),
        ({"kind": "pointwise"}, r"`kind`.*'pointwise'"),
        ({"strides": 0}, r"`strides`.*strides=0"),
        ({"groups": 2, "kind": "depthwise"}, r"`groups`.*groups=2"),
        ({"seed": "now"}, r"seed"),
    ],
)
def test_arguments_are_checked(arguments: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        DeltaOrthogonal(**arguments)


def test_strides_for_another_rank_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`strides`.*\(3, 2, 2\)"):
        DeltaOrthogonal(strides=(2, 2))((3, 2, 2))
