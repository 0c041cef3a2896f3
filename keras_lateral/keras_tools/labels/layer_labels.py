"""The label of each layer of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from keras_lateral.keras_tools.all_layers import functional_copy, layers_directly_in
from keras_lateral.keras_tools.labels.label import Label


class LayerLabels:
    """The labels of a model's layers, by which records, warnings and arguments name them.

    A layer's label is its name where no other layer of the model has it, else its path, such as
    `"block/conv"`; of two layers of one name in the same place, as in lists of subclassed models,
    the second has `"block/conv_2"`. A layer that is in several places has the path of the first.

    Args:
        model: Any model, or a layer made of layers.

    Example:

    >>> import keras
    >>> part = lambda name: keras.Sequential([keras.layers.Dense(1, name="dense")], name=name)
    >>> model = keras.Sequential([part("left"), part("right"), keras.layers.Dense(1, name="last")])
    >>> labels = LayerLabels(model)
    >>> labels.of(model.layers[0].layers[0]), labels.of(model.layers[2])
    ('left/dense', 'last')
    """

    def __init__(self, model: Any) -> None:
        self.layers = []
        """The layers in the model's order, each once."""
        places = []
        for place, layer in _walk(model, "", {id(model)}):
            self.layers.append(layer)
            places.append(place)
        count = Counter(layer.name for layer in self.layers)
        self._labels = {
            id(layer): Label(path if count[layer.name] > 1 else layer.name, path, place)
            for layer, path, place in zip(self.layers, numbered(places), places, strict=True)
        }
        self._by_name: dict[str, list[Any]] = {self.of(layer): [layer] for layer in self.layers}
        there: dict[str, list[Any]] = {}
        for place, layer in zip(places, self.layers, strict=True):
            there.setdefault(place, []).append(layer)
        self._by_name |= there

    def of(self, layer: Any) -> Label:
        """Returns a layer's label; of one that is not in the model, its name."""
        return self._labels.get(id(layer)) or Label(layer.name)

    def of_all(self, layers: Iterable[Any]) -> list[str]:
        """Returns the labels of layers."""
        return [self.of(layer) for layer in layers]

    def at(self, name: str) -> list[Any]:
        """Returns the layers in this place, or else the one of this label."""
        return self._by_name.get(name, [])


def numbered(names: Iterable[str]) -> list[str]:
    """Returns names with a number after those that an earlier one has too.

    Example:

    >>> numbered(["a", "b", "a", "a_2", "a"])
    ['a', 'b', 'a_3', 'a_2', 'a_4']
    """
    names = list(names)
    reserved, taken, found = set(names), set[str](), []
    for name in names:
        unused, number = name, 1
        while unused in taken or (number > 1 and unused in reserved):
            number += 1
            unused = f"{name}_{number}"
        taken.add(unused)
        found.append(unused)
    return found


def _walk(parent: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Yields all layers in another with their paths, in the order of `all_layers`.

    The functional model that a Sequential one makes of itself is no place of its own.
    """
    for layer in layers_directly_in(parent):
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        if layer is functional_copy(parent):
            yield from _walk(layer, path, seen)
            continue
        yield path + layer.name, layer
        yield from _walk(layer, f"{path}{layer.name}/", seen)
