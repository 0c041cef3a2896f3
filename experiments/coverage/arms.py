"""What is compared on each folder: a method that does nothing, one that helps, one that harms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from experiments.coverage.config import LONGER, NOISE, WRONG, Size
from experiments.coverage.folders import Part
from keras_lateral import ConditionResult, Method
from keras_lateral.keras_tools.scores import class_probabilities
from keras_lateral.method import Batch

NOTHING, HELPS, HARMS = "nothing", "longer", "wrong_labels"


def methods() -> list[Method]:
    """Returns the three methods."""
    return [
        Method(NOTHING, batches=noise, settings={"noise": NOISE}),
        Method(HELPS, epochs=longer, settings={"times": LONGER}),
        Method(HARMS, batches=wrong_labels, settings={"share": WRONG}),
    ]


def noise(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> Batch:
    """Adds to each pixel what no eye and no file would show."""
    return x + NOISE * generator.standard_normal(x.shape, "float32"), y, None


def longer(epochs: int) -> int:
    """Returns the number of epochs of the method that helps."""
    return round(LONGER * epochs)


def wrong_labels(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> Batch:
    """Replaces a share of the labels by others of the batch."""
    wrong = generator.random(len(y)) < WRONG
    return x, np.where(wrong, generator.permutation(y), y), None


@dataclass(frozen=True, eq=False)
class Population:
    """Accuracy on images that no folder holds; `compare` measures it as it does a corruption."""

    images: Part
    name: str = "population"

    def settings(self) -> dict[str, Any]:
        """Returns the number of images."""
        return {"images": len(self.images[1])}

    def measure(
        self, model: keras.Model, x: np.ndarray, y: np.ndarray, value_range: Any
    ) -> ConditionResult:
        """Measures a network on the population, whatever images it is given."""
        images, labels = self.images
        p = class_probabilities(model, images, batch_size=1000)
        true = np.maximum(p[np.arange(len(p)), labels], np.finfo("float32").tiny)
        details: Mapping[str, float] = {"loss": float(-np.log(true).mean())}
        right = float((p.argmax(axis=1) == labels).mean())
        return ConditionResult(self.name, right, len(labels), self.settings(), details)


def network(image_shape: tuple[int, ...], classes: int, size: Size) -> keras.Model:
    """Returns a network that trains in a fraction of a second."""
    first, second = size.channels
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(first, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(second, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(classes),
        ]
    )
    model.compile(
        keras.optimizers.Adam(size.learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
