"""The statistics of comparisons on synthetic trainings with known differences."""

import numpy as np
import pytest

from keras_lateral import seeds_needed
from tests.comparison.synthetic import synthetic


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
