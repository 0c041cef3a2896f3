"""A dict by the labels of layers whose `repr` is short, in a model of any depth."""

from __future__ import annotations

from typing import Any, TypeVar

from keras_lateral.keras_tools.labels.label import find_label

_SHOWN = 3

Value = TypeVar("Value")


class ByLayer(dict[str, Value]):
    """A dict from layers' labels to what belongs to them, of which `repr` shows the first ones.

    A path, and a name that only one of them has, stand for the label.

    Example:

    >>> ByLayer({"a": 1, "b": 2})
    {'a': 1, 'b': 2}
    >>> ByLayer({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    {'a': 1, 'b': 2, 'c': 3, ... and of 2 more layers}
    >>> ByLayer({"block/conv": 1, "last": 2})["conv"]
    1
    """

    def __missing__(self, name: str) -> Value:
        if not isinstance(name, str):
            raise KeyError(name)
        return dict.__getitem__(self, find_label(name, self))

    def __contains__(self, name: object) -> bool:
        try:
            self[name]  # type: ignore[index]
        except KeyError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """Returns what belongs to a layer, or the default."""
        try:
            return self[name]
        except KeyError:
            return default

    def __repr__(self) -> str:
        if len(self) <= _SHOWN + 1:
            return super().__repr__()
        first = {name: dict.__getitem__(self, name) for name in list(self)[:_SHOWN]}
        return f"{repr(first)[:-1]}, ... and of {len(self) - _SHOWN} more layers}}"
