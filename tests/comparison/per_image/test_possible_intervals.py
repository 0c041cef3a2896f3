"""Whatever the measures: intervals hold only what is possible, and equal predictions are equal."""

from dataclasses import replace

import numpy as np
import pytest

from keras_lateral import Comparison, Run, measure_of
from keras_lateral.comparison.per_image.image_results import ImageResults
from keras_lateral.comparison.per_image.measuring import measures_of
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.statistics.interval_text import TOO_FEW, interval_text

pytestmark = pytest.mark.home

OF_PREDICTIONS = (
    *("accuracy", "balanced_accuracy", "macro_f1", "auc", "loss", "calibration_error"),
    *("train_accuracy", "fog-3", "metric:f1"),
)


def drawn(case: int) -> Comparison:
    """Returns a comparison with any number of pairs, images, classes, groups and folds."""
    generator = np.random.default_rng(case)
    seeds, classes = int(generator.integers(2, 6)), int(generator.integers(2, 5))
    images = int(generator.integers(3 * classes * 5, 150))
    labels = np.arange(images) % classes if case % 2 else np.sort(np.arange(images) ** 2) % classes
    folds = int(generator.choice([0, 0, 3]))
    units = (np.arange(images) // 2).astype("int32") if case % 3 == 0 and not folds else None
    skill = generator.choice([-3.0, 0.0, 1.0, 8.0], 2)  # always wrong, by chance, always right
    runs = []
    for name, sharpness in zip(("baseline", "method"), skill, strict=True):
        for seed in range(seeds):
            places = np.arange(images)
            if folds:
                places = places[places // classes % folds == seed % folds]
            runs.append(run(generator, name, seed, places, labels, sharpness))
    tested = TestedImages(labels.astype("uint16"), tuple("abcde"[:classes]), units, folds)
    settings = {"test_images": images, "training_images": 40, "classes": classes}
    return Comparison("x", ("method",), tuple(range(seeds)), tuple(runs), settings, tested=tested)


def run(generator, name, seed, places, labels, sharpness):
    labels, classes = labels[places], labels.max() + 1
    scores = generator.normal(size=(len(places), classes))
    scores[np.arange(len(places)), labels] += sharpness * generator.choice([0.5, 1.0])
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    seconds, others = generator.uniform(0.1, 9), generator.integers(0, 41, 3) / 40
    measures = {
        **measures_of(p, labels),
        **dict(zip(("train_accuracy", "fog-3", "metric:f1"), map(float, others), strict=True)),
        "seconds_per_epoch": float(seconds),
    }
    return Run(name, seed, measures, 1.0, images=ImageResults.of(p, labels, places))


def same_predictions(comparison: Comparison) -> Comparison:
    baseline = [run for run in comparison.runs if run.method == "baseline"]
    method = [replace(run, method="method") for run in baseline]
    return replace(comparison, runs=(*baseline, *method))


@pytest.mark.parametrize("case", range(40))
def test_no_interval_leaves_what_is_possible(case: int) -> None:
    comparison = drawn(case)
    for budget in (None, {"seeds": 30}):
        settings = {**comparison.settings, **({"until_sure": budget} if budget else {})}
        looked = replace(comparison, settings=settings)
        for name in comparison.measures:
            d = looked.compared(name)[0].difference
            intervals = [(d.low, d.high), d.these_images or (d.low, d.high)]
            for low, high in intervals:
                assert low <= d.mean + 1e-9
                assert d.mean <= high + 1e-9
                if measure_of(name).unit == "points":
                    assert -1 <= low <= high <= 1
            text = interval_text(d, measure_of(name))
            level = abs(np.mean(list(comparison.values("baseline", name).values())))
            room = 0.5 if measure_of(name).higher_is_better else level
            if measure_of(name).unit == "points" or not measure_of(name).higher_is_better:
                assert (TOO_FEW in text) == (d.low < 0 < d.high and min(-d.low, d.high) >= room)


@pytest.mark.parametrize("case", range(20))
def test_where_all_predictions_are_identical_every_measure_has_an_interval(case: int) -> None:
    comparison = same_predictions(drawn(case))
    for name in OF_PREDICTIONS:
        if name in comparison.measures and any(comparison.values("baseline", name).values()):
            found = comparison.compared(name)[0]
            d = found.difference
            assert (d.mean, d.p) == (0, 1), name
            assert d.low == -d.high < 0, name
            assert found.kind in ("not known yet", "practically the same"), name


@pytest.mark.parametrize("folds", [0, 3])
def test_identical_predictions_give_accuracy_f1_auc_and_calibration_the_same_interval(folds):
    images, generator = 120, np.random.default_rng(0)
    labels = np.arange(images) % 2
    runs = []
    for seed in range(3):
        places = np.arange(images)
        if folds:
            places = places[places // 2 % folds == seed]
        runs.append(run(generator, "baseline", seed, places, labels, 1.0))
    tested = TestedImages(labels.astype("uint16"), ("a", "b"), folds=folds)
    settings = {"test_images": images, "training_images": 40}
    seeds = (0, 1, 2)
    comparison = Comparison("x", ("method",), seeds, tuple(runs), settings, tested=tested)
    comparison = same_predictions(comparison)
    names = ("accuracy", "balanced_accuracy", "macro_f1", "auc", "calibration_error")
    highs = [comparison.compared(name)[0].difference.high for name in names]
    assert highs == pytest.approx([1 - 0.05 ** (1 / images)] * len(names))
    loss = comparison.compared("loss")[0].difference.high
    level = np.mean(list(comparison.values("baseline", "loss").values()))
    assert loss == pytest.approx(highs[0] * level, rel=1e-6)
