"""A model and images with which a training takes a second."""

import keras
import numpy as np

from keras_lateral.datasets import ImageDataset


def tiny_images(classes: int = 2, per_class: int = 6) -> ImageDataset:
    """Returns images whose upper rows are bright in the first class, the lower ones in others."""
    generator = np.random.default_rng(0)
    y = np.tile(np.arange(classes, dtype="int32"), per_class)
    x = generator.uniform(0, 120, (2, len(y), 6, 6, 1))
    x[:, y == 0, :3] += 120
    x[:, y != 0, 3:] += 120
    x = x.astype("uint8")
    names = tuple(f"class {label}" for label in range(classes))
    return ImageDataset("tiny", x[0], y, x[1], y, names)


def tiny_model(dropout: float = 0.0, classes: int = 2, loss: str | None = None) -> keras.Model:
    """Returns a compiled model of one convolution."""
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(2, 3, activation="relu"),
            keras.layers.Dropout(dropout),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation="softmax"),
        ],
        name="tiny",
    )
    model.compile("adam", loss or "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
