"""The measures of a trained network, and how to read them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """How to read one measure.

    Args:
        name: Key of the measure in a run.
        title: Name of the measure in words.
        higher_is_better: Whether a higher value is better.
        scale: Factor by which values are multiplied to be shown.
        unit: Unit of the differences that are shown.
        digits: Number of decimal places.

    Example:

    >>> from keras_lateral import measure_of
    >>> measure_of("loss").higher_is_better, measure_of("accuracy").show(0.1234)
    (False, '12.3')
    """

    name: str
    title: str
    higher_is_better: bool = True
    scale: float = 100.0
    unit: str = "points"
    digits: int = 1

    def show(self, value: float, *, sign: bool = False) -> str:
        """Returns a value or a difference as text, without its unit."""
        rounded = round(self.scale * value, self.digits) + 0.0  # no -0.0
        return f"{rounded:{'+' if sign else ''}.{self.digits}f}"


TIME = "seconds_per_epoch"
"""The measure that is no property of a network, and differs between two runs of one program."""

_KNOWN = {
    measure.name: measure
    for measure in (
        Measure("accuracy", "test accuracy"),
        Measure("balanced_accuracy", "balanced accuracy"),
        Measure("macro_f1", "macro F1"),
        Measure("auc", "area under the ROC curve"),
        Measure("train_accuracy", "training accuracy"),
        Measure("loss", "test loss", False, 1.0, "nats", 3),
        Measure("calibration_error", "calibration error", False),
        Measure(TIME, "seconds per epoch", False, 1.0, "s", 2),
    )
}


METRIC = "metric:"
"""Begins the name of a measure that is a metric of the user's own, as compiled."""

_LOWER = ("error", "loss", "entropy", "divergence", "hinge", "false_")
"""In the name of a metric: lower values are better."""


def measure_of(name: str) -> Measure:
    """Returns how to read a measure of a comparison.

    Args:
        name: Key of the measure in a `Run`. A key that begins with `"metric:"` is a metric of the
            user's own; any other unknown key is the accuracy under a condition.

    Returns:
        A `Measure`.

    Example:

    >>> from keras_lateral import measure_of
    >>> measure_of("fog-3").title
    'accuracy under fog-3'
    """
    if name.startswith(METRIC):
        title = name.removeprefix(METRIC)
        lower = any(part in title.lower() for part in _LOWER)
        return Measure(name, title, not lower, 1.0, "", 3)
    return _KNOWN.get(name) or Measure(name, f"accuracy under {name}")


def is_condition(name: str) -> bool:
    """Returns whether a measure is the accuracy under a condition."""
    return name not in _KNOWN and not name.startswith(METRIC)
