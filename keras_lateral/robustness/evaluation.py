"""What `evaluate` found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.record import Record
from keras_lateral.robustness.condition import ConditionResult


@dataclass(frozen=True)
class Evaluation(Record):
    """A classifier on clean images and under conditions. `print` shows a table.

    Args:
        accuracy: Clean accuracy, of all images.
        loss: Mean negative log likelihood of the true class, in nats.
        calibration_error: Expected calibration error, see `calibration_error`.
        images: How many images there are.
        accuracy_of_tested: Clean accuracy of those images that the conditions were measured on.
        results: One for each condition, in their order.

    Example:

    >>> from keras_lateral import Evaluation
    >>> Evaluation(0.9, 0.4, 0.02, 100, 0.9).to_dict()["accuracy"]
    0.9
    """

    accuracy: float
    loss: float
    calibration_error: float
    images: int
    accuracy_of_tested: float
    results: tuple[ConditionResult, ...] = ()

    def __getitem__(self, name: str) -> ConditionResult:
        """Returns the result of a condition by its name."""
        for result in self.results:
            if result.name == name:
                return result
        raise KeyError(f"No condition {name!r}. There are {[one.name for one in self.results]}")

    def to_dict(self) -> dict[str, Any]:
        """Returns all of it in types that JSON knows."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"Clean, {self.images} images: accuracy {100 * self.accuracy:.1f} %, "
            f"loss {self.loss:.3f}, calibration error {100 * self.calibration_error:.1f} %"
        ]
        if self.results:
            width = max(len(one.name) for one in self.results)
            clean = f"{'clean, the same images':{width}}"
            lines += ["", f"{clean}  {100 * self.accuracy_of_tested:6.1f} %"]
        for one in self.results:
            success = one.details.get("attack_success_rate")
            more = "" if success is None else f"   attack success rate {100 * success:.1f} %"
            lines.append(f"{one.name:{width}}  {100 * one.accuracy:6.1f} %{more}")
        return "\n".join(lines)
