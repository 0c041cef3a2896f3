"""A model with all that draws, counts or averages, and its training by `fit` alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from keras_lateral import CosineLearningRate, Method
from keras_lateral.comparison.training import Task, start
from keras_lateral.datasets import ImageDataset

layers = keras.layers


def drawing_images() -> ImageDataset:
    """Returns images of noise: any weights that differ classify some of them otherwise."""
    draw = np.random.default_rng(0)
    y = np.tile(np.arange(2, dtype="int32"), 5)
    x = draw.integers(0, 256, (2, len(y), 8, 8, 1)).astype("uint8")
    return ImageDataset("noise", x[0], y, x[1], y, ("a", "b"))


def drawing_model(optimizer: Callable[[], Any] | str = "adam") -> keras.Model:
    """Returns a compiled model with random image layers, BatchNormalization and dropout."""
    images = [layers.RandomFlip(), layers.RandomTranslation(0.2, 0.2), layers.GaussianNoise(0.1)]
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.Sequential(images),
            layers.Conv2D(4, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.8),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.SpatialDropout2D(0.3),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    chosen = optimizer if isinstance(optimizer, str) else optimizer()
    model.compile(chosen, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def task_of(build_model: Callable[[], Any] = drawing_model, **more: Any) -> Task:
    """Returns a task of three batches in each of two epochs."""
    return Task(build_model, drawing_images().scaled(), epochs=2, batch_size=4, **more)


def task_with(optimizer: Callable[[], Any] | str) -> Task:
    """Returns a task with an optimizer."""
    return task_of(partial(drawing_model, optimizer))


def with_cosine() -> Task:
    """Returns a task whose callback sets the learning rate."""
    return task_of(callbacks=lambda: [CosineLearningRate()])


@dataclass(frozen=True)
class Trained:
    """What a training leaves behind."""

    history: dict[str, list[float]]
    weights: list[bytes]


def trained_by_fit(task: Task, method: Method | None, seed: int) -> Trained:
    """Trains as ever: a new model, all of whose parts `fit` builds."""
    model = start(task, method, seed)
    callbacks = [*task.callbacks(), *(method.callbacks() if method else [])]
    epochs = method.epochs_for(task.epochs) if method else task.epochs
    fit = model.fit(task.batches(method, seed), epochs=epochs, verbose=0, callbacks=callbacks)
    return Trained(fit.history, [weights.tobytes() for weights in model.get_weights()])
