"""The user's code by what it is of, and what of it was edited since."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.users_code.code_of import code_of
from keras_lateral.keras_tools.users_code.whose import is_users_code

Codes = Mapping[str, str]
"""Digests of code by what the code is of, in words."""

PYTHON = "Python"
"""The version of Python, another one of which has other instructions for the same code."""


def edited(then: Any, now: Any) -> list[str]:
    """Returns what was edited since; nothing of what an earlier version did not write down.

    Args:
        then: Digests of then, or `None`.
        now: Digests of now.

    Example:

    >>> from keras_lateral.keras_tools.users_code.edited import edited
    >>> edited({"`augment`": "1f"}, {"`augment`": "2e"}), edited(None, {"`augment`": "2e"})
    (['`augment`'], [])
    """
    if not isinstance(then, Mapping) or not then or not isinstance(now, Mapping):
        return []
    if PYTHON in then and PYTHON in now and then[PYTHON] != now[PYTHON]:
        return []
    return [name for name in {**then, **now} if name != PYTHON and then.get(name) != now.get(name)]


def message_of_edited(path: object, method: str, names: Sequence[str]) -> str:
    """Returns what to do about trainings that were made with other code."""
    return (
        f"Invalid value for argument `folder`. The folder {str(path)!r} holds trainings of "
        f"{method!r}, and the code of {' and of '.join(names)} was edited since. They are kept. "
        "Give an edited method another name, choose another folder, or take the edit back."
    )


def digests_of_code(values: Mapping[str, Any]) -> dict[str, str]:
    """Returns the digests of the user's code in values by their names; none of a library's."""
    found = {name: code_of(value) for name, value in values.items() if value is not None}
    digests = {name: digest for name, digest in found.items() if digest is not None}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {**digests, PYTHON: version} if digests else {}


def users_parts_of(model: keras.Model) -> list[Any]:
    """Returns what a model has of the user's own."""
    used: list[Any] = [type(model), type(model.optimizer), getattr(model, "loss", None)]
    for layer in all_layers(model):
        attributes = [value for value in vars(layer).values() if callable(value)]
        used += [type(layer), *(value for value in attributes if is_users_code(value))]
    return used
