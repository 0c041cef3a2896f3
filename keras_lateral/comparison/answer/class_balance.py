"""How many images the classes have, and what guessing would reach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns

UNEVEN = 3.0
"""Ratio of the largest class to the smallest above which balanced accuracy comes first."""


@dataclass(frozen=True)
class ClassBalance:
    """The classes of the test images.

    Args:
        classes: Number of classes.
        images: Number of images that were tested; 0 if unknown.
        largest: Name of the largest class; "" if unknown, or if all are equally large.
        share: Share of the images that it has.
        ratio: The largest class divided by the smallest.
        smallest: Tested images of the class that has fewest; 0 if unknown.
    """

    classes: int
    images: int
    largest: str = ""
    share: float = 0.0
    ratio: float = 1.0
    smallest: int = 0

    @property
    def chance(self) -> float:
        """Accuracy of guessing without looking."""
        return 1 / self.classes

    @property
    def floor(self) -> float:
        """The better of guessing and of always naming the largest class."""
        return max(self.chance, self.share)

    @property
    def doubt(self) -> float:
        """Two standard errors of an accuracy at the floor, on so many images."""
        floor = self.floor
        return 2 * math.sqrt(floor * (1 - floor) / self.images) if self.images else 0.0

    @property
    def balanced_doubt(self) -> float:
        """About two standard errors of a balanced accuracy at chance."""
        smallest = max(self.smallest, 1)
        return 2 * math.sqrt(self.chance * (1 - self.chance) / (smallest * self.classes))


def images_tested(comparison: ComparedRuns) -> int:
    """Returns how many images were tested, by one seed or more; 0 if unknown.

    With folds, fewer seeds than folds leave some of the images untested.
    """
    tested = comparison.tested
    if tested is None or not len(tested):
        return int(comparison.settings.get("test_images") or 0)
    return int(counts_tested(comparison).sum())


def counts_tested(comparison: ComparedRuns) -> np.ndarray:
    """Returns how many images of each class were tested, by one seed or more; `(classes,)`."""
    tested = comparison.tested
    if tested is None:
        return np.zeros(0, int)
    places = [run.images.places for run in comparison.runs if run.images is not None]
    if not tested.folds or not places:
        return tested.counts
    labels = tested.labels[np.unique(np.concatenate(places))]
    return np.bincount(labels, minlength=len(tested.class_names))


def class_balance(comparison: ComparedRuns) -> ClassBalance | None:
    """Returns how the test images are divided among the classes, `None` if nothing is known.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import Comparison
    >>> from keras_lateral.comparison.answer.class_balance import class_balance
    >>> from keras_lateral.comparison.per_image.tested_images import TestedImages
    >>> tested = TestedImages(np.array([0, 1, 1, 1]), ("cat", "dog"))
    >>> balance = class_balance(Comparison("pets", (), (), (), tested=tested))
    >>> balance.largest, balance.floor, balance.ratio
    ('dog', 0.75, 3.0)
    """
    settings, tested = comparison.settings, comparison.tested
    if tested is None or not len(tested):
        classes, images = settings.get("classes"), settings.get("test_images", 0)
        return ClassBalance(int(classes), int(images)) if classes else None
    counts = tested.counts
    even = counts.max() == counts.min()
    return ClassBalance(
        len(counts),
        images_tested(comparison),
        "" if even else tested.class_names[int(np.argmax(counts))],
        float(counts.max() / len(tested)),
        float(counts.max() / counts.min()) if counts.min() else math.inf,
        int(counts_tested(comparison).min()),
    )
