"""What a search for sigma depends on, checked before it begins."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.datasets.image_dataset import ImageDataset
from keras_lateral.tuning.built_model import built_model, check_has_convolution
from keras_lateral.tuning.search_settings import (
    fingerprint_of_arrays,
    fingerprint_of_model,
    without_addresses,
)
from keras_lateral.tuning.sigma_training import SigmaTraining
from keras_lateral.tuning.value_choice import Range


def settings_of(training: SigmaTraining, sigmas: Range, model: keras.Model) -> dict[str, Any]:
    """Returns what the results depend on, in types that JSON knows."""
    data, validation = training.data, training.validation
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
    }


def checked_model(training: SigmaTraining, epochs: int) -> keras.Model:
    """Returns a model; raises for what would otherwise be found late, or never."""
    if not isinstance(training.data, ImageDataset):
        raise ValueError(
            "Invalid value for argument `data`. Expected a `keras_lateral.datasets.ImageDataset`. "
            f"Received: data={training.data!r}"
        )
    validation = training.validation
    if not (validation if isinstance(validation, int) else _are_images(validation)):
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


def _are_images(validation: Any) -> bool:
    two = isinstance(validation, tuple) and len(validation) == 2
    return two and 0 < len(validation[0]) == len(validation[1])
