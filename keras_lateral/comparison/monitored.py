"""Callbacks that watch a value of `fit`: whether there will be one of that name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras

from keras_lateral.text import did_you_mean


def check_monitored(
    callbacks: Sequence[keras.callbacks.Callback], names: Sequence[str], whose: str
) -> None:
    """Raises if a callback monitors what `fit` will not report.

    Args:
        callbacks: The callbacks of one training.
        names: The names that `fit` reports.
        whose: Whose callbacks they are, the begin of a sentence.

    Raises:
        ValueError: If one is missing. The message says what to pass, or what there is.

    Example:

    >>> import keras
    >>> check_monitored([keras.callbacks.EarlyStopping("loss")], ["loss"], "`callbacks`")
    """
    for name, watcher in missing(callbacks, names):
        validated = any(known.startswith("val_") for known in names)
        possible = {*names, *(f"val_{known}" for known in names if not validated)}
        if name in possible:
            raise _not_validated(whose, watcher, name, _OF_COMPARISON)
        raise ValueError(
            f"{whose}: {watcher} monitors {name!r}, which `fit` does not report here"
            f"{'' if validated else ', nor with images for validation'}."
            f"{did_you_mean(name, possible)} Expected one of {sorted(possible)}."
        )


def check_validated(callbacks: Sequence[keras.callbacks.Callback], whose: str) -> None:
    """Raises if a callback of a training without images for validation monitors a value of them.

    Args:
        callbacks: The callbacks of one training.
        whose: Whose callbacks they are, the begin of a sentence.

    Raises:
        ValueError: With what to pass.
    """
    for name, watcher in monitored(callbacks):
        if name.startswith("val_"):
            raise _not_validated(whose, watcher, name, _OF_FIT)


def _not_validated(whose: str, watcher: str, name: str, hint: str) -> ValueError:
    return ValueError(
        f"{whose}: {watcher} monitors {name!r}, which needs images for validation. {hint}"
    )


_OF_COMPARISON = (
    "Pass the argument `validation`: a share of the training images, such as 0.2, or 'own' for "
    "those of the set. Test images are never used for it."
)
_OF_FIT = (
    "Pass the argument `validation_split`, a share of the training images, such as 0.2, or "
    "`validation_data`."
)


def missing(
    callbacks: Sequence[keras.callbacks.Callback], names: Sequence[str]
) -> list[tuple[str, str]]:
    """Returns what is monitored and not reported, each with the name of the callback."""
    return [pair for pair in monitored(callbacks) if pair[0] not in {*names, "learning_rate"}]


def monitored(callbacks: Sequence[keras.callbacks.Callback]) -> list[tuple[str, str]]:
    """Returns what is monitored, each with the name of the callback."""
    return [pair for callback in callbacks for pair in _monitored_by(callback)]


def _monitored_by(callback: Any) -> Iterator[tuple[str, str]]:
    """Yields what a callback monitors itself, or by the rule that says in which epochs it acts."""
    for part in (callback, getattr(callback, "epochs", None)):
        name = getattr(part, "monitor", None)
        if isinstance(name, str) and _is_read(part):
            yield name, type(part).__name__


def _is_read(callback: Any) -> bool:
    """Returns whether a callback reads what it monitors: a checkpoint of every epoch does not."""
    is_checkpoint = isinstance(callback, keras.callbacks.ModelCheckpoint)
    return not is_checkpoint or bool(callback.save_best_only)
