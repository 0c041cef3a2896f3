"""What layers return, changed while a model runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras

from keras_lateral.keras_tools.replaced import Replaced

Change = Callable[[keras.layers.Layer, Any], Any]
"""Takes a layer and what it returns, and returns what takes its place."""


@contextmanager
def changed_outputs(layers: Iterable[keras.layers.Layer], change: Change) -> Iterator[None]:
    """A scope in which what the layers' `call` returns goes through `change`.

    It reaches every call of a layer that runs eagerly or is traced within the scope, also in
    models that are subclassed, or nested in another.

    Args:
        layers: The layers, each once.
        change: Returns the tensor that takes the output's place: itself, to look only, or itself
            plus zeros, whose gradient is then the one that arrives at the layer's output.

    Example:

    >>> import keras
    >>> double = keras.layers.Rescaling(2.0)
    >>> with changed_outputs([double], lambda layer, y: y + 1.0):
    ...     float(double(keras.ops.ones(())))
    3.0
    """
    with ExitStack() as stack:
        for layer in layers:
            stack.callback(Replaced(layer, "call", _changed(layer, change)).restore)
        yield


def _changed(layer: keras.layers.Layer, change: Change) -> Callable[..., Any]:
    call = layer.call

    def changed_call(*args: Any, **kwargs: Any) -> Any:
        return change(layer, call(*args, **kwargs))

    return changed_call
