"""One training of a search for sigma: from a sigma and a seed to an accuracy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.per_class import few_per_class, split_per_class
from keras_lateral.files import read_json, write_json
from keras_lateral.gradient_mask.apply import apply_gradient_mask, check_has_convolution
from keras_lateral.keras_tools.scores import predicted_classes
from keras_lateral.keras_tools.seeds import keeping_seeds
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.keras_tools.users_code.edited import digests_of_code, users_parts_of
from keras_lateral.keras_tools.value_choice import Range
from keras_lateral.tuning.built_model import BuildModel, built_model
from keras_lateral.tuning.search_settings import (
    fingerprint_of_arrays,
    fingerprint_of_model,
    without_addresses,
)

Train = Callable[[float | None, int, int], float]
"""From sigma (`None` without a mask), a seed and a number of epochs to an accuracy."""


@dataclass(frozen=True)
class KeptRuns:
    """A training function that saves its results, in one file for each training.

    Args:
        train: The training function.
        directory: Folder for the files.
    """

    train: Train
    directory: Path

    def __call__(self, sigma: float | None, seed: int, epochs: int) -> float:
        """Returns the accuracy of a training, from `train` or from its file."""
        name = "no-mask" if sigma is None else f"sigma-{sigma!r}"
        file = self.directory / f"{name}-seed-{seed}-epochs-{epochs}.json"
        if file.exists():
            return float(read_json(file)["accuracy"])
        accuracy = self.train(sigma, seed, epochs)
        run = {"sigma": sigma, "seed": seed, "epochs": epochs, "accuracy": accuracy}
        write_json(file, run)
        return accuracy


Arrays = tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class SigmaTraining:
    """Trains a model with masks of some sigma, or none, from a seed.

    With the same seed, initial weights, images, batches and dropout are the same for any sigma.

    Args:
        build_model: Returns the compiled model.
        data: Images and labels. The test images are not used.
        validation: Number of images of each class to hold out, different ones for each seed; or
            `(x, y)` for all seeds.
        images_per_class: Number of training images of each class to keep, or `None` for all.
        batch_size: Number of images in a batch.
        mask: Arguments of `apply_gradient_mask` other than sigma.
    """

    build_model: BuildModel
    data: ImageDataset
    validation: int | Arrays
    images_per_class: int | None
    batch_size: int
    mask: Mapping[str, Any]

    def __call__(self, sigma: float | None, seed: int, epochs: int) -> float:
        """Returns the share of the validation images that the model classifies correctly."""
        (x, y), (x_validation, y_validation) = self.images(seed)
        with keeping_seeds(), without_retracing_warnings():
            model = self.model(sigma, seed)
            keras.utils.set_random_seed(seed)
            model.fit(x, y, batch_size=self.batch_size, epochs=epochs, verbose=0)
        predicted = predicted_classes(model, x_validation)
        return float(np.mean(predicted == y_validation))

    def images(self, seed: int) -> tuple[Arrays, Arrays]:
        """Returns images and labels to train on, and those to validate on."""
        x, y = self.data.x_train, self.data.y_train
        names = self.data.class_names
        if isinstance(self.validation, int):
            kept, held_out = split_per_class(x, y, self.validation, seed, class_names=names)
        else:
            kept, held_out = (x, y), self.validation
        if self.images_per_class is not None:
            kept = few_per_class(*kept, self.images_per_class, seed, class_names=names)
        return kept, held_out

    def model(self, sigma: float | None, seed: int) -> keras.Model:
        """Returns the model before training."""
        keras.utils.set_random_seed(seed)
        model = built_model(self.build_model)
        if sigma is None:
            return model
        return apply_gradient_mask(model, sigma=sigma, **self.mask)


def settings_of(training: SigmaTraining, sigmas: Range, model: keras.Model) -> dict[str, Any]:
    """Returns the settings that the results depend on, as JSON-compatible values."""
    data, validation = training.data, training.validation
    code = {
        "`build_model`": training.build_model,
        "the model's own layers, loss or optimizer": users_parts_of(model),
        "`mask`": dict(training.mask),
    }
    digests = digests_of_code(code)
    return {
        "data": data.name,
        "images": fingerprint_of_arrays(data.x_train, data.y_train),
        "validation": validation
        if isinstance(validation, int)
        else fingerprint_of_arrays(*validation),
        "images_per_class": training.images_per_class,
        "batch_size": training.batch_size,
        "model": fingerprint_of_model(model),
        "mask": {name: without_addresses(value) for name, value in sorted(training.mask.items())},
        "sigmas": list(map(float, sigmas)),
        "backend": keras.config.backend(),
        **({"code": digests} if digests else {}),
    }


def checked_model(training: SigmaTraining, epochs: int) -> keras.Model:
    """Returns a model; raises for errors that would otherwise be found late, or never."""
    if not isinstance(training.data, ImageDataset):
        raise ValueError(
            "Invalid value for argument `data`. Expected a `keras_lateral.datasets.ImageDataset`. "
            f"Received: data={training.data!r}"
        )
    validation = training.validation
    if not (validation if isinstance(validation, int) else _are_images_and_labels(validation)):
        raise ValueError(
            "Invalid value for argument `validation`. Expected images to choose sigma by: how many "
            f"of each class to hold out, or (x, y). Received: validation={validation!r}"
        )
    if epochs < 1:
        raise ValueError(
            f"Invalid value for argument `epochs`. Expected 1 or more. Received: epochs={epochs}"
        )
    if "sigma" in training.mask:
        raise ValueError(
            "Invalid value for argument `mask`. Expected arguments other than sigma, which is "
            f"searched. Received: mask={dict(training.mask)}"
        )
    training.images(0)
    model = built_model(training.build_model)
    if "layers" not in training.mask:
        check_has_convolution(model)
    return model


def _are_images_and_labels(validation: Any) -> bool:
    is_pair = isinstance(validation, tuple) and len(validation) == 2
    return is_pair and 0 < len(validation[0]) == len(validation[1])
