"""Which layers of a model are meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.model_copy import is_copyable

One = str | type | Callable[[keras.layers.Layer], bool]
Choice = One | Sequence[One]
"""A name, a layer class, a predicate, or several of these."""


def choose_layers(
    model: keras.Model, choice: Choice, among: Iterable[keras.layers.Layer] | None = None
) -> list[keras.layers.Layer]:
    """Returns the layers of a model, nested models included, that a choice means.

    Args:
        model: A functional or Sequential model, or any if `among` is given.
        choice: A layer's name, a layer class, a function from a layer to bool, or a list of
            these, of which one must hold.
        among: The layers to choose from. Defaults to `leaf_layers(model)`.

    Returns:
        The layers in the model's order.

    Raises:
        ValueError: If a name does not occur, or no layer is meant.
    """
    ones = list(choice) if isinstance(choice, (list, tuple, set, frozenset)) else [choice]
    layers = list(leaf_layers(model) if among is None else among)
    names = [layer.name for layer in layers]
    for one in ones:
        if isinstance(one, str) and one not in names:
            raise ValueError(
                f"Invalid value for argument `layers`. No layer is named {one!r}. "
                f"The layers of model {model.name!r} are {names}"
            )
    chosen = [layer for layer in layers if any(_is_meant(layer, one) for one in ones)]
    if not chosen:
        raise ValueError(
            f"Invalid value for argument `layers`. No layer of model {model.name!r} is meant by "
            f"layers={choice!r}. Its layers are {names}"
        )
    return chosen


def leaf_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model, and of models nested in it instead of these themselves."""
    for layer in model.layers:
        if is_copyable(layer):
            yield from leaf_layers(layer)
        else:
            yield layer


def _is_meant(layer: keras.layers.Layer, one: Any) -> bool:
    if isinstance(one, str):
        return bool(layer.name == one)
    return isinstance(layer, one) if isinstance(one, type) else bool(one(layer))
