"""What a monitor is given, checked before a training rather than after its first epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from keras_lateral.keras_tools.training_step import check_loss, training_loss, unchanged
from keras_lateral.text import error_in_short


def check_arrays(x: Any, y: Any) -> None:
    """Raises if inputs and targets are not arrays of the same samples.

    Raises:
        ValueError: If they are no arrays, have no axis of samples, or differ in their number.
    """
    lengths = {}
    for name, data in (("x", x), ("y", y)):
        arrays = [] if data is None else keras.tree.flatten(data)
        for array in arrays:
            if not hasattr(array, "shape"):
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected an array, or arrays in a list "
                    f"or dict. Received: {name} of type {type(data).__name__}"
                )
            if not len(array.shape):
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected arrays with an axis of "
                    f"samples, such as {name}[:1] for one of them. Received: an array of shape ()"
                )
        lengths[name] = [int(array.shape[0]) for array in arrays]
    several = {length for found in lengths.values() for length in found}
    if len(several) > 1:
        raise ValueError(
            "Invalid value for arguments `x` and `y`. Expected as many targets as inputs. "
            f"Received: {_counts(lengths['x'])} in `x`, {_counts(lengths['y'])} in `y`"
        )


def _counts(lengths: list[int]) -> str:
    return " and ".join(map(str, dict.fromkeys(lengths))) or "none"


def check_folder(folder: Path) -> None:
    """Raises if a folder cannot be made, since a file has its name or that of a folder above it.

    Raises:
        ValueError: If one has.
    """
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if there is not None and not there.is_dir():
        raise ValueError(
            f"Invalid value for argument `log_dir`. Expected a folder. Received: "
            f"log_dir={str(folder.parent)!r}, where {str(there)!r} is a file"
        )


def try_step(model: Any, x: Any, y: Any) -> None:
    """Raises if the model cannot make a training step on a batch. Nothing in the model changes.

    Args:
        model: A built model.
        x: The batch's inputs.
        y: Its targets.

    Raises:
        ValueError: If it cannot, with the shapes and what the backend says.
    """
    check_loss(model, None)
    try:
        with unchanged(model):
            training_loss(model, x, y, None)
    except Exception as error:
        raise ValueError(
            f"Model {model.name!r} cannot make a training step on `x` of shape {_shapes(x)} and "
            f"`y` of shape {_shapes(y)}. Check that they are batches like those of `fit`, with "
            f"labels as its loss takes them. It says: {error_in_short(error)}"
        ) from error


def _shapes(data: Any) -> str:
    return " and ".join(str(tuple(array.shape)) for array in keras.tree.flatten(data))
