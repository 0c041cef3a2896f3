"""Pairs of results, one pair a seed: the mean difference and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PairedDifference:
    """What `with - without` came to over the seeds, in the unit of the results.

    Args:
        mean: Mean of the differences.
        margin: Half the width of the 95 % interval of Student's t; NaN for a single pair.
        pairs: Number of pairs.
    """

    mean: float
    margin: float
    pairs: int

    def __str__(self) -> str:
        if self.pairs < 2:
            return f"{self.mean:+.2f}"
        low, high = self.mean - self.margin, self.mean + self.margin
        return f"{self.mean:+.2f}, 95 % interval {low:+.2f} to {high:+.2f}"

    def verdict(self, method: str) -> str:
        """Returns in words what the numbers allow to say, and no more."""
        if self.pairs < 2:
            return "One pair says nothing about chance. Use at least two seeds."
        if abs(self.mean) <= self.margin:
            return (
                f"No difference seen with {self.pairs} seeds: the interval holds 0, so chance\n"
                "alone could have made it. More seeds would narrow the interval."
            )
        direction = "higher" if self.mean > 0 else "lower"
        return (
            f"With {method} accuracy was {direction} over {self.pairs} seeds; chance alone does\n"
            "this in fewer than 1 of 20 comparisons. It is one network on one set of images: try\n"
            "it on yours."
        )


def paired_difference(without: Sequence[float], with_it: Sequence[float]) -> PairedDifference:
    """Compares two ways by their results with the same seeds, in the same order."""
    differences = np.subtract(with_it, without)
    pairs = len(differences)
    if pairs < 2:
        return PairedDifference(float(differences[0]), float("nan"), pairs)
    standard_error = differences.std(ddof=1) / np.sqrt(pairs)
    margin = t_quantile(0.975, pairs - 1) * standard_error
    return PairedDifference(float(differences.mean()), float(margin), pairs)


def t_quantile(share: float, freedom: int) -> float:
    """Returns the quantile of Student's t above its middle, without SciPy.

    With t = sqrt(freedom) tan(a) the density becomes cos(a)^(freedom - 1), a from -pi/2 to pi/2.
    """
    angles = np.linspace(0.0, np.pi / 2, 200_001)
    density = np.cos(angles) ** (freedom - 1)
    area = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    angle = np.interp(2 * share - 1, area / area[-1], angles)
    return float(np.sqrt(freedom) * np.tan(angle))
