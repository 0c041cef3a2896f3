"""Regularizers that are computed for another operator than that of their layer."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.layer_kernels import kernels_of_model


def other_operators(model: Any) -> Iterator[str]:
    """Yields a sentence for each regularizer that was not given what its layer has.

    A regularizer sees the kernel alone, so one that is given to a layer when it is made, without
    the layer's strides, groups or kind, is computed for an operator without them.

    Args:
        model: Any model. Layers that are not built are left out.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer
    >>> conv = keras.layers.Conv2D(4, 3, 2, kernel_regularizer=FrameRegularizer(), name="conv")
    >>> (sentence,) = other_operators(keras.Sequential([keras.Input((8, 8, 3)), conv]))
    >>> sentence[:74]
    "the FrameRegularizer of 'conv' is computed with strides=1, not strides=(2,"
    """
    for kernel in kernels_of_model(model):
        penalty = kernel.regularizer if kernel.layer.built else None
        while isinstance(penalty, Penalty):
            found = penalty.differences(kernel.geometry, tuple(kernel.variable.shape))
            if found:
                own = ", ".join(f"{name}={mine!r}" for name, (mine, _) in found.items())
                its = ", ".join(f"{name}={theirs!r}" for name, (_, theirs) in found.items())
                yield (
                    f"the {type(penalty).__name__} of {kernel.label!r} is computed with {own}, "
                    f"not {its} as the layer has: give it these when it is made, or use "
                    "`attach_regularizer`, which reads them"
                )
            penalty = penalty.beside


def warn_of_other_operators(model: Any, stacklevel: int) -> None:
    """Warns of the regularizers that `other_operators` finds; `stacklevel` as for `warn`."""
    for sentence in other_operators(model):
        warnings.warn(
            f"{sentence[0].upper()}{sentence[1:]}.", UserWarning, stacklevel=stacklevel + 1
        )
