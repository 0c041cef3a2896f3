"""The squared singular values of an operator: all of them, or only the extreme ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SquaredSingularValues:
    """Squared singular values, each with the number of times it occurs.

    Args:
        values: Float64 array, ascending. Only the least and the largest if not `complete`.
        counts: Int array of the same shape.
        lower_error: Some squared singular value lies within this distance of the least one here.
        upper_error: The same for the largest one.
        complete: Whether these are all of them.
    """

    values: np.ndarray
    counts: np.ndarray
    lower_error: float = 0.0
    upper_error: float = 0.0
    complete: bool = True

    @property
    def lower(self) -> float:
        """The least of them."""
        return float(self.values[0])

    @property
    def upper(self) -> float:
        """The largest of them."""
        return float(self.values[-1])

    def at_most(self, limit: float) -> int | None:
        """Returns the number of values up to a limit; `None` if it is not known."""
        return int(self.counts[self.values <= limit].sum()) if self.complete else None

    def quantiles(self, number: int) -> tuple[float, ...]:
        """Returns the values at equally spaced shares of all, from the least to the largest."""
        if not self.complete:
            return ()
        ends = np.cumsum(self.counts)
        places = np.linspace(0, ends[-1] - 1, number)
        return tuple(self.values[np.searchsorted(ends, places, side="right")].tolist())


def all_values(values: np.ndarray, counts: np.ndarray) -> SquaredSingularValues:
    """Returns the record of values in any order and shape."""
    flat = values.reshape(-1)
    order = np.argsort(flat)
    return SquaredSingularValues(flat[order], np.broadcast_to(counts, values.shape).flat[order])


def direct_sum(parts: Sequence[tuple[int, SquaredSingularValues]]) -> SquaredSingularValues:
    """Returns the values of a direct sum of operators, each with its number of copies."""
    joined = all_values(
        np.concatenate([part.values for _, part in parts]),
        np.concatenate([count * part.counts for count, part in parts]),
    )
    return SquaredSingularValues(
        joined.values,
        joined.counts,
        lower_error=max(part.lower_error for _, part in parts),
        upper_error=max(part.upper_error for _, part in parts),
        complete=all(part.complete for _, part in parts),
    )
