"""A dict by the names of layers whose `repr` is short, in a model of any depth."""

from __future__ import annotations

from typing import TypeVar

_SHOWN = 3

Value = TypeVar("Value")


class ByLayer(dict[str, Value]):
    """A dict from layers' names to what belongs to them, of which `repr` shows the first ones.

    Example:

    >>> ByLayer({"a": 1, "b": 2})
    {'a': 1, 'b': 2}
    >>> ByLayer({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    {'a': 1, 'b': 2, 'c': 3, ... and of 2 more layers}
    """

    def __repr__(self) -> str:
        if len(self) <= _SHOWN + 1:
            return super().__repr__()
        first = {name: self[name] for name in list(self)[:_SHOWN]}
        return f"{repr(first)[:-1]}, ... and of {len(self) - _SHOWN} more layers}}"
