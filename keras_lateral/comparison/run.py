"""The result of one training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from keras_lateral.comparison.per_image.image_results import ImageResults


@dataclass(frozen=True)
class Run:
    """One training: one method with one seed.

    Args:
        method: The method's name.
        seed: Seed of the initial weights, the order of the images and their augmentation.
        measures: Values by name: `accuracy`, `loss` and `calibration_error` on the test
            images, `train_accuracy`, `seconds_per_epoch`, and the accuracy under each condition by
            the condition's name. A training that diverged has only those that are defined.
        seconds: Seconds that training and measuring took.
        diverged: Whether its weights or its scores ended as NaN or infinity. Its accuracy is then
            that of chance.
        history: Training loss and accuracy of each epoch.
        details: Further results of each condition, besides the accuracy.
        weights_digest: The same text for the same final weights, to the last bit; empty if the
            training diverged, or an earlier version saved it.
        images: What the network says of each test image; `None` if the training diverged, or an
            earlier version saved it.
        log_probabilities: float16 array `(images, classes)`, for ensembles. A folder keeps it
            beside the run, but it is no part of the run as JSON.

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
    weights_digest: str = ""
    images: ImageResults | None = None
    log_probabilities: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def epochs(self) -> int:
        """Number of epochs that were trained: fewer than planned where a callback stopped early."""
        return len(next(iter(self.history.values()), ()))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Run:
        """Returns the run that `to_dict` was called on."""
        images = values.get("images")
        return cls(**{**values, "images": None if images is None else _results(images)})

    def to_dict(self) -> dict[str, Any]:
        """Returns the run as JSON-compatible values, without numbers that are NaN or infinite."""
        lean = replace(self, images=None, log_probabilities=None)
        values = asdict(lean)
        del values["images"], values["log_probabilities"]
        values["measures"] = {
            name: value for name, value in self.measures.items() if math.isfinite(value)
        }
        values["history"] = _finite(dict(self.history))
        values["details"] = _finite(dict(self.details))
        if not self.weights_digest:
            del values["weights_digest"]
        if self.images is not None:
            values["images"] = self.images.to_dict()
        return values


def _results(images: Any) -> ImageResults:
    return images if isinstance(images, ImageResults) else ImageResults.from_dict(images)


def _finite(value: Any) -> Any:
    """Returns a value with `None` for numbers that JSON does not know."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
