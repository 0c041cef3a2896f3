"""Layers whose kernels act like convolutions, but are none that this library knows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_kernels import layer_kernels

OTHER_MATRICES = (
    keras.layers.RNN,
    keras.layers.Bidirectional,
    keras.layers.MultiHeadAttention,
    keras.layers.GroupQueryAttention,
    keras.layers.EinsumDense,
)
"""Layers that multiply by matrices of their own, like a dense layer."""

NO_CONVOLUTIONS = (keras.layers.EinsumDense, keras.layers.Embedding)


def unreached_kernels(model: Any) -> list[keras.layers.Layer]:
    """Returns the layers of a model with kernels of rank 3 or more that `layer_kernels` misses.

    These are layers that convolve by themselves: `ConvLSTM2D`, and layers of other people with
    weights of their own. A weight of rank 3 or more is taken for a kernel if "kernel" is in its
    name or, in a layer that is not Keras' own, if its first axis is longer than 1, which that of
    tokens and positions is not. `EinsumDense` and attention are no convolutions.

    Args:
        model: A model. Layers that are not built have no kernels yet and are left out.

    Example:

    >>> import keras
    >>> lstm = keras.layers.ConvLSTM2D(2, 3, name="over_time")
    >>> model = keras.Sequential([keras.Input((4, 8, 8, 1)), lstm, keras.layers.Conv2D(2, 3)])
    >>> [layer.name for layer in unreached_kernels(model)]
    ['over_time']
    """
    seen: set[int] = set()
    found = []
    for layer in all_layers(model):
        own = [v for v in _own_weights(layer) if id(v) not in seen]
        seen.update(id(v) for v in own)
        known = layer_kernels(layer) or isinstance(layer, NO_CONVOLUTIONS)
        if not known and any(_looks_like_a_kernel(layer, v) for v in own):
            found.append(layer)
    return found


def other_matrices(model: Any) -> list[str]:
    """Returns the names of recurrent and attention layers, whose kernels are not layers' own.

    Args:
        model: A model.

    Example:

    >>> import keras
    >>> over_time = keras.layers.LSTM(2, name="over_time")
    >>> model = keras.Sequential([keras.Input((4, 8)), over_time, keras.layers.Dense(1)])
    >>> other_matrices(model)
    ['over_time']
    """
    found, inside = [], set()
    for layer in all_layers(model):
        if not isinstance(layer, OTHER_MATRICES):
            continue
        inside |= {id(part) for part in all_layers(layer)}
        found.append(layer)
    return LayerLabels(model).of_all(layer for layer in found if id(layer) not in inside)


def warn_about_unreached(model: Any, consequence: str, stacklevel: int) -> None:
    """Warns of the layers that the default choice of all convolutions cannot reach.

    Args:
        model: A model.
        consequence: What they are not, such as "not regularized".
        stacklevel: As for `warnings.warn`, counted from the caller.
    """
    unreached = LayerLabels(model).of_all(unreached_kernels(model))
    if unreached:
        warnings.warn(
            f"{len(unreached)} layers of model {model.name!r} have kernels of their own that "
            f"cannot be reached and are {consequence}: {unreached}",
            UserWarning,
            stacklevel=stacklevel + 1,
        )


def _own_weights(layer: Any) -> Iterator[Any]:
    """Yields a layer's weights that no layer in it has; those of its cell count as its own."""
    inner = () if isinstance(layer, keras.layers.RNN) else all_layers(layer)
    others = {id(v) for part in inner for v in part.weights}
    yield from (v for v in layer.weights if id(v) not in others)


def _looks_like_a_kernel(layer: Any, variable: Any) -> bool:
    shape = tuple(variable.shape)
    if len(shape) < 3 or not keras.backend.is_float_dtype(variable.dtype):
        return False
    is_keras_own = type(layer).__module__.partition(".")[0] == "keras"
    return "kernel" in variable.name or (shape[0] > 1 and not is_keras_own)
