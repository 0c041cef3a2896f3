"""A classifier as `compare` takes it: compiled, with one logit a class."""

from __future__ import annotations

import keras


def compiled(model: keras.Model, learning_rate: float) -> keras.Model:
    """Compiles a model that returns logits, with Adam, cross-entropy and accuracy."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
