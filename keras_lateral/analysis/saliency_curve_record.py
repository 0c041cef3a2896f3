"""The record of what a model says while pixels go, or come, in the order of a map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from keras_lateral.record import Record

Kind = Literal["deletion", "insertion"]


@dataclass(frozen=True, eq=False)
class SaliencyCurve(Record):
    """A class's probability over the share of pixels that were changed.

    `deletion_curve` and `insertion_curve` make it.

    Args:
        kind: `"deletion"`: a low area speaks for the map; `"insertion"`: a high one.
        shares: float64 array of shape `(steps + 1,)`: shares of pixels, from 0 to 1.
        scores: float64 array of shape `(images, steps + 1)`: the class's probability.
        target: int array of shape `(images,)`: the classes.
        settings: What else is needed to compute it again.

    Example:

    >>> shares, scores = np.array([0.0, 0.5, 1.0]), np.array([[1.0, 0.5, 0.0], [1.0, 0.0, 0.0]])
    >>> record = SaliencyCurve("deletion", shares, scores, np.array([1, 2]))
    >>> record.area.tolist(), record.mean_area
    ([0.5, 0.25], 0.375)
    >>> print(record)
    deletion of 2 images: area 0.375, from 1 to 0 on average
    """

    kind: Kind
    shares: np.ndarray
    scores: np.ndarray
    target: np.ndarray
    settings: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def area(self) -> np.ndarray:
        """The area under each image's curve by the trapezoidal rule, array `(images,)`."""
        between = (self.scores[:, 1:] + self.scores[:, :-1]) / 2
        area: np.ndarray = between @ np.diff(self.shares)
        return area

    @property
    def mean_area(self) -> float:
        """The mean area over the images."""
        return float(self.area.mean())

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "kind": self.kind,
            "mean_area": self.mean_area,
            "area": self.area.tolist(),
            "target": self.target.tolist(),
            "shares": self.shares.tolist(),
            "scores": self.scores.tolist(),
            "settings": self.settings,
        }

    def __str__(self) -> str:
        first, last = self.scores[:, 0].mean(), self.scores[:, -1].mean()
        return (
            f"{self.kind} of {len(self)} image{'s' * (len(self) > 1)}: area "
            f"{self.mean_area:.3g}, from {first:.3g} to {last:.3g} on average"
        )
