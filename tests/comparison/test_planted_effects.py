"""The statistics of comparisons on synthetic trainings with known differences."""

import numpy as np
import pytest

from keras_lateral import seeds_needed
from tests.comparison.synthetic import synthetic, synthetic_images


def verdicts(comparison):
    return [compared.kind for compared in comparison.compared()]


def upper(rate, trials):
    """Three standard errors above a rate, which a correct procedure exceeds once in a thousand."""
    return rate + 3 * np.sqrt(rate * (1 - rate) / trials)


@pytest.mark.parametrize("images", [0, 200])
def test_intervals_hold_the_true_difference_as_often_as_they_say(images):
    generator = np.random.default_rng(1)
    trials = 300
    held = [
        compared.difference.low <= effect <= compared.difference.high
        for _ in range(trials)
        for compared, effect in zip(
            synthetic([0.0, 0.02, -0.01], 5, generator, images=images).compared(),
            [0.0, 0.02, -0.01],
            strict=True,
        )
    ]
    # Methods of one trial share their baseline, so the trials count, not the methods.
    assert abs(np.mean(held) - 0.95) < upper(0.05, trials) - 0.05


def test_of_methods_that_do_nothing_one_is_called_a_gain_in_few_comparisons():
    generator = np.random.default_rng(2)
    trials = 300
    false, unadjusted = 0, 0
    for _ in range(trials):
        compared = synthetic([0.0] * 7, 5, generator).compared()
        false += any(method.kind in ("helps", "harms") for method in compared)
        unadjusted += any(method.difference.p < 0.05 for method in compared)
    assert false / trials < upper(0.05, trials)
    assert unadjusted / trials > 0.1  # without the adjustment this test would fail


def test_a_planted_gain_is_found_beside_methods_that_do_nothing():
    generator = np.random.default_rng(3)
    trials = 100
    found = [verdicts(synthetic([0.05, 0.0, 0.0], 5, generator)) for _ in range(trials)]
    assert sum(kinds[0] == "helps" for kinds in found) > 0.9 * trials
    false = sum("helps" in kinds[1:] or "harms" in kinds[1:] for kinds in found)
    assert false / trials < upper(0.05, trials)


def test_a_planted_harm_is_called_harm():
    assert verdicts(synthetic([-0.1], 5, np.random.default_rng(4))) == ["harms"]


def test_the_number_of_seeds_that_a_verdict_names_does_see_the_effect():
    generator = np.random.default_rng(5)
    spread = 0.01 / np.sqrt(2)  # so that differences have a deviation of 0.01
    pairs = seeds_needed(0.01, 0.005)
    assert pairs is not None
    trials = 200
    seen = [
        verdicts(synthetic([0.005], pairs, generator, spread)) == ["helps"] for _ in range(trials)
    ]
    assert abs(np.mean(seen) - 0.8) < 3 * np.sqrt(0.16 / trials)


# Images as a random factor: each comparison draws its own, and the truth is the population's.


@pytest.mark.parametrize("folds", [0, 5])
@pytest.mark.parametrize("pairs", [5, 10])
def test_intervals_hold_the_difference_in_the_population(folds, pairs):
    generator = np.random.default_rng(6)
    trials, held, held_before = 120, [], []
    for _ in range(trials):
        comparison = synthetic_images(
            [0.03], pairs, generator, of_image=0.2, of_seed=0.01, folds=folds
        )
        (compared,) = comparison.compared()
        d = compared.difference
        held.append(d.low <= 0.03 <= d.high)
        held_before.append(d.these_images[0] <= 0.03 <= d.these_images[1])
    assert np.mean(held) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / trials)
    if pairs == 10 and not folds:  # an interval for these images alone is too narrow
        assert np.mean(held_before) < 0.93 < np.mean(held)


def test_methods_that_change_single_images_but_nothing_on_the_whole_are_rarely_called():
    generator = np.random.default_rng(7)
    trials = 60
    comparisons = [
        synthetic_images([0.0] * 7, 10, generator, 100, of_image=0.2) for _ in range(trials)
    ]
    kinds = [verdicts(comparison) for comparison in comparisons]
    assert np.mean(["helps" in k or "harms" in k for k in kinds]) < upper(0.05, trials)


@pytest.mark.parametrize("folds", [0, 5])
def test_a_gain_is_found_on_new_images(folds):
    generator = np.random.default_rng(8)
    kinds = [
        verdicts(synthetic_images([0.12, 0.0], 5, generator, 2000, of_image=0.1, folds=folds))
        for _ in range(20)
    ]
    assert sum(kind[0] == "helps" for kind in kinds) >= 18
    assert sum(kind[1] in ("helps", "harms") for kind in kinds) <= 3


def test_what_is_practically_the_same_is_called_so():
    comparison = synthetic_images([0.0], 5, np.random.default_rng(9), 40_000)
    assert verdicts(comparison) == ["practically the same"]
