"""Masks that the library does not have, as small prototypes to try out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_lateral.ops import (
    GradientMaskSettings,
    inhibition_response,
    masked_gradient,
    minicolumn_norms,
)

MAP = (1, 2)  # the spatial axes


def with_backward(x: Any, transform: Callable[[Any], Any]) -> Any:
    """Returns `x`, with `transform` applied to its gradient."""

    @ops.custom_gradient
    def identity(values: Any) -> Any:
        def backward(*args: Any, upstream: Any = None) -> Any:
            if upstream is None:
                (upstream,) = args
            return transform(upstream)

        return values, backward

    return identity(x)


def rescaled(gradient: Any, **arguments: Any) -> Any:
    """Returns a * g * ||g|| / ||a * g||: the norm of every sample's gradient is kept."""
    passed = masked_gradient(gradient, **arguments)
    before, after = _norms(gradient), _norms(passed)
    return passed * ops.where(after > 0, before / ops.where(after > 0, after, 1.0), 1.0)


def soft(gradient: Any, threshold: float, threshold_mode: str, **arguments: Any) -> Any:
    """Returns g * |delta| / (|delta| + level), with level = threshold * mean |delta|."""
    assert threshold_mode == "mean"
    norms = minicolumn_norms(gradient, arguments["feature_sets"])
    delta = ops.abs(inhibition_response(norms, GradientMaskSettings(**arguments)))
    level = threshold * ops.mean(delta, axis=MAP, keepdims=True)
    total = delta + level
    return gradient * ops.where(total > 0, delta / ops.where(total > 0, total, 1.0), 1.0)


def _norms(gradient: Any) -> Any:
    return ops.sqrt(ops.sum(ops.square(gradient), axis=(*MAP, 3), keepdims=True))


class Prototype(keras.layers.Layer):
    """The identity; in training, `transform(gradient, **arguments)` in the backward pass."""

    def __init__(self, transform: Callable[..., Any], arguments: dict[str, Any]) -> None:
        super().__init__()
        self.transform, self.arguments = transform, arguments
        self.enabled = True  # read when the function is traced: for evaluation only

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training or not self.enabled:
            return inputs
        return with_backward(inputs, lambda g: self.transform(g, **self.arguments))


class RandomMask(keras.layers.Layer):
    """The identity; in training, a random share of the positions gets no gradient."""

    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self.share, self.enabled = share, True
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training or not self.enabled:
            return inputs
        shape = (*ops.shape(inputs)[:3], 1)
        keep = keras.random.uniform(shape, seed=self.seed_generator) >= self.share
        return with_backward(inputs, lambda g: g * ops.cast(keep, g.dtype))


TRANSFORMS = {"rescaled": rescaled, "soft": soft}
