"""The masked convolutions with one toy size each, and the plain layers they are compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_lateral import layers
from tests import reference

MASK: dict[str, Any] = {
    "sigma": 0.8,
    "feature_sets": 2,
    "threshold": 0.4,
    "threshold_mode": "max",
}

JIT = {"tensorflow": [False, True], "jax": [True]}.get(keras.config.backend(), [False])
"""Values of `jit_compile` to train with. JAX without it compiles every operation separately."""


@dataclass(frozen=True)
class Case:
    """`name` is that of the Keras layer."""

    name: str
    input_shape: tuple[int, ...]
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def plain_class(self) -> type:
        return getattr(keras.layers, self.name)

    @property
    def masked_class(self) -> type:
        return getattr(layers, f"GradientMask{self.name}")

    def masked(self, **kwargs: Any) -> Any:
        return self.masked_class(**{**self.arguments, **MASK, **kwargs})

    def pair(self, **kwargs: Any) -> tuple[Any, Any]:
        """A masked layer and a plain one with the same weights."""
        masked, plain = self.masked(**kwargs), self.plain_class(**self.arguments)
        for layer in (masked, plain):
            layer.build(self.input_shape)
        # A bias of zeros would hide that it is left out.
        random = np.random.default_rng(2)
        masked.set_weights([random.normal(size=w.shape) / 2 for w in masked.get_weights()])
        plain.set_weights(masked.get_weights())
        return masked, plain

    @property
    def x(self) -> np.ndarray:
        return normal(self.input_shape, 0)

    @property
    def upstream(self) -> np.ndarray:
        shape = self.plain_class(**self.arguments).compute_output_shape(self.input_shape)
        return normal(shape, 1)


CASES = [
    Case("Conv1D", (2, 9, 4), {"filters": 4, "kernel_size": 3, "padding": "causal"}),
    Case("Conv2D", (2, 6, 5, 4), {"filters": 4, "kernel_size": 3, "activation": "relu"}),
    Case("Conv3D", (2, 4, 5, 4, 2), {"filters": 4, "kernel_size": 2, "strides": 1}),
    Case("DepthwiseConv1D", (2, 9, 4), {"kernel_size": 3, "padding": "same"}),
    Case("DepthwiseConv2D", (2, 6, 5, 2), {"kernel_size": 3, "depth_multiplier": 2}),
    Case("SeparableConv1D", (2, 9, 4), {"filters": 4, "kernel_size": 3}),
    Case("SeparableConv2D", (2, 6, 5, 4), {"filters": 4, "kernel_size": 3, "strides": 1}),
    Case("Conv1DTranspose", (2, 5, 4), {"filters": 4, "kernel_size": 3, "strides": 2}),
    Case("Conv2DTranspose", (2, 3, 4, 4), {"filters": 4, "kernel_size": 3, "strides": 2}),
    Case("Conv3DTranspose", (2, 2, 3, 3, 2), {"filters": 4, "kernel_size": 2}),
]

CONV2D = CASES[1]


def normal(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def masked(gradient: np.ndarray, **arguments: Any) -> np.ndarray:
    """The masked gradient of the second derivation, where float32 leaves no doubt about it."""
    mask = reference.gradient_mask(gradient, **{**MASK, **arguments})
    assert not mask.ties.any()
    assert mask.passes.any()
    assert not mask.passes.all()
    return reference.masked_gradient(gradient, mask.passes)
