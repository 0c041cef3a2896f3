"""Changes what layers return while a model runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras

from keras_lateral.keras_tools.replaced import Replaced

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
