"""The record of an attack with SimBA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.record import Record
from keras_lateral.text import Table, values_table

MILESTONES = (1, 10, 50, 100, 500, 1000, 5000, 10000)
"""Iterations after which the success rate is reported."""


@dataclass(frozen=True, eq=False, repr=False)
class SimBARecord(Record):
    """The record of an attack with SimBA, as returned by `SimBA.run`.

    Args:
        images: float32 array of shape `(images, height, width, channels)`: after the attack.
        attacked: bool array `(images,)`: those classified correctly before. The others are
            unchanged, and count nowhere below.
        succeeded: bool array `(images,)`: those misclassified after the attack.
        iterations: int array `(images,)`: iterations until success, or all of them.
        queries: int array `(images,)`: number of queries of the model, including the first.
        limit: The largest number of iterations.

    Example:

    >>> yes, no = np.array([True, True, True]), np.array([True, False, True])
    >>> counts = np.array([1, 10, 4])
    >>> record = SimBARecord(np.zeros((3, 2, 2, 1)), yes, no, counts, 2 * counts, limit=10)
    >>> [round(record.success_rate(after), 3) for after in (0, 1, 4, 10)]
    [0.0, 0.333, 0.667, 0.667]
    >>> print(record)
    SimBA: 2 of 3 images misclassified after at most 10 iterations (67 %), 10 queries on average
    """

    images: np.ndarray
    attacked: np.ndarray
    succeeded: np.ndarray
    iterations: np.ndarray
    queries: np.ndarray
    limit: int

    def success_rate(self, after: int | None = None) -> float | None:
        """Returns the share of attacked images misclassified after this many iterations.

        Args:
            after: Number of iterations. Defaults to all.

        Returns:
            The share, or `None` if no image was attacked.
        """
        if not self.attacked.any():
            return None
        after = self.limit if after is None else after
        return float((self.succeeded & (self.iterations <= after)).sum() / self.attacked.sum())

    @property
    def mean_queries(self) -> float | None:
        """Average number of queries per attacked image, including failures."""
        return float(self.queries[self.attacked].mean()) if self.attacked.any() else None

    def curve(self) -> dict[str, list[Any]]:
        """Returns iterations at which the success rate rises, and the rate from there on."""
        steps = {0, self.limit, *self.iterations[self.succeeded].tolist()}
        after = sorted(steps)
        return {"iterations": after, "success_rate": [self.success_rate(t) for t in after]}

    def details(self) -> dict[str, Any]:
        """Returns the details of a condition's result, besides the accuracy."""
        reached = [t for t in MILESTONES if t <= self.limit]
        return {
            "success_rate_after": {str(t): self.success_rate(t) for t in reached},
            "mean_queries": self.mean_queries,
            "curve": self.curve(),
        }

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names, without the images."""
        return {
            "success_rate": self.success_rate(),
            "mean_queries": self.mean_queries,
            "limit": self.limit,
            "attacked": self.attacked.tolist(),
            "succeeded": self.succeeded.tolist(),
            "iterations": self.iterations.tolist(),
            "queries": self.queries.tolist(),
        }

    def __str__(self) -> str:
        rate, attacked = self.success_rate(), int(self.attacked.sum())
        if rate is None:
            return "SimBA: no image was classified correctly before, so none was attacked"
        return (
            f"SimBA: {int(self.succeeded.sum())} of {attacked} images misclassified after at most "
            f"{self.limit} iterations ({100 * rate:.0f} %), {self.mean_queries:.0f} queries on "
            "average"
        )

    def _blocks(self) -> list[Table | str]:
        rate, queries = self.success_rate(), self.mean_queries
        values = {
            "images attacked": int(self.attacked.sum()),
            "misclassified after": int(self.succeeded.sum()),
            "success rate": "-" if rate is None else f"{100 * rate:.0f} %",
            "iterations at most": self.limit,
            "mean queries": "-" if queries is None else f"{queries:.0f}",
        }
        return [values_table("SimBA", values)]

    def _summary(self) -> str:
        rate = self.success_rate()
        share = "" if rate is None else f" ({100 * rate:.0f} %)"
        return (
            f"{int(self.succeeded.sum())} of {int(self.attacked.sum())} images misclassified{share}"
        )
