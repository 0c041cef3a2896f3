"""What is measured: image sets, widths, optimizers, in a full and a smoke size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from keras_lateral import CosineLearningRate, small_network
from keras_lateral.datasets import ImageDataset, few_per_class, load_images

RESULTS = Path(__file__).parent / "results"

CLASS_SEED = 2022
"""Picks the classes, as in the other studies."""


@dataclass(frozen=True)
class Part:
    """Few training images of a set.

    Args:
        dataset: Name of the image set.
        title: What it is called in tables.
        images_per_class: Training images of each class.
        epochs: Epochs of each training.
        classes: Number of classes, of those in the set; `None` for all.
        held_out_per_class: Validation images of each class: training images that are not
            trained on.
    """

    dataset: str
    title: str
    images_per_class: int
    epochs: int
    classes: int | None = None
    held_out_per_class: int = 100


PARTS = {
    "digits": Part("digits", "digits, 10 a class", 10, 15, held_out_per_class=80),
    "fashion_mnist": Part("fashion_mnist", "Fashion-MNIST, 20 a class", 20, 20),
    "cifar10": Part("cifar10", "CIFAR-10, 50 a class", 50, 20),
    "cifar100": Part("cifar100", "CIFAR-100, 20 classes, 50 a class", 50, 20, 20),
    "smoke": Part("digits", "digits, 3 x 4 images", 4, 2, 3, 4),
}

WIDTHS = {"0.5": (8, 16, 32), "1": (16, 32, 64), "2": (32, 64, 128)}
"""Channels of the stages of `small_network`."""

OPTIMIZERS: dict[str, Callable[[], keras.optimizers.Optimizer]] = {
    "Adam": partial(keras.optimizers.Adam, 1e-3),
    "SGD": partial(keras.optimizers.SGD, 0.05, momentum=0.9),
}

BATCH_SIZE = 32


def chosen_classes(part: Part, whole: ImageDataset) -> list[int]:
    """Returns the labels of the classes that a part has, the same in all runs."""
    if part.classes is None:
        return list(range(whole.num_classes))
    picked = np.random.default_rng(CLASS_SEED).permutation(whole.num_classes)[: part.classes]
    return sorted(picked.tolist())


def validation_images(part: Part, pick: int = 1) -> ImageDataset:
    """Returns training images, and for testing others of the training images.

    The set's test images are not in it. The test of what was chosen here trains on other picks.

    Args:
        part: The part of the set.
        pick: Seed that picks the training images and those held out.
    """
    whole = load_images(part.dataset)
    classes = chosen_classes(part, whole)
    places = np.arange(len(whole.y_train))
    both = part.images_per_class + part.held_out_per_class
    trained, _ = few_per_class(places, whole.y_train, part.images_per_class, pick, classes=classes)
    picked, _ = few_per_class(places, whole.y_train, both, pick, classes=classes)
    held_out = np.setdiff1d(picked, trained)
    label_of = {label: place for place, label in enumerate(classes)}

    def labels(places: np.ndarray) -> np.ndarray:
        return np.array([label_of[label] for label in whole.y_train[places].tolist()], np.int32)

    return replace(
        whole,
        name=f"{part.title}, validation",
        x_train=whole.x_train[trained],
        y_train=labels(trained),
        x_test=whole.x_train[held_out],
        y_test=labels(held_out),
        class_names=tuple(whole.class_names[label] for label in classes),
        notes=(),
    )


def images_to_test(part: Part, test_per_class: int | None = None) -> ImageDataset:
    """Returns the first pick of training images, as in other studies, and the set's test images.

    Args:
        part: The part of the set.
        test_per_class: Largest number of test images of each class; `None` for all.
    """
    whole = load_images(part.dataset)
    picked = whole.subset(
        part.images_per_class,
        classes=chosen_classes(part, whole),
        test_per_class=test_per_class,
    )
    return replace(picked, name=part.title)


def network(data: ImageDataset, width: str, optimizer: str) -> keras.Model:
    """Returns the small network in a width, compiled with an optimizer."""
    model = small_network(data.image_shape, data.num_classes, channels=WIDTHS[width])
    model.compile(
        OPTIMIZERS[optimizer](),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def decay() -> list[keras.callbacks.Callback]:
    """Returns the callback of all trainings: the rate falls to nearly 0, as in the command."""
    return [CosineLearningRate()]
