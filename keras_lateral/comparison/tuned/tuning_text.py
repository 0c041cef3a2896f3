"""What was tuned, as a record of a comparison holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras_lateral.text import Table
from keras_lateral.tuning.training_record import TrainingTuning, tuning_table


def tuning_of(settings: Mapping[str, Any]) -> TrainingTuning | None:
    """Returns what was tuned before a comparison; `None` if nothing was.

    Args:
        settings: The comparison's settings.
    """
    values = settings.get("tuning")
    return None if values is None else TrainingTuning.from_dict(values)


def tuning_blocks(settings: Mapping[str, Any]) -> list[Table]:
    """Returns the table of the chosen settings, or nothing."""
    record = tuning_of(settings)
    return [] if record is None else [tuning_table(record)]


def tune_arguments(settings: Mapping[str, Any]) -> str | None:
    """Returns the arguments of the `Tune` of a comparison as Python; `None` if nothing was tuned.

    Example:

    >>> tune_arguments({"tuning": {"settings": {"asked": {"trials": 9}}}})
    'trials=9'
    """
    values = settings.get("tuning")
    if values is None:
        return None
    asked = values["settings"].get("asked", {})
    return ", ".join(f"{name}={value!r}" for name, value in asked.items())
