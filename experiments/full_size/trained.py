"""A trained network of a table, on images from 0 to 1: for what is measured after the training."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import keras
import numpy as np

from experiments.full_size.images import raw_images
from experiments.full_size.recipe import Recipe
from experiments.full_size.trained_arm import TrainedArm
from experiments.full_size.training import prepared


def trained(arm: TrainedArm, size: str, seed: int, weights: Path) -> keras.Model:
    """Returns a trained network that takes images from 0 to 1 and standardizes them itself.

    Args:
        arm: The arm.
        size: Name of the table's size.
        seed: Seed of the training.
        weights: File of the weights.
    """
    table = arm.of()
    recipe = table.arms[arm.arm].changed(table.sizes[size])
    data = raw_images(recipe)
    network, _ = prepared(table.arms[arm.arm], recipe, data, seed)
    network.load_weights(weights)
    mean, deviation = data.scale
    inputs = keras.Input(data.shape)
    standardize = keras.layers.Normalization(mean=mean / 255, variance=(deviation / 255) ** 2)
    model = keras.Model(inputs, network(standardize(inputs)))
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def right(model: keras.Model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Returns which images, of eight bits or from 0 to 1, the network classifies correctly."""
    x = x.astype("float32") / 255 if x.dtype == np.uint8 else x
    correct: np.ndarray = model.predict(x, batch_size=250, verbose=0).argmax(-1) == y
    return correct


@cache
def test_images(recipe: Recipe, per_class: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Returns test images from 0 to 1 and their labels: all, or the first of each class.

    Args:
        recipe: The recipe that was trained with.
        per_class: Number of images of each class, or `None` for all.
    """
    data = raw_images(recipe)
    x, y = data.x_test, data.y_test
    if per_class is not None:
        places = [np.flatnonzero(y == label)[:per_class] for label in np.unique(y)]
        chosen = np.sort(np.concatenate(places))
        x, y = x[chosen], y[chosen]
    return x.astype("float32") / 255, y
