"""Choosing layers of a model by name, class or predicate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels

Selector = str | type | Callable[[keras.layers.Layer], bool]
Choice = Selector | Sequence[Selector]
"""A name, a layer class, a predicate, or several of these."""


def choose_layers(
    model: keras.Model,
    choice: Choice,
    among: Iterable[keras.layers.Layer] | None = None,
    shown: Sequence[str] | None = None,
) -> list[keras.layers.Layer]:
    """Returns the layers of a model, however deep they lie, that match a choice.

    Args:
        model: Any model.
        choice: A layer's label, as records have it; a name, which means every layer with that
            name, unless one of them is in the model itself and so has it as its label; a path
            `"block/conv"`, which means the layer there, or else those named `"conv"` inside one
            named `"block"`; a layer class; a function from a layer to bool; or a list of these, of
            which one must match.
        among: The layers to choose from. Defaults to `layers_to_choose(model)`.
        shown: Their names in errors, such as `"block/conv"`. Defaults to their labels.

    Returns:
        The layers in the model's order.

    Raises:
        ValueError: If a name does not occur, or no layer matches.
    """
    several = isinstance(choice, (list, tuple, set, frozenset))
    selectors: list[Any] = list(choice) if several else [choice]  # type: ignore[arg-type]
    layers = layers_to_choose(model) if among is None else list(among)
    labels = LayerLabels(model)
    shown = labels.of_all(layers) if shown is None else shown
    tests = [_test_of(selector, model, layers, labels, shown) for selector in selectors]
    chosen = [layer for layer in layers if any(test(layer) for test in tests)]
    if not chosen:
        raise ValueError(
            f"Invalid value for argument `layers`. No layer of model {model.name!r} matches "
            f"layers={choice!r}. Its layers are {list(shown)}"
        )
    return chosen


def layers_to_choose(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns the layers of a model: of nested models, wrappers and other layers those within too.

    The nested models themselves, and inputs, are not among them.
    """
    others = (keras.Model, keras.layers.InputLayer)
    return [layer for layer in all_layers(model) if not isinstance(layer, others)]


def _test_of(
    selector: Any, model: Any, layers: Sequence[Any], labels: LayerLabels, shown: Sequence[str]
) -> Callable[[Any], bool]:
    """Returns the function that says whether a selector matches a layer."""
    if isinstance(selector, type):
        return lambda layer: isinstance(layer, selector)
    if not isinstance(selector, str):
        return lambda layer: bool(selector(layer))
    # A later call of a layer, `"block#2/conv"` in tables, is one of the same layer.
    path = re.sub(r"#\d+(?=/|$)", "", selector)
    meant = {id(layer) for layer in labels.at(path)}
    if any(id(layer) in meant for layer in layers):
        return lambda layer: id(layer) in meant
    names = {layer.name for layer in layers}
    if selector in names:
        return lambda layer: bool(layer.name == selector)
    *owners, last = path.split("/")
    if not owners and last not in names:
        inside = labels.of_all(layers_at(model, [last, None]))
        problem = f"No layer is named {selector!r}. The layers of model {model.name!r} are"
        if inside:
            problem = f"{selector!r} is a model in model {model.name!r}. Name layers inside it:"
        raise ValueError(f"Invalid value for argument `layers`. {problem} {list(inside or shown)}")
    found = {id(layer) for layer in layers_at(model, [*owners, last])}
    if found:
        return lambda layer: id(layer) in found
    there = sorted({layer.name for layer in layers_at(model, [*owners, None])})
    raise ValueError(
        f"Invalid value for argument `layers`. No layer is named {last!r} inside "
        f"{'/'.join(owners)!r}. {'There' if there else 'In the model'} are {there or list(shown)}"
    )


def layers_at(model: Any, path: Sequence[str | None]) -> list[keras.layers.Layer]:
    """Returns the layers at the end of a path of names, each once; `None` stands for any name."""
    parents = [model]
    for name in path:
        below = {id(layer): layer for parent in parents for layer in all_layers(parent)}
        parents = [layer for layer in below.values() if name in (None, layer.name)]
    return parents
