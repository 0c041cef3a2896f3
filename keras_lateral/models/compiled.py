"""A classifier as `compare` takes it: compiled, with one logit a class, or as its head tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.head.of_model import Head, find_head

LEARNING_RATE = 1e-3
"""Of what is compiled here, unless another one is given."""


def compiled(model: keras.Model, learning_rate: float) -> keras.Model:
    """Compiles a model that returns logits, with Adam, cross-entropy and accuracy."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def compiled_by_head(
    model: keras.Model, image_shape: Sequence[int], learning_rate: float = LEARNING_RATE
) -> keras.Model:
    """Compiles a classifier with Adam, accuracy, and the cross-entropy that fits what it ends in.

    | ends in | loss, of integer labels |
    |---|---|
    | softmax | sparse categorical cross-entropy |
    | logits, one for each class | the same, `from_logits=True` |
    | one sigmoid | binary cross-entropy |
    | one logit | the same, `from_logits=True` |

    Args:
        model: A network that is not compiled.
        image_shape: `(height, width, channels)` of the images.
        learning_rate: Learning rate of Adam.

    Raises:
        ValueError: If its end is none of these.
    """
    head = find_head(model, np.zeros((1, *image_shape), "float32"))
    crossentropy: Any = keras.losses.SparseCategoricalCrossentropy
    if head.units == 1:
        crossentropy = keras.losses.BinaryCrossentropy
    fits = head.kind == "logits" or head.kind == ("sigmoid" if head.units == 1 else "softmax")
    if not fits:
        raise ValueError(
            f"The network {model.name!r} is not compiled, and its end does not tell which loss it "
            f"needs: {_end(head)}. Let it end in a softmax, or in logits without an activation "
            "(for two classes in one sigmoid or logit), or compile it."
        )
    loss = crossentropy(from_logits=head.kind == "logits")
    model.compile(keras.optimizers.Adam(learning_rate), loss, metrics=["accuracy"])
    return model


def _end(head: Head) -> str:
    scores = "one score" if head.units == 1 else f"{head.units} scores"
    if head.kind is None:
        return f"{scores}, neither of a softmax nor a sigmoid nor without an activation"
    return f"{scores} of a {head.kind}"
