"""A claim of a source, beside what was seen here: the verdict follows from the interval alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from experiments.common.paired import Difference
from keras_lateral import PairedDifference

Verdict = Literal["seen", "seen, but smaller", "not seen", "refuted at this size", "open"]


@dataclass(frozen=True)
class Seen:
    """A difference that was seen here, in points.

    Args:
        mean: The difference.
        low: Lower end of its 95 % interval; NaN for a single pair.
        high: Upper end.
        p: Its p value, adjusted for everything in its table.
        pairs: Number of pairs.
    """

    mean: float
    low: float
    high: float
    p: float
    pairs: int

    @classmethod
    def of(cls, d: PairedDifference, p: float) -> Seen:
        """Returns a difference of shares in points, with its adjusted p value."""
        return cls(100 * d.mean, 100 * d.low, 100 * d.high, p, d.pairs)


def in_points(d: Difference, pairs: int) -> Seen:
    """Returns a difference of shares between arms, by Student's t, in points.

    Args:
        d: The difference.
        pairs: Number of pairs of trainings behind it.
    """
    low, high = d.mean - d.half_width, d.mean + d.half_width
    return Seen(100 * d.mean, 100 * low, 100 * high, d.p, pairs)


def verdict(claimed: float, seen: Seen | None, *, direction: bool = False) -> Verdict:
    """Returns what the interval says of a claimed difference.

    - "seen": a difference of the claimed sign, that is distinguishable from 0, and the interval
      holds the claimed value or lies beyond it.
    - "seen, but smaller": distinguishable from 0 likewise, and smaller than claimed.
    - "refuted at this size": the other sign, distinguishable from 0.
    - "not seen": not distinguishable from 0, and as much as claimed is excluded.
    - "open": neither 0 nor the claimed value is excluded; or there is no interval yet.

    Args:
        claimed: The claimed difference, in points; its sign is the claim's direction.
        seen: The difference seen here, or `None`.
        direction: Whether the source claims a direction only: then a difference that is not told
            from 0 leaves the claim open.
    """
    if seen is None or not seen.low <= seen.high:
        return "open"
    sign = 1 if claimed > 0 else -1
    low, high = sorted((sign * seen.low, sign * seen.high))
    if seen.p < 0.05 and low > 0:
        return "seen" if direction or high >= sign * claimed else "seen, but smaller"
    if seen.p < 0.05 and high < 0:
        return "refuted at this size"
    return "not seen" if not direction and high < sign * claimed else "open"
