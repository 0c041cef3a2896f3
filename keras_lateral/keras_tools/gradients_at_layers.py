"""The outputs of layers in a forward pass, and the gradients that arrive there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.replaced import changed_outputs

AtLayer = tuple[keras.layers.Layer, Tensor]
"""A layer and its output, or the gradient that arrives there."""


def outputs_at_layers(
    layers: Iterable[keras.layers.Layer], function: Callable[[Any], Tensor], x: Any
) -> list[AtLayer]:
    """Returns the outputs a of layers for y = f(x), in the order of their calls.

    Layers whose output does not have two spatial axes are left out.

    Args:
        layers: The layers.
        function: Function that runs a model eagerly and returns a scalar, without side effects.
        x: The function's argument.
    """
    calls: list[AtLayer] = []

    def note(layer: keras.layers.Layer, y: Any) -> Any:
        if _is_map(y):
            calls.append((layer, y))
        return y

    with changed_outputs(layers, note):
        function(x)
    return calls


def gradients_at_layers(
    layers: Iterable[keras.layers.Layer], function: Callable[[Any], Tensor], x: Any
) -> list[AtLayer]:
    """Returns the gradients dy/da at the outputs a of layers for y = f(x).

    Zeros are added to every output; the gradient of y with respect to them is the one that
    arrives. The arguments are those of `outputs_at_layers`.
    """
    chosen = list(layers)
    calls = outputs_at_layers(chosen, function, x)
    if not calls:
        return []

    def shifted(*zeros: Tensor) -> Tensor:
        remaining = iter(zeros)
        with changed_outputs(chosen, lambda _, y: y + next(remaining) if _is_map(y) else y):
            return function(x)

    arrived = gradients(shifted, [ops.zeros_like(a) for _, a in calls])[1]
    return [(layer, g) for (layer, _), g in zip(calls, arrived, strict=True)]


def _is_map(y: Any) -> bool:
    return not keras.tree.is_nested(y) and len(y.shape) == 4
