"""How every network of a comparison is compiled."""

import keras


def compiled(model: keras.Model, learning_rate: float) -> keras.Model:
    """Compiles a model that returns logits: Adam, the cross-entropy of labels, the accuracy."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
