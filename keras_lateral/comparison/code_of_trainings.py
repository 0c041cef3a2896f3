"""The user's own code in a comparison: trainings go on with the code that made them."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.comparison.training import Task
from keras_lateral.keras_tools.users_code.edited import digests_of_code, users_parts_of
from keras_lateral.method import OF_TRAINING, Method


def code_of_task(task: Task, model: keras.Model) -> dict[str, str]:
    """Returns the digests of the user's code that all trainings share; none of a library's.

    Args:
        task: What all trainings share. Code of a file that the model comes from has a digest.
        model: The model that it builds, for its own layers and losses.
    """
    of_file = hasattr(task.build_model, "identity")
    values = {
        "`build_model`": None if of_file else task.build_model,
        "`augment`": task.augment,
        "`callbacks`": task.callbacks,
        "the conditions": list(task.conditions),
        "the model's own layers, loss or optimizer": None if of_file else users_parts_of(model),
    }
    return digests_of_code(values)


def code_of_method(method: Method) -> dict[str, str]:
    """Returns the digests of the user's code in a method; none of a library's.

    Args:
        method: The method. One of a file has the digest of the file among its settings.
    """
    values: dict[str, Any] = {}
    for part in method.parts or (method,):
        if "code_digest" not in part.settings:
            values |= {f"`{name}` of {part.name}": getattr(part, name) for name in OF_TRAINING}
    return digests_of_code(values)
