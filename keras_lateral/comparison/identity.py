"""What makes two calls the same comparison: pixels, labels, model and settings, and nothing else.

Names of images and folders, notes for readers, paths, dates and machines say nothing about what is
trained. They are kept for people, but trainings go on whatever they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.units import numbered
from keras_lateral.keras_tools.users_code.edited import edited

PARTS = {
    "images_digest": "the pixels of the images, their labels or their order",
    "image_shape": "height, width and channels of the images",
    "classes": "classes",
    "training_images": "training images",
    "test_images": "test images",
    "folds": "folds",
    "validation": "images for validation",
    "class_weight": "weights of the classes",
    "sample_weight": "the weights of the images",
    "images_under_conditions": "test images for each condition",
    "model_digest": "the model: its layers, its optimizer or its loss",
    "model_code": "the code of the model's function, or of what it uses",
    "initial_weights": "the weights that training starts from",
    "phases": "the phases of the training",
    "parameters": "parameters of the model",
    "epochs": "epochs",
    "batch_size": "images in a batch",
    "augment": "augmentation",
    "callbacks": "callbacks",
    "conditions": "conditions",
    "keras": "Keras",
    "backend": "backend",
}
"""The settings that belong to the identity, in words.

The versions do: initial weights, and so pairs, are those of one backend and one Keras. A folder
made before this list has more in its `comparison.json`; what is not listed here is not compared.
The user's code belongs to it too, where both folders know it: see `users_code`.
"""

DIGESTS = ("images_digest", "model_digest", "model_code", "initial_weights", "sample_weight")


def digest_of_images(data: ImageDataset | ImageFolds) -> str:
    """Returns a digest of the pixels and labels of scaled images, whatever their names.

    With folds, what decides how they are divided is part of it.
    """
    digest = hashlib.sha256()
    for array in _arrays(data):
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    if isinstance(data, ImageFolds):
        digest.update(repr((data.folds, data.seed, data.limit_per_class)).encode())
    return digest.hexdigest()[:16]


def _arrays(data: ImageDataset | ImageFolds) -> tuple[NDArray[Any], ...]:
    if isinstance(data, ImageDataset):
        return data.x_train, data.y_train, data.x_test, data.y_test
    units = range(len(data.y)) if data.units is None else data.units.tolist()
    return data.x, data.y, numbered(units)


def identity_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the settings that belong to the identity."""
    return {key: settings[key] for key in PARTS if key in settings}


def digest_of(settings: Mapping[str, Any]) -> str:
    """Returns a digest of the identity, as each training carries it."""
    text = json.dumps(identity_of(settings), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Returns in words what differs between the settings of two comparisons.

    Args:
        then: Settings of one, as read from JSON.
        now: Settings of the other.

    Example:

    >>> from keras_lateral.comparison.identity import differences
    >>> differences({"epochs": 10, "data": "photos"}, {"epochs": 20, "data": "moved"})
    ['epochs: 10 then, 20 now']
    """
    first, second = identity_of(then), identity_of(now)
    keys = [key for key in PARTS if first.get(key) != second.get(key)]
    code = edited(then.get("code"), now.get("code"))
    return [
        *(_in_words(key, first.get(key), second.get(key)) for key in keys),
        *(f"the code of {name}, which was edited since" for name in code),
    ]


def _in_words(key: str, then: Any, now: Any) -> str:
    if key in DIGESTS and None in (then, now):
        some = ["none" if value is None else "some" for value in (then, now)]
        return f"{PARTS[key]}: {some[0]} then, {some[1]} now"
    if key in DIGESTS:
        return f"{PARTS[key]} ({'edited' if key == 'model_code' else 'changed'} since)"
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        return f"{PARTS[key]}: {_of_mappings(then, now)}"
    return f"{PARTS[key]}: {_value(then)} then, {_value(now)} now"


def _of_mappings(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    groups = {
        "only then": [name for name in then if name not in now],
        "only now": [name for name in now if name not in then],
        "with other settings": [n for n in then if n in now and then[n] != now[n]],
    }
    return "; ".join(f"{words} {', '.join(names)}" for words, names in groups.items() if names)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " x ".join(map(str, value))
    return "none" if value is None else str(value)
