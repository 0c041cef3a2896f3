"""Replaces an attribute of one instance temporarily."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras


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


Change = Callable[[keras.layers.Layer, Any], Any]
"""A function from a layer and its output to the output's replacement."""


@contextmanager
def changed_outputs(layers: Iterable[keras.layers.Layer], change: Change) -> Iterator[None]:
    """A scope in which what the layers' `call` returns goes through `change`.

    It reaches every call of a layer that runs eagerly or is traced within the scope, including
    those in subclassed and nested models.

    Args:
        layers: The layers, each once.
        change: Function that returns the tensor that replaces the output: the output itself, to
            only look, or the output plus zeros, whose gradient is the one that arrives there.

    Example:

    >>> import keras
    >>> double = keras.layers.Rescaling(2.0)
    >>> with changed_outputs([double], lambda layer, y: y + 1.0):
    ...     float(double(keras.ops.ones(())))
    3.0
    """
    with ExitStack() as stack:
        for layer in layers:
            stack.callback(Replaced(layer, "call", _changed_call(layer, change)).restore)
        yield


def _changed_call(layer: keras.layers.Layer, change: Change) -> Callable[..., Any]:
    call = layer.call

    def changed_call(*args: Any, **kwargs: Any) -> Any:
        return change(layer, call(*args, **kwargs))

    return changed_call
