"""What one training came to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Run:
    """One method, one seed.

    Args:
        method: The method's name.
        seed: Of the first weights, the order of the images and their augmentation.
        measures: From name to value: `accuracy`, `loss` and `calibration_error` on the test
            images, `train_accuracy`, `seconds_per_epoch`, and the accuracy under each condition by
            the condition's name. Of a training that diverged, only those that can be told.
        seconds: That training and measuring took.
        diverged: Whether its weights ended as no numbers. Such a network names classes by chance.
        history: Training loss and accuracy of each epoch.
        details: What each condition said besides the accuracy.

    Example:

    >>> from keras_lateral import Run
    >>> Run("baseline", 0, {"accuracy": 0.5}, 12.0).measures["accuracy"]
    0.5
    """

    method: str
    seed: int
    measures: Mapping[str, float]
    seconds: float
    diverged: bool = False
    history: Mapping[str, list[float]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Returns it in types that JSON knows; what is no number is left out."""
        values = asdict(self)
        values["measures"] = {
            name: value for name, value in self.measures.items() if math.isfinite(value)
        }
        values["history"] = {
            name: [one if math.isfinite(one) else None for one in values]
            for name, values in self.history.items()
        }
        return values
