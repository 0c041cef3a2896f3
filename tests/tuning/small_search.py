"""A search for sigma that is small enough for a test; run as a program, it is one process of it."""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral import SigmaTuning, tune_sigma
from keras_lateral.datasets import ImageDataset


def noise(images: int = 24, classes: int = 3) -> ImageDataset:
    """Returns images of noise, brighter the higher their class."""
    generator = np.random.default_rng(0)
    y = np.arange(images, dtype="int32") % classes
    x = generator.normal(y[:, None, None, None] / 2, 1.0, (images, 8, 8, 1)).astype("float32")
    return ImageDataset("noise", x, y, x[:classes], y[:classes], tuple("abc")[:classes])


def build_model() -> keras.Model:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(3),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    return model


def search(directory: Path, **arguments: Any) -> SigmaTuning | None:
    settings: dict[str, Any] = {"validation": 3, "trials": 3, "epochs": 1, "seeds": 2}
    return tune_sigma(build_model, noise(), directory=directory, **(settings | arguments))


if __name__ == "__main__":
    trained: list[str] = []
    record = search(
        Path(sys.argv[1]),
        trials=int(sys.argv[2]),
        seeds=1,
        report=lambda trial: trained.append(trial.name),
    )
    own = {"trained": trained, "record": None if record is None else record.to_dict()}
    Path(sys.argv[3]).write_text(json.dumps(own), encoding="utf-8")
