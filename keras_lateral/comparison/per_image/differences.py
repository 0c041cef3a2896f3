"""The difference that a method makes to a measure, with an interval for new images and seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from keras_lateral.comparison.per_image.class_measures import area_under_curve, macro_f1
from keras_lateral.comparison.per_image.image_results import ImageResults
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.statistics.crossed import crossed_difference
from keras_lateral.comparison.statistics.folded import folded_difference
from keras_lateral.comparison.statistics.jackknife import jackknife_difference
from keras_lateral.comparison.statistics.paired_difference import (
    PairedDifference,
    paired_difference,
)
from keras_lateral.robustness.calibration import calibration_error_of

Pair = tuple[Run, Run]
"""The baseline's training and the method's, with one seed."""


def difference(
    measure: str,
    pairs: Sequence[Pair],
    tested: TestedImages | None,
    limits: Mapping[str, float],
) -> PairedDifference:
    """Returns the difference in a measure, method minus baseline.

    For a measure that follows from what the networks say of each image, the interval is for new
    images and new seeds. Of others, such as the seconds of an epoch or the accuracy under a
    corruption, there is one number for each training, and it is for new seeds on these images.

    Args:
        measure: Name of the measure.
        pairs: Trainings that have it.
        tested: The test images, if known.
        limits: `resolution` and `largest` of the measure, as `paired_difference` takes them, and
            `one_image`: how much one image changes the measure. It takes the place of the
            resolution where nothing differs at all, so that there every measure of a network's
            predictions allows for what new images may show.
    """
    keywords = dict(limits)
    one_image = keywords.pop("one_image", 0.0)
    d = _difference(measure, pairs, tested, keywords)
    if d.pairs > 1 and not d.error:
        return _difference(measure, pairs, tested, {**keywords, "resolution": one_image})
    return d


def _difference(
    measure: str, pairs: Sequence[Pair], tested: TestedImages | None, keywords: dict[str, float]
) -> PairedDifference:
    if tested is None or any(one.images is None and other.images is None for one, other in pairs):
        return _over_seeds(measure, pairs, keywords)
    if measure in _LINEAR:
        return _linear(measure, pairs, tested, keywords)
    results = [(one.images, other.images) for one, other in pairs]
    known = [(one, other) for one, other in results if one is not None and other is not None]
    if measure in _OF_IMAGES and len(known) == len(pairs) > 1:
        with suppress(_UndefinedError):
            return _of_many_images(measure, known, tested, keywords)
    return _over_seeds(measure, pairs, keywords)


def _over_seeds(measure: str, pairs: Sequence[Pair], keywords: Any) -> PairedDifference:
    first, second = ([run.measures[measure] for run in runs] for runs in zip(*pairs, strict=True))
    return paired_difference(first, second, **keywords)


def _linear(
    measure: str, pairs: Sequence[Pair], tested: TestedImages, keywords: Any
) -> PairedDifference:
    """Returns the difference of a mean over images."""
    values = np.zeros((len(pairs), len(tested)))
    seen = np.zeros(values.shape, bool)
    for row, shown, (one, other) in zip(values, seen, pairs, strict=True):
        places = _places(one, other)
        labels = tested.labels[places]
        of_image = _LINEAR[measure]
        classes = len(tested.class_names)
        row[places] = of_image(other, labels, classes) - of_image(one, labels, classes)
        shown[places] = True
    balanced = measure == "balanced_accuracy"
    keywords = {
        **keywords,
        "units": tested.units,
        "weights": _class_weights(tested) if balanced else None,
        "strata": tested.labels if balanced else None,
    }
    if tested.folds:
        return folded_difference(values, seen, **keywords)
    return crossed_difference(values, **keywords)


class _UndefinedError(Exception):
    """A measure is not defined on some of the images."""


def _of_many_images(
    measure: str,
    pairs: Sequence[tuple[ImageResults, ImageResults]],
    tested: TestedImages,
    keywords: Any,
) -> PairedDifference:
    """Returns the difference of a measure of many images together.

    Raises:
        _UndefinedError: If it is not defined without some of the images, as where none of a
            class would be left.
    """
    classes = len(tested.class_names)
    seen = np.zeros((len(pairs), len(tested)), bool)
    for row, (one, _) in zip(seen, pairs, strict=True):
        row[one.places] = True
    labels = [tested.labels[one.places] for one, _ in pairs]

    def differences(chosen: np.ndarray) -> np.ndarray:
        kept = np.zeros(len(tested), bool)
        kept[chosen] = True
        found = []
        for (one, other), label in zip(pairs, labels, strict=True):
            here = kept[one.places]
            values = [_OF_IMAGES[measure](images, label, here, classes) for images in (other, one)]
            found.append(values[0] - values[1])
        if not np.isfinite(found).all():
            raise _UndefinedError
        return np.array(found)

    return jackknife_difference(
        differences,
        len(tested),
        tested.units,
        tested=seen if tested.folds else None,
        strata=tested.labels,
        **keywords,
    )


def _places(one: Run, other: Run) -> np.ndarray:
    """Returns the places of the images of a pair; of a training that diverged, the other's."""
    images = other.images if one.images is None else one.images
    assert images is not None
    return images.places


def _class_weights(tested: TestedImages) -> np.ndarray:
    """Returns 1 / (classes x images of the class) for each image."""
    counts = tested.counts
    weights: np.ndarray = 1 / (np.count_nonzero(counts) * counts[tested.labels])
    return weights


def _right(run: Run, labels: np.ndarray, classes: int) -> np.ndarray:
    """Returns 1 where a network is right; of one that diverged, the share of chance."""
    if run.images is None:
        return np.full(len(labels), 1 / classes)
    return (run.images.predicted == labels).astype("float64")


def _surprise(run: Run, labels: np.ndarray, classes: int) -> np.ndarray:
    assert run.images is not None  # a training that diverged has no loss, so no pair
    return run.images.surprise.astype("float64")


_LINEAR: dict[str, Callable[[Run, np.ndarray, int], np.ndarray]] = {
    "accuracy": _right,
    "balanced_accuracy": _right,
    "loss": _surprise,
}
"""Measures that are means over images, as values of each image."""


def _macro_f1(images: ImageResults, labels: np.ndarray, chosen: np.ndarray, classes: int) -> float:
    return macro_f1(images.predicted[chosen], labels[chosen], classes)


def _area(images: ImageResults, labels: np.ndarray, chosen: np.ndarray, classes: int) -> float:
    true = np.exp(-images.surprise[chosen].astype("float64"))
    label = labels[chosen]
    return area_under_curve(np.where(label == 1, true, 1 - true), label)


def _calibration(
    images: ImageResults, labels: np.ndarray, chosen: np.ndarray, classes: int
) -> float:
    right = images.predicted[chosen] == labels[chosen]
    return calibration_error_of(images.confidence[chosen].astype("float64"), right)


_OF_IMAGES: dict[str, Callable[[ImageResults, np.ndarray, np.ndarray, int], float]] = {
    "macro_f1": _macro_f1,
    "auc": _area,
    "calibration_error": _calibration,
}
"""Measures of many images together that are not averages over them."""
