"""In which epochs a callback acts: what `epochs=` may be."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from keras_lateral.keras_tools.epoch_values import EpochRange

Epochs = int | Literal["last"] | Sequence[int | EpochRange] | Callable[[int], bool]
"""An epoch counted from 0, the last one, several epochs or ranges of them, or a function."""


@dataclass(frozen=True)
class AlternatingEpochs:
    """Some ordinary epochs, some others, and so on.

    Args:
        ordinary: Ordinary epochs of each period, which come first.
        frozen: The others of each period.
        start: The epoch in which the first period begins.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> from keras_lateral import AlternatingEpochs
    >>> [epoch for epoch in range(9) if AlternatingEpochs(ordinary=2, frozen=1)(epoch)]
    [2, 5, 8]
    """

    ordinary: int = 1
    frozen: int = 1
    start: int = 0

    def __post_init__(self) -> None:
        if self.ordinary < 1 or self.frozen < 1 or self.start < 0:
            raise ValueError(
                "Invalid value for argument `ordinary`, `frozen` or `start`. Expected 1 or more "
                f"epochs of each kind and a start of 0 or later. Received: {self}"
            )

    def __call__(self, epoch: int) -> bool:
        """Returns whether an epoch is one of the others."""
        since = epoch - self.start
        return since >= 0 and since % (self.ordinary + self.frozen) >= self.ordinary


class WhenRising:
    """The epochs right after a monitored value has started to rise.

    It has risen in an epoch when none of the last `patience` values is below all those before.
    What is asked for one epoch depends only on the values of the epochs before it. They are kept in
    this object, and in a file if it is given one, from which an interrupted run goes on.

    Args:
        monitor: A name in the logs of `fit`, such as `"val_loss"`.
        patience: How many epochs without a new best value count as a rise.
        epochs: How many epochs follow.
        mode: `"min"` for values that should fall, `"max"` for those that should rise, such as an
            accuracy (then what is waited for is that it starts to fall).
        path: A JSON file for the values. Needed when the run may be interrupted and resumed.

    Raises:
        ValueError: If a number is out of its range; in `fit`, if the monitored value is not in
            the logs, or those of earlier epochs are not known.

    Example:

    >>> from keras_lateral import WhenRising
    >>> rising = WhenRising("val_loss")
    >>> for epoch, loss in enumerate([0.9, 0.7, 0.8]):
    ...     rising.observe(epoch, {"val_loss": loss})
    >>> rising(2), rising(3)
    (False, True)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        *,
        patience: int = 1,
        epochs: int = 1,
        mode: Literal["min", "max"] = "min",
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        if patience < 1 or epochs < 1 or mode not in ("min", "max"):
            raise ValueError(
                "Invalid value for argument `patience`, `epochs` or `mode`. Expected 1 or more "
                "epochs, and 'min' or 'max'. "
                f"Received: patience={patience}, epochs={epochs}, mode={mode!r}"
            )
        self.monitor, self.patience, self.epochs, self.mode = monitor, patience, epochs, mode
        self.path = None if path is None else Path(path)
        self._values: dict[int, float] = {}

    def __call__(self, epoch: int) -> bool:
        """Returns whether an epoch is one of those after the first rise."""
        if self.path is not None and self.path.exists():
            known = json.loads(self.path.read_text(encoding="utf-8"))
            self._values = {int(one): value for one, value in known.items()} | self._values
        unknown = [one for one in range(epoch) if one not in self._values]
        if unknown:
            raise ValueError(
                f"WhenRising must know {self.monitor!r} of all epochs before epoch {epoch}. "
                f"It is not known for epochs {unknown}. When training resumes, give the run and "
                "the resumed one the same `path=`."
            )
        sign = 1 if self.mode == "min" else -1
        values = [sign * self._values[one] for one in range(epoch)]
        rise = next((one for one in range(epoch) if self._has_risen(values[: one + 1])), None)
        return rise is not None and rise < epoch <= rise + self.epochs

    def observe(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """Takes the value of an epoch from its logs."""
        if self.monitor not in (logs or {}):
            raise ValueError(
                f"Invalid value for argument `monitor`. Expected one of {sorted(logs or {})}, "
                f"what `fit` logs (a name with `val_` needs validation data). "
                f"Received: monitor={self.monitor!r}"
            )
        # What a run that was restarted from an earlier epoch had seen later is not its own.
        self._values = {one: value for one, value in self._values.items() if one < epoch}
        self._values[epoch] = float((logs or {})[self.monitor])
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # The old file stays whole until the new one is.
            new = self.path.with_name(self.path.name + ".new")
            new.write_text(json.dumps(self._values), encoding="utf-8")
            new.replace(self.path)

    def _has_risen(self, values: list[float]) -> bool:
        before, last = values[: -self.patience], values[-self.patience :]
        return bool(before) and min(last) >= min(before)


def epochs_of(epochs: Epochs) -> Callable[[int, int | None], bool]:
    """Returns the function from the epoch, and the number of epochs, to what `epochs` means.

    Raises:
        ValueError: If `epochs` is none of what it may be.

    Example:

    >>> of = epochs_of([1, (3, 5)])
    >>> [epoch for epoch in range(8) if of(epoch, 8)], epochs_of("last")(7, 8)
    ([1, 3, 4], True)
    """
    if epochs == "last":
        return lambda epoch, total: total is not None and epoch == total - 1
    if callable(epochs):
        return lambda epoch, total: bool(epochs(epoch))
    several = epochs if isinstance(epochs, (list, tuple, range)) else [epochs]
    ranges = [_range(one, epochs) for one in several]
    if not ranges:
        raise _invalid(epochs)
    return lambda epoch, total: any(a <= epoch and (b is None or epoch < b) for a, b in ranges)


def _range(one: Any, epochs: Any) -> EpochRange:
    if _is_epoch(one):
        return one, one + 1
    if isinstance(one, (tuple, list)) and len(one) == 2:
        first, end = one
        if _is_epoch(first) and (end is None or (_is_epoch(end) and first < end)):
            return first, end
    raise _invalid(epochs)


def _is_epoch(one: Any) -> bool:
    return isinstance(one, int) and not isinstance(one, bool) and one >= 0


def _invalid(epochs: Any) -> ValueError:
    return ValueError(
        "Invalid value for argument `epochs`. Expected an epoch counted from 0, 'last', a list of "
        "epochs and ranges (first, end) with first < end and end=None for all that follow, such "
        "as [4, (8, 10)], or a function of the epoch, such as AlternatingEpochs() or WhenRising(). "
        f"Received: epochs={epochs!r}"
    )
