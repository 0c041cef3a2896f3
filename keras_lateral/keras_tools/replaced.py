"""Replaces an attribute of one instance temporarily."""

from __future__ import annotations

from typing import Any


class Replaced:
    """Sets an attribute of an instance, without Keras tracking it, until it is restored.

    Args:
        thing: A model or an optimizer.
        name: Name of the attribute or method.
        value: Its temporary value.

    Example:

    >>> import keras
    >>> optimizer = keras.optimizers.SGD()
    >>> replaced = Replaced(optimizer, "apply", print)
    >>> optimizer.apply("nothing")
    nothing
    >>> replaced.restore()
    >>> "apply" in vars(optimizer)
    False
    """

    def __init__(self, thing: Any, name: str, value: Any) -> None:
        self._own, self._name = vars(thing), name
        self._existed, self._before = name in self._own, self._own.get(name)
        self._replaced = True
        self._own[name] = value

    def restore(self) -> None:
        """Puts back the earlier value, once."""
        if not self._replaced:
            return
        self._replaced = False
        if self._existed:
            self._own[self._name] = self._before
        else:
            del self._own[self._name]
