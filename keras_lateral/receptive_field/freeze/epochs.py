"""The epochs in which a callback acts: the values of its argument `epochs`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AnySet
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any, Literal

import numpy as np

from keras_lateral.files import write_whole
from keras_lateral.keras_tools.epoch_values import EpochRange

Epochs = int | Literal["last"] | Collection[int | EpochRange] | Callable[[int], bool]
"""An epoch counted from 0, the last one, several epochs or ranges of them, or a function."""


@dataclass(frozen=True)
class AlternatingEpochs:
    """Alternates ordinary epochs and frozen ones.

    Args:
        ordinary: Number of ordinary epochs in each period; they come first.
        frozen: Number of frozen epochs in each period.
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

        for name in ("ordinary", "frozen", "start"):
            object.__setattr__(self, name, plain_epochs(getattr(self, name)))

    def __call__(self, epoch: int) -> bool:
        """Returns whether an epoch is frozen."""
        since = epoch - self.start
        return since >= 0 and since % (self.ordinary + self.frozen) >= self.ordinary


class WhenRising:
    """The epochs right after a monitored value has started to rise.

    It has risen in an epoch if none of the last `patience` values is below all earlier ones.
    The answer for an epoch depends only on the values of the epochs before it. They are kept in
    this object and, if `path` is given, in a file, from which an interrupted run continues.

    Args:
        monitor: A name in the logs of `fit`, such as `"val_loss"`.
        patience: Number of epochs without a new best value that count as a rise.
        epochs: Number of epochs that follow the rise.
        mode: `"min"` for values that should fall, `"max"` for those that should rise, such as an
            accuracy (it then waits until the value starts to fall).
        path: A JSON file for the values. Required when the run may be interrupted and resumed.

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
            self._values = {int(number): value for number, value in known.items()} | self._values
        unknown = [earlier for earlier in range(epoch) if earlier not in self._values]
        if unknown:
            raise ValueError(
                f"WhenRising must know {self.monitor!r} of all epochs before epoch {epoch}. "
                f"It is not known for epochs {unknown}. When training resumes, give the run and "
                "the resumed one the same `path=`."
            )
        sign = 1 if self.mode == "min" else -1
        values = [sign * self._values[earlier] for earlier in range(epoch)]
        rises = (e for e in range(epoch) if self._has_risen(values[: e + 1]))
        rise = next(rises, None)
        return rise is not None and rise < epoch <= rise + self.epochs

    def observe(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """Takes the value of an epoch from its logs."""
        if self.monitor not in (logs or {}):
            raise ValueError(
                f"Invalid value for argument `monitor`. Expected one of {sorted(logs or {})}, "
                f"which `fit` logs (a name with `val_` needs validation data). "
                f"Received: monitor={self.monitor!r}"
            )
        # A run restarted from an earlier epoch must forget the values of later epochs.
        self._values = {e: value for e, value in self._values.items() if e < epoch}
        self._values[epoch] = float((logs or {})[self.monitor])
        if self.path is not None:
            write_whole(self.path, json.dumps(self._values))

    def _has_risen(self, values: list[float]) -> bool:
        before, last = values[: -self.patience], values[-self.patience :]
        return bool(before) and min(last) >= min(before)


def epoch_rule(epochs: Epochs) -> Callable[[int, int | None], bool]:
    """Returns `epochs` as a function from an epoch and the number of epochs to bool.

    Raises:
        ValueError: If `epochs` is not valid, or a bare pair, which may mean two epochs or a range.

    Example:

    >>> acts = epoch_rule([1, (3, 5)])
    >>> [epoch for epoch in range(8) if acts(epoch, 8)], epoch_rule("last")(7, 8)
    ([1, 3, 4], True)
    """
    if isinstance(epochs, str) and epochs == "last":
        return lambda epoch, total: total is not None and epoch == total - 1
    if callable(epochs):
        return lambda epoch, total: bool(epochs(epoch))
    items = plain_epochs(epochs)
    items = items if isinstance(items, (list, tuple, range)) else [items]
    _check_that_it_is_no_bare_pair(items)
    ranges = [_range(item, epochs) for item in items]
    if not ranges:
        raise _invalid(epochs)
    return lambda epoch, total: any(a <= epoch and (b is None or epoch < b) for a, b in ranges)


def plain_epochs(epochs: Any) -> Any:
    """Returns `epochs` with Python's own integers for NumPy's, and a sorted list for a set.

    Example:

    >>> import numpy as np
    >>> plain_epochs(np.arange(3)), plain_epochs({4, 2}), plain_epochs([np.int64(1), (3, 5)])
    ([0, 1, 2], [2, 4], [1, (3, 5)])
    """
    if isinstance(epochs, (np.ndarray, np.generic)):
        return epochs.tolist()
    if isinstance(epochs, AnySet):
        return sorted((plain_epochs(item) for item in epochs), key=str if _mixed(epochs) else None)
    if type(epochs) in (list, tuple):
        return type(epochs)(plain_epochs(item) for item in epochs)
    return epochs


def _mixed(items: Collection[Any]) -> bool:
    return not all(isinstance(item, Integral) for item in items)


def _check_that_it_is_no_bare_pair(items: Any) -> None:
    """Raises for `(3, 5)`, which elsewhere is a range."""
    if isinstance(items, tuple) and len(items) == 2 and not isinstance(items[0], (tuple, list)):
        first, second = items
        raise ValueError(
            "Invalid value for argument `epochs`. A pair by itself may mean two epochs or a range: "
            f"write [{first}, {second}] for these two, or [({first}, {second})] for those from "
            f"{first} on, before {second}. Received: epochs={items!r}"
        )


def _range(item: Any, epochs: Any) -> EpochRange:
    if _is_epoch(item):
        return item, item + 1
    if isinstance(item, (tuple, list)) and len(item) == 2:
        first, end = item
        if _is_epoch(first) and (end is None or (_is_epoch(end) and first < end)):
            return first, end
    raise _invalid(epochs)


def _is_epoch(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool) and item >= 0


def _invalid(epochs: Any) -> ValueError:
    return ValueError(
        "Invalid value for argument `epochs`. Expected an epoch counted from 0, 'last', a list of "
        "epochs and ranges (first, end) with first < end and end=None for all that follow, such "
        "as [4, (8, 10)], or a function of the epoch, such as AlternatingEpochs() or WhenRising(). "
        f"Received: epochs={epochs!r}"
    )
