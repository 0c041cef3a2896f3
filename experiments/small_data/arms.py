"""The images, the network with its tuned settings, and the methods of the study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import keras
import numpy as np

from experiments.full_size.methods import masked_before_relu
from experiments.small_data.config import AS_CODED, CLASS_SEED, Size
from keras_lateral import CosineLearningRate, Method, decay_kernels, known_methods, small_network
from keras_lateral.datasets import ImageDataset, ImageFolds, few_to_train, load_images

CODED = {
    "sigma": 11.0,
    "feature_sets": 1,
    "threshold": 0.1,
    "inhibition_size": 5,
    "zero_sum": False,
}


def images(size: Size) -> ImageDataset:
    """Returns few training images of each class, and all others to test on."""
    whole = load_images(size.dataset)
    if size.classes:
        picked = np.random.default_rng(CLASS_SEED).permutation(whole.num_classes)[: size.classes]
        whole = whole.choose_classes(sorted(picked.tolist()))
    few = few_to_train(
        whole, size.images_per_class, test_per_class=size.test_per_class, split=size.split
    )
    return replace(few, name=size.title)


def training_folds(data: ImageDataset, folds: int) -> ImageFolds:
    """Returns the training images alone, in folds, to choose by."""
    return ImageFolds(
        f"{data.name}, training images alone",
        data.x_train,
        data.y_train,
        data.class_names,
        data.max_value,
        folds=folds,
    )


def network(
    size: Size, image_shape: Sequence[int], classes: int, learning_rate: float, weight_decay: float
) -> keras.Model:
    """Returns the command's network at a quarter of its cost, compiled with these settings."""
    model = small_network(image_shape, classes, learning_rate, channels=size.channels, stride=2)
    return decay_kernels(model, weight_decay) if weight_decay else model


def builder(
    size: Size, data: ImageDataset, learning_rate: float = 1e-3, weight_decay: float = 0.0
) -> partial[keras.Model]:
    """Returns what builds the network with these settings."""
    shape, classes = data.image_shape, data.num_classes
    return partial(network, size, shape, classes, learning_rate, weight_decay)


def cosine() -> list[keras.callbacks.Callback]:
    """Returns the callback of all trainings."""
    return [CosineLearningRate()]


def mask_as_coded() -> Method:
    """Returns the mask as in its authors' public code for saliency.

    One set of features, the gradient before the ReLU, and a kernel of 5 x 5 for a sigma of 11,
    which is nearly the same number everywhere: a blur and no Laplacian.
    """
    change = partial(masked_before_relu, **CODED)
    return Method(AS_CODED, change, settings=CODED, exclusive=frozenset({"gradient mask"}))


def method(name: str) -> Method:
    """Returns the method of this name, or a combination of several joined by `+`."""
    known = {line.name: line.method for line in known_methods()} | {AS_CODED: mask_as_coded}
    first, *others = (known[part]() for part in name.split("+"))
    for other in others:
        first += other
    return first


def fits(build: Callable[[], keras.Model], name: str) -> bool:
    """Returns whether a combination can be applied.

    Two methods that set the same thing cannot be combined; nor can a penalty be attached to
    harmonic convolutions, whose kernels are no weights.
    """
    try:
        method(name).change(build())
    except ValueError:
        return False
    return True
