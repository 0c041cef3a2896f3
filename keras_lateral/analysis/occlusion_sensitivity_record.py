"""The record of what hiding parts of images does to a model's scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.record import Record


@dataclass(frozen=True, eq=False)
class OcclusionSensitivity(Record):
    """How much the score of a class falls when a patch is hidden. `occlusion_sensitivity` makes it.

    Args:
        map: float64 array of shape `(batch, *spatial)`: at each pixel the mean of `drops` over the
            patches that cover it. Above 0 where hiding hurts the class.
        drops: float64 array of shape `(batch, *grid)`: score of the image less score of the image
            without the patch.
        base_score: float64 array of shape `(batch,)`: scores of the images with nothing hidden.
        labels: int array of shape `(batch,)`: the classes whose scores these are.
        patch: Side lengths of a patch in pixels.
        stride: Distances between patches in pixels.

    Example:

    >>> one, map = np.array([0.75]), np.array([[0.5, 0.25, 0.0]])
    >>> record = OcclusionSensitivity(map, map, one, np.array([2]), (1,), (1,))
    >>> record.largest_drop.tolist(), len(record)
    ([0.5], 1)
    >>> print(record)
    1 image, patches of 1 pixels every 1: the score falls from 0.75 by up to 0.5 on average
    """

    map: np.ndarray
    drops: np.ndarray
    base_score: np.ndarray
    labels: np.ndarray
    patch: tuple[int, ...]
    stride: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.map)

    @property
    def largest_drop(self) -> np.ndarray:
        """The largest drop of each image, array of shape `(batch,)`."""
        drops: np.ndarray = self.drops.reshape(len(self), -1).max(axis=1)
        return drops

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "patch": list(self.patch),
            "stride": list(self.stride),
            "labels": self.labels.tolist(),
            "base_score": self.base_score.tolist(),
            "largest_drop": self.largest_drop.tolist(),
            "drops": self.drops.tolist(),
            "map": self.map.tolist(),
        }

    def __str__(self) -> str:
        patch, stride = (" x ".join(map(str, sizes)) for sizes in (self.patch, self.stride))
        return (
            f"{len(self)} image{'s' if len(self) > 1 else ''}, patches of {patch} pixels every "
            f"{stride}: the score falls from {self.base_score.mean():.3g} by up to "
            f"{self.largest_drop.mean():.3g} on average"
        )
