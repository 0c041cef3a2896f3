"""How many images each class has, and what they make of an accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNBALANCED = 3.0
"""From this ratio on, accuracy counts the large classes so much more that it needs saying."""


@dataclass(frozen=True)
class ClassBalance:
    """The images of each class.

    Args:
        class_names: Names of the classes, by label.
        counts: Number of images of each class.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.class_balance import class_balance
    >>> balance = class_balance(np.array([0, 0, 0, 1]), ("cat", "dog"))
    >>> balance.majority, balance.majority_share, balance.ratio, balance.is_unbalanced
    ('cat', 0.75, 3.0, True)
    """

    class_names: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def majority(self) -> str:
        """The name of the largest class."""
        return self.class_names[self.counts.index(max(self.counts))]

    @property
    def minority(self) -> str:
        """The name of the smallest class."""
        return self.class_names[self.counts.index(min(self.counts))]

    @property
    def majority_share(self) -> float:
        """The accuracy of a network that always answers with the largest class."""
        return max(self.counts) / max(1, sum(self.counts))

    @property
    def ratio(self) -> float:
        """How many times as many images the largest class has as the smallest one."""
        return max(self.counts) / min(self.counts) if min(self.counts) else float("inf")

    @property
    def is_unbalanced(self) -> bool:
        """Whether accuracy counts some classes much more than others."""
        return self.ratio >= UNBALANCED


def class_balance(y: NDArray[np.integer], class_names: Sequence[str]) -> ClassBalance:
    """Returns how many images each class has.

    Args:
        y: Labels of shape `(images,)`.
        class_names: Names of the classes, by label.
    """
    counts = np.bincount(y, minlength=len(class_names))
    return ClassBalance(tuple(class_names), tuple(counts.tolist()))
