"""Choosing layers of a model by name, class or predicate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers

Selector = str | type | Callable[[keras.layers.Layer], bool]
Choice = Selector | Sequence[Selector]
"""A name, a layer class, a predicate, or several of these."""


def choose_layers(
    model: keras.Model, choice: Choice, among: Iterable[keras.layers.Layer] | None = None
) -> list[keras.layers.Layer]:
    """Returns the layers of a model, however deep they lie, that match a choice.

    Args:
        model: Any model.
        choice: A layer's name, a layer class, a function from a layer to bool, or a list of
            these, of which one must match.
        among: The layers to choose from. Defaults to `layers_to_choose(model)`.

    Returns:
        The layers in the model's order.

    Raises:
        ValueError: If a name does not occur, or no layer matches.
    """
    selectors = list(choice) if isinstance(choice, (list, tuple, set, frozenset)) else [choice]
    layers = list(layers_to_choose(model) if among is None else among)
    names = [layer.name for layer in layers]
    for selector in selectors:
        if isinstance(selector, str) and selector not in names:
            raise ValueError(
                f"Invalid value for argument `layers`. No layer is named {selector!r}. "
                f"The layers of model {model.name!r} are {names}"
            )
    chosen = [layer for layer in layers if any(_matches(layer, selector) for selector in selectors)]
    if not chosen:
        raise ValueError(
            f"Invalid value for argument `layers`. No layer of model {model.name!r} matches "
            f"layers={choice!r}. Its layers are {names}"
        )
    return chosen


def layers_to_choose(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns the layers of a model: of nested models, wrappers and other layers those within too.

    The nested models themselves, and inputs, are not among them.
    """
    others = (keras.Model, keras.layers.InputLayer)
    return [layer for layer in all_layers(model) if not isinstance(layer, others)]


def _matches(layer: keras.layers.Layer, selector: Any) -> bool:
    if isinstance(selector, str):
        return bool(layer.name == selector)
    return isinstance(layer, selector) if isinstance(selector, type) else bool(selector(layer))
