"""The softmax that a model ends in, and the scores before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras

from keras_lateral.models.all_layers import all_layers
from keras_lateral.models.changed_outputs import changed_outputs
from keras_lateral.models.replaced import Replaced


def softmax_heads(model: keras.Model, forward: Callable[[], Any]) -> list[keras.layers.Layer]:
    """Returns the layers whose softmax is what a model returns: one, or none.

    Args:
        model: Any model, also one that is subclassed, or with models nested in it.
        forward: Runs the model eagerly and returns its output.
    """
    ends: list[tuple[keras.layers.Layer, Any]] = []

    def note(layer: keras.layers.Layer, y: Any) -> Any:
        ends.append((layer, y))
        return y

    with changed_outputs(filter(_is_softmax, all_layers(model)), note):
        output = forward()
    return [layer for layer, y in ends if y is output]


@contextmanager
def without_softmax(heads: Iterable[keras.layers.Layer]) -> Iterator[None]:
    """A scope in which layers that `softmax_heads` has found return what their softmax is given.

    Example:

    >>> import keras
    >>> head = keras.layers.Activation("softmax")
    >>> with without_softmax([head]):
    ...     [float(score) for score in head(keras.ops.convert_to_tensor([1.0, 2.0]))]
    [1.0, 2.0]
    """
    with ExitStack() as stack:
        for head in heads:
            replaced = (
                Replaced(head, "call", lambda inputs, mask=None: inputs)
                if isinstance(head, keras.layers.Softmax)
                else Replaced(head, "activation", keras.activations.linear)
            )
            stack.callback(replaced.restore)
        yield


def _is_softmax(layer: keras.layers.Layer) -> bool:
    activation = getattr(layer, "activation", None)
    return isinstance(layer, keras.layers.Softmax) or activation is keras.activations.softmax
