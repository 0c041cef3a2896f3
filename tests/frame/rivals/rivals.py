"""The rivals of the frame regularizer, with other arguments than the defaults, and layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

import keras_lateral
from keras_lateral.frame.penalty import Penalty

RIVALS: dict[str, dict[str, Any]] = {
    "SoftOrthogonality": {"squared": False},
    "SpectralRestrictedIsometry": {"squared": False, "power_steps": 2},
    "OrthogonalConvolution": {"squared": True, "padding": "published"},
    "MinimumHypersphericalEnergy": {"power": 2, "angular": True, "half_space": True},
}


def rival(name: str, **arguments: Any) -> Penalty:
    return getattr(keras_lateral, name)(**arguments)


def with_own_arguments(name: str, **arguments: Any) -> Penalty:
    return rival(name, **RIVALS[name], **arguments)


OF_FILTERS = [name for name in RIVALS if name != "OrthogonalConvolution"]
"""Those that take no strides and no dilation rate."""


def taken_by(name: str, **settings: Any) -> dict[str, Any]:
    """The settings of a layer that a rival takes."""
    unused = {"strides", "dilation_rate"} if name in OF_FILTERS else set()
    return {key: value for key, value in settings.items() if key not in unused}


def a_model() -> keras.Model:
    """Layers of every kind, one after the other."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 4)),
            layers.Conv2D(6, 3, strides=2, groups=2, padding="same", name="grouped"),
            layers.DepthwiseConv2D((2, 3), depth_multiplier=2, padding="same", name="depthwise"),
            layers.SeparableConv2D(4, 2, strides=2, depth_multiplier=2, name="separable"),
            layers.Conv2DTranspose(3, (3, 2), strides=2, padding="same", name="transposed"),
            layers.Reshape((16, 3)),
            layers.Conv1D(5, 4, dilation_rate=2, padding="causal", name="dilated"),
            layers.Flatten(),
            layers.Dense(3, name="dense"),
        ]
    )


NAMES = ["grouped", "depthwise", "separable", "transposed", "dilated", "dense"]

GEOMETRIES: dict[str, dict[str, Any]] = {
    "grouped": {"kind": "convolution", "strides": 2, "groups": 2},
    "depthwise": {"kind": "depthwise"},
    "separable/depthwise": {"kind": "depthwise", "strides": 2},
    "separable/pointwise": {"kind": "convolution"},
    "transposed": {"kind": "transposed", "strides": 2},
    "dilated": {"kind": "convolution", "dilation_rate": 2},
    "dense": {"kind": "dense"},
}
"""The settings of the layers of `a_model`, written by hand."""


def kernel_of(model: keras.Model, label: str) -> keras.Variable:
    name, _, part = label.partition("/")
    return getattr(model.get_layer(name), f"{part}_kernel" if part else "kernel")


def a_kernel(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")
