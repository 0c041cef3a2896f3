"""Conditions that depend on the images, and on how a folder's trainings were tested."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from keras_lateral.robustness.condition import Condition


@runtime_checkable
class _GoesByImages(Protocol):
    def for_images(
        self, image_shape: tuple[int, ...], before: Mapping[str, Any] | None = None
    ) -> Condition: ...


def conditions_for_images(
    conditions: Sequence[Condition],
    image_shape: tuple[int, ...],
    folder: str | os.PathLike[str] | None,
) -> list[Condition]:
    """Returns conditions as they are meant for some images, so that their settings say so.

    A corruption has ImageNet-C's parameters on large images. A folder whose trainings were tested
    with others, as by an earlier version, is continued with these.

    Args:
        conditions: The conditions.
        image_shape: `(height, width, channels)`.
        folder: The folder of the comparison, if it has one.
    """
    before = _kept_settings(folder)
    return [
        condition.for_images(image_shape, before.get(condition.name))
        if isinstance(condition, _GoesByImages)
        else condition
        for condition in conditions
    ]


def _kept_settings(folder: str | os.PathLike[str] | None) -> Mapping[str, Any]:
    """Returns the settings of a folder's conditions; a file that cannot be read has none here.

    Whoever opens the folder says what is wrong with it.
    """
    if folder is None:
        return {}
    try:
        kept = json.loads((Path(folder) / "comparison.json").read_text(encoding="utf-8"))
        conditions = kept["conditions"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return conditions if isinstance(conditions, Mapping) else {}
