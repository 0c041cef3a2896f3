"""A small model with every kind of kernel, and a second derivation of pruning, by sorting lists."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from tests.backends import to_numpy

KINDS = {"conv": 0, "grouped": 0, "depthwise": 1, "separable": 1, "transposed": 2, "dense": 0}
"""Axes of a kernel's filters: 0 is the last axis, 1 the last two, 2 the last but one."""


def new_model(**arguments: Any) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(4, 3, name="conv", **arguments),
            layers.BatchNormalization(),
            layers.Conv2D(4, 2, groups=2, name="grouped", **arguments),
            layers.DepthwiseConv2D(2, depth_multiplier=2, name="depthwise"),
            layers.SeparableConv2D(3, 2, name="separable"),
            layers.Conv2DTranspose(3, 2, name="transposed"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, name="dense"),
        ],
        name="small",
    )
    return with_weights(model)


def small_model(**arguments: Any) -> keras.Model:
    """Returns a model with two kernels, for tests that do not depend on their kind."""
    conv = layers.Conv2D(3, 3, name="conv", **arguments)
    dense = layers.Dense(3, name="dense")
    inputs = keras.Input((5, 5, 2))
    return with_weights(keras.Sequential([inputs, conv, layers.Flatten(), dense], name="small"))


def with_weights(model: keras.Model) -> keras.Model:
    """Returns the model with kernels that are the same on every backend."""
    rng = np.random.default_rng(1)
    for variable in model.weights:
        if "kernel" in variable.name:
            variable.assign(0.3 * rng.normal(size=tuple(variable.shape)))
    return model


X = np.random.default_rng(0).normal(size=(16, 5, 5, 2)).astype("float32")
Y = np.random.default_rng(1).normal(size=(16, 3)).astype("float32")


def kernels(model: keras.Model) -> dict[str, np.ndarray]:
    """Returns a copy of every kernel's values, found by the names of the variables."""
    return {
        f"{layer.name}/{variable.name}": to_numpy(variable.value).copy()
        for layer in model.layers
        for variable in layer.weights
        if "kernel" in variable.name
    }


def others(model: keras.Model) -> list[np.ndarray]:
    return [to_numpy(v.value).copy() for v in model.weights if "kernel" not in v.name]


def filters_of(name: str, values: np.ndarray) -> list[np.ndarray]:
    """Returns the filters of a kernel as views, one for each output channel."""
    kind = 0 if "pointwise" in name else KINDS[name.split("/")[0]]
    if kind == 0:
        return [values[..., i] for i in range(values.shape[-1])]
    if kind == 2:
        return [values[..., i, :] for i in range(values.shape[-2])]
    return [values[..., i, j] for i in range(values.shape[-2]) for j in range(values.shape[-1])]


def pruned_by_sorting(
    before: dict[str, np.ndarray], sparsity: float, scope: str, structure: str | None
) -> dict[str, np.ndarray]:
    """Returns what pruning should leave, by sorting a list of views into the kernels."""
    after = {name: values.copy() for name, values in before.items()}
    units: list[tuple[float, np.ndarray]] = []
    for name, values in after.items():
        if structure is None:
            flat = values.reshape(-1)
            own = [(abs(float(flat[i])), flat[i : i + 1]) for i in range(flat.size)]
        else:
            own = [
                (float(np.linalg.norm(f.astype("float64")) / f.size**0.5), f)
                for f in filters_of(name, values)
            ]
            own.sort(key=lambda unit: unit[0])
            own[-1] = (np.inf, own[-1][1])  # the largest filter stays
        if scope == "layer":
            zero_the_first(own, sparsity)
        units += own
    if scope == "global":
        zero_the_first(units, sparsity)
    return after


def zero_the_first(units: list[tuple[float, np.ndarray]], sparsity: float) -> None:
    for size, view in sorted(units, key=lambda unit: unit[0])[: round(sparsity * len(units))]:
        if size < np.inf:
            view[...] = 0
