"""Which interval each measure has, and that the differences are those of the measures."""

from dataclasses import replace

import numpy as np
import pytest

from keras_lateral import Comparison, Run
from keras_lateral.comparison.per_image.image_results import ImageResults
from keras_lateral.comparison.per_image.measuring import measures_of
from keras_lateral.comparison.per_image.tested_images import TestedImages
from tests.comparison.synthetic import synthetic_images

pytestmark = pytest.mark.home

MEASURES = ("accuracy", "balanced_accuracy", "macro_f1", "auc", "loss", "calibration_error")


def drawn(classes=2, images=120, seeds=3, folds=0, share=0.5, units=None):
    """Returns a comparison with random probabilities; the share of the first class is given."""
    generator = np.random.default_rng(classes)
    weights = [share, *[(1 - share) / (classes - 1)] * (classes - 1)]
    labels = generator.choice(classes, images, p=weights)
    runs = []
    for name, sharpness in (("baseline", 1.0), ("method", 1.5)):
        for seed in range(seeds):
            places = np.arange(images)
            if folds:
                places = places[places % folds == seed % folds]
            scores = generator.normal(size=(len(places), classes)) * 0.7
            scores[np.arange(len(places)), labels[places]] += sharpness
            p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            measures = measures_of(p, labels[places])
            results = ImageResults.of(p, labels[places], places)
            runs.append(Run(name, seed, measures, 1.0, images=results))
    names = tuple(map(str, range(classes)))
    tested = TestedImages(labels.astype("uint16"), names, units, folds)
    return Comparison("drawn", ("method",), tuple(range(seeds)), tuple(runs), tested=tested)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_mean_difference_is_that_of_the_measures(measure):
    comparison = drawn()
    d = comparison.compared(measure)[0].difference
    first, second = (comparison.values(name, measure) for name in ("baseline", "method"))
    wanted = np.mean([second[seed] - first[seed] for seed in first])
    assert d.mean == pytest.approx(wanted, abs=2e-3)  # results are kept as float16
    assert d.images > 0  # for new images
    assert d.these_images[0] < d.mean < d.these_images[1]


@pytest.mark.parametrize("measure", MEASURES)
def test_with_folds_the_interval_is_over_all_images(measure):
    d = drawn(seeds=5, folds=5).compared(measure)[0].difference
    assert d.folds == 5
    assert d.images >= 100
    assert d.low < d.mean < d.high


def test_balanced_accuracy_weighs_classes_alike():
    comparison = drawn(classes=3, share=0.9)
    measure = "balanced_accuracy"
    d = comparison.compared(measure)[0].difference
    first, second = (comparison.values(name, measure) for name in ("baseline", "method"))
    wanted = np.mean([second[seed] - first[seed] for seed in first])
    assert d.mean == pytest.approx(wanted)
    assert d.mean != pytest.approx(comparison.compared()[0].difference.mean, abs=1e-3)


def test_balanced_accuracy_in_folds_is_that_of_the_measures():
    comparison = drawn(classes=2, images=88, seeds=8, folds=5, share=0.9)
    measure = "balanced_accuracy"
    d = comparison.compared(measure)[0].difference
    first, second = (comparison.values(name, measure) for name in ("baseline", "method"))
    assert d.mean == pytest.approx(np.mean([second[seed] - first[seed] for seed in first]))


@pytest.mark.parametrize("folds", [0, 5])
def test_where_no_image_differs_balanced_accuracy_is_not_surely_the_same(folds):
    comparison = drawn(images=88, seeds=5, folds=folds, share=0.9)
    same = [replace(run, method="method") for run in comparison.runs if run.method == "baseline"]
    runs = (*(run for run in comparison.runs if run.method == "baseline"), *same)
    settings = {"test_images": 88}
    comparison = replace(comparison, runs=runs, settings=settings)
    found, of_all = (comparison.compared(name)[0] for name in ("balanced_accuracy", "accuracy"))
    assert (found.difference.mean, found.kind) == (0.0, "not known yet")
    assert found.difference.high > of_all.difference.high > 0.01


def test_images_of_one_unit_count_as_one():
    units = np.repeat(np.arange(12), 10).astype("int32")
    d = drawn(units=units).compared()[0].difference
    assert d.images == 12


def test_what_is_known_for_whole_trainings_only_has_an_interval_for_these_images():
    comparison = drawn()
    runs = tuple(
        Run(r.method, r.seed, {**r.measures, "fog-3": 0.5 + r.seed / 100}, 1.0, images=r.images)
        for r in comparison.runs
    )
    d = replace(comparison, runs=runs).compared("fog-3")[0].difference
    assert d.images == 0
    assert d.these_images is None


def test_trainings_of_before_have_intervals_for_these_images():
    comparison = drawn()
    runs = tuple(Run(r.method, r.seed, r.measures, 1.0) for r in comparison.runs)
    before = replace(comparison, runs=runs)
    d = before.compared()[0].difference
    assert (d.low, d.high) == pytest.approx(comparison.compared()[0].difference.these_images)


def test_a_diverged_training_is_right_by_chance_on_each_image():
    comparison = drawn()
    *others, last = comparison.runs
    lost = Run("method", last.seed, {"accuracy": 0.5}, 1.0, diverged=True)
    comparison = Comparison(
        "drawn", ("method",), (0, 1, 2), (*others, lost), tested=comparison.tested
    )
    first, second = (comparison.values(name) for name in ("baseline", "method"))
    d = comparison.compared()[0].difference
    assert d.mean == pytest.approx(np.mean([second[seed] - first[seed] for seed in first]))
    assert d.images > 0
    assert comparison.compared("loss")[0].difference.pairs == 2


def test_an_area_that_is_not_defined_without_some_images_has_an_interval_for_these():
    comparison = drawn(images=40, share=1 - 1e-9)
    labels = comparison.tested.labels.copy()
    labels[0] = 1 - labels[0]  # a class of a single image
    tested = TestedImages(labels, ("0", "1"))
    runs = tuple(
        Run(r.method, r.seed, {"auc": 0.5 + r.seed / 10}, 1.0, images=r.images)
        for r in comparison.runs
    )
    d = (
        Comparison("drawn", ("method",), (0, 1, 2), runs, tested=tested)
        .compared("auc")[0]
        .difference
    )
    assert d.images == 0


def test_results_survive_json():
    comparison = synthetic_images([0.1], 3, np.random.default_rng(0), 50, folds=5)
    again = Comparison.from_dict(comparison.to_dict())
    assert again == comparison
    assert again.compared()[0].difference == comparison.compared()[0].difference
