"""Choosing layers of a model by name, class or predicate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.model_copy import is_copyable

Selector = str | type | Callable[[keras.layers.Layer], bool]
Choice = Selector | Sequence[Selector]
"""A name, a layer class, a predicate, or several of these."""


def choose_layers(
    model: keras.Model, choice: Choice, among: Iterable[keras.layers.Layer] | None = None
) -> list[keras.layers.Layer]:
    """Returns the layers of a model, nested models included, that match a choice.

    Args:
        model: A functional or Sequential model, or any if `among` is given.
        choice: A layer's name, a layer class, a function from a layer to bool, or a list of
            these, of which one must match.
        among: The layers to choose from. Defaults to `leaf_layers(model)`.

    Returns:
        The layers in the model's order.

    Raises:
        ValueError: If a name does not occur, or no layer matches.
    """
    selectors = list(choice) if isinstance(choice, (list, tuple, set, frozenset)) else [choice]
    layers = list(leaf_layers(model) if among is None else among)
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


def leaf_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model, with nested models replaced by their layers."""
    for layer in model.layers:
        if is_copyable(layer):
            yield from leaf_layers(layer)
        else:
            yield layer


def _matches(layer: keras.layers.Layer, selector: Any) -> bool:
    if isinstance(selector, str):
        return bool(layer.name == selector)
    return isinstance(layer, selector) if isinstance(selector, type) else bool(selector(layer))
