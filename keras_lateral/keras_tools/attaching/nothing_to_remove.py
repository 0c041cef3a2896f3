"""The warning of a function that takes something away where there is nothing of it."""

from __future__ import annotations

import warnings
from typing import Any

import keras


def warn_of_nothing_to_remove(model: keras.Model, what: str, layers: Any = None) -> None:
    """Warns, in the name of the function that the user has called.

    Args:
        model: The model, which stays as it is.
        what: What it has not.
        layers: The choice of layers among which it was looked for; `None` for all of them.
    """
    among = "" if layers is None else f" among the layers {layers!r}"
    warnings.warn(
        f"Model {model.name!r} has no {what}{among}: it stays as it is.",
        UserWarning,
        stacklevel=3,
    )
