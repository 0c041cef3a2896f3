"""Planted effects are found, and nothing else is, where images are a sample as seeds are.

The methods of one comparison share their baseline, its seeds and its test images.
"""

import numpy as np
import pytest

from keras_lateral import adjust_for_many, crossed_difference, measure_of, paired_difference
from keras_lateral.comparison.statistics.verdict import Kind, kind_of_verdict
from tests.comparison.statistics.right_or_wrong import near, share_held

pytestmark = pytest.mark.home

EFFECT, ACCURACY = 0.005, measure_of("accuracy")


def comparison(effects, seeds, images, generator, image=0.2, seed=0.01):
    """Returns a table of differences for each method; each prefers some images."""
    of_baseline = 0.2 * generator.normal(size=(seeds, images))
    for effect in effects:
        of_image, of_seed = (
            generator.normal(0, image, images),
            generator.normal(0, seed, (seeds, 1)),
        )
        of_method = 0.2 * generator.normal(size=(seeds, images))
        yield effect + of_image + of_seed + of_method - of_baseline


def kinds(differences) -> list[Kind]:
    adjusted = adjust_for_many([d.p for d in differences])
    return [
        kind_of_verdict(d, p, ACCURACY, EFFECT) for d, p in zip(differences, adjusted, strict=True)
    ]


def wrong(found: list[Kind]) -> bool:
    return bool({"helps", "harms"} & set(found))


@pytest.mark.parametrize(("seeds", "images"), [(5, 200), (20, 200)])
def test_of_seven_methods_that_do_nothing_one_is_called_wrongly_in_few_comparisons(seeds, images):
    generator, trials, new, these = np.random.default_rng(0), 80, 0, 0
    for _ in range(trials):
        tables = list(comparison([0.0] * 7, seeds, images, generator))
        new += wrong(kinds([crossed_difference(d) for d in tables]))
        means = [d.mean(axis=1) for d in tables]
        these += wrong(kinds([paired_difference(np.zeros(seeds), m) for m in means]))
    assert near(new / trials, 0.0, 0.05, trials)
    assert these / trials > (0.1 if seeds == 5 else 0.6)  # over seeds alone


def test_intervals_hold_the_planted_effects():
    generator, trials, effects = np.random.default_rng(1), 200, [0.0, 0.05, -0.03]
    held = []
    for _ in range(trials):
        tables = comparison(effects, 5, 200, generator)
        found = [crossed_difference(d) for d in tables]
        held.append([d.low <= e <= d.high for d, e in zip(found, effects, strict=True)])
    for of_method in np.transpose(held):
        assert near(of_method.mean(), 0.93, 0.97, trials)


def test_planted_gains_and_harms_are_found_beside_methods_that_do_nothing():
    generator, trials = np.random.default_rng(2), 100
    found = [
        kinds([crossed_difference(d) for d in comparison([0.08, -0.08, 0, 0], 5, 200, generator)])
        for _ in range(trials)
    ]
    assert np.mean([one[0] == "helps" for one in found]) > 0.9
    assert np.mean([one[1] == "harms" for one in found]) > 0.9
    assert near(np.mean([wrong(one[2:]) for one in found]), 0.0, 0.05, trials)


def test_what_is_practically_the_same_is_found_with_many_images_and_not_with_few():
    generator = np.random.default_rng(3)
    few, many = (
        kinds([crossed_difference(d) for d in comparison([0.0], 20, n, generator, 0.05, 0.002)])
        for n in (100, 20_000)
    )
    assert (few, many) == (["not known yet"], ["practically the same"])


def test_the_interval_for_these_images_holds_for_these_images():
    generator, trials, held = np.random.default_rng(4), 200, []
    for _ in range(trials):
        of_image = generator.normal(0, 0.2, 100)
        d = of_image + generator.normal(0, 0.01, (8, 1)) + generator.normal(0, 0.2, (8, 100))
        low, high = crossed_difference(d).these_images
        held.append((low - of_image.mean(), high - of_image.mean()))
    assert near(share_held(held), 0.95, 0.95, trials)
