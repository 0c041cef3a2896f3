"""What is measured of every trained network, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """How to read one measure.

    Args:
        name: Its key in a run.
        title: Its name in words.
        higher_is_better: Whether a gain is a rise.
        scale: What it is multiplied with to be shown.
        unit: Of the shown value's differences.
        digits: After the point.

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


_KNOWN = {
    one.name: one
    for one in (
        Measure("accuracy", "test accuracy"),
        Measure("train_accuracy", "training accuracy"),
        Measure("loss", "test loss", False, 1.0, "nats", 3),
        Measure("calibration_error", "calibration error", False),
        Measure("seconds_per_epoch", "seconds per epoch", False, 1.0, "s", 2),
    )
}


def measure_of(name: str) -> Measure:
    """Returns how to read a measure of a comparison.

    Args:
        name: Its key in a `Run`. What is not known here is the accuracy under a condition.

    Returns:
        A `Measure`.

    Example:

    >>> from keras_lateral import measure_of
    >>> measure_of("fog-3").title
    'accuracy under fog-3'
    """
    return _KNOWN.get(name) or Measure(name, f"accuracy under {name}")


def is_condition(name: str) -> bool:
    """Returns whether a measure is the accuracy under a condition."""
    return name not in _KNOWN
