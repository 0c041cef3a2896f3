"""An attribute of one instance, replaced for a while."""

from __future__ import annotations

from typing import Any


class Replaced:
    """Sets an attribute of an instance, past what Keras tracks, until it is restored.

    Args:
        thing: A model or an optimizer.
        name: The attribute or method.
        value: What it is for the while.

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
        self._was_there, self._before = name in self._own, self._own.get(name)
        self._replaced = True
        self._own[name] = value

    def restore(self) -> None:
        """Puts back what was there, once."""
        if not self._replaced:
            return
        self._replaced = False
        if self._was_there:
            self._own[self._name] = self._before
        else:
            del self._own[self._name]
