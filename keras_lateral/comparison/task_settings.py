"""What all trainings of a comparison share, as JSON-compatible values."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.identity import digest_of_images
from keras_lateral.comparison.image_weights import class_weights
from keras_lateral.comparison.training import Task
from keras_lateral.datasets.copies_across import copies_across
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.lost_training import read_compile_config
from keras_lateral.keras_tools.lasting_config import lasting_config
from keras_lateral.models.weights_digest import digest_of_arrays


def settings_of_task(task: Task, model: keras.Model, code: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what all trainings share.

    Args:
        task: The task.
        model: The model that the baseline trains, built.
        code: Digests of the user's own code, as `code_of_task` returns them.
    """
    return {
        **_settings_of_images(task),
        "model": model.name.rstrip("_0123456789"),
        "parameters": int(model.count_params()),
        "model_digest": _model_digest(model),
        **getattr(task.build_model, "identity", {}),  # of a file: its code, or its weights
        "epochs": task.epochs,
        "batch_size": task.batch_size,
        "augment": _function_name(task.augment),
        "callbacks": _function_name(task.callbacks),
        "conditions": {condition.name: condition.settings() for condition in task.conditions},
        **({"model_returns": task.model_returns} if task.model_returns else {}),
        **_settings_of_weights(task),
        **({"code": code} if code else {}),
    }


def _settings_of_weights(task: Task) -> dict[str, Any]:
    """Returns how much images count; nothing where all count alike."""
    found: dict[str, Any] = {}
    if task.class_weight is not None:
        weights = class_weights(task.class_weight, task.images(0))
        named = None if isinstance(task.class_weight, str) else weights
        found["class_weight"] = "balanced" if named is None else named.tolist()
    if task.sample_weight is not None:
        found["sample_weight"] = digest_of_arrays(task.sample_weight)
    return found


def _settings_of_images(task: Task) -> dict[str, Any]:
    """Returns what is trained and tested on; with folds, counts of the first division."""
    data, first = task.data, task.images(0)
    per_class = task.images_per_class or len(first.y_test)
    tested = sum(min(per_class, int(count)) for count in np.bincount(first.y_test))
    folds = data.folds if isinstance(data, ImageFolds) else 0
    return {
        "data": data.name,
        "classes": data.num_classes,
        "image_shape": list(data.image_shape),
        "training_images": len(first.y_train),
        "test_images": len(data.y) if isinstance(data, ImageFolds) else len(first.y_test),
        **({"folds": folds} if folds else {}),
        **_settings_of_validation(task, first),
        "images_under_conditions": tested,
        "notes": list(data.notes),
        "alarms": [*data.alarms, *copies_across(data)],
        "images_digest": digest_of_images(data),
    }


def _settings_of_validation(task: Task, first: ImageDataset) -> dict[str, Any]:
    if task.validation is None or first.y_validation is None:
        return {}
    return {"validation": task.validation, "validation_images": len(first.y_validation)}


def _model_digest(model: keras.Model) -> str:
    """Returns a digest of layers, weights and compilation, but not of names, which count up."""
    layers = [layer for layer in all_layers(model) if not isinstance(layer, keras.Model)]
    config = [[type(layer).__name__, layer.get_config()] for layer in layers]
    shapes = [list(weight.shape) for weight in model.weights]
    parts = [config, shapes, read_compile_config(model)]
    text = json.dumps(lasting_config(parts), sort_keys=True, default=_function_name)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _function_name(function: Any) -> str | None:
    if function is None:
        return None
    text = getattr(function, "__qualname__", repr(function))
    if isinstance(function, partial):
        text = f"{_function_name(function.func)}({function.args}, {function.keywords})"
    # An address is another one in every process, and would make the comparison another one.
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)
