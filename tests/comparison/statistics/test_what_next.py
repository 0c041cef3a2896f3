import math

import numpy as np
import pytest

from keras_lateral import (
    crossed_difference,
    folded_difference,
    more_needed,
    paired_difference,
    seeds_needed,
)
from keras_lateral.comparison.statistics.what_next import predicted_half_width
from tests.comparison.statistics.right_or_wrong import World, crossed, folded

pytestmark = pytest.mark.home

NOISE = {"image": 0.1, "seed": 0.02, "rest": 0.3}


def table(seeds, images, generator, mean=0.0):
    d = mean + generator.normal(0, NOISE["image"], images)
    d = d + generator.normal(0, NOISE["seed"], (seeds, 1))
    return d + generator.normal(0, NOISE["rest"], (seeds, images))


def half(d):
    return (d.high - d.low) / 2


@pytest.mark.parametrize(("seeds", "images"), [(10, 200), (40, 200), (10, 1600), (40, 1600)])
def test_the_width_that_is_predicted_is_the_one_that_comes(seeds, images):
    generator = np.random.default_rng(0)
    few = crossed_difference(table(100, 2000, generator))  # whose deviations are well known
    predicted = predicted_half_width(few, seeds=seeds, images=images)
    come = [half(crossed_difference(table(seeds, images, generator))) for _ in range(60)]
    assert predicted == pytest.approx(np.mean(come), rel=0.08)


def test_the_width_of_folds_is_predicted():
    generator = np.random.default_rng(1)
    world = World(image=2.0, seed=0.02)
    known = folded_difference(*folded(world, 100, 1000, 5, generator))
    for seeds, images in ((10, 200), (40, 400)):
        predicted = predicted_half_width(known, seeds=seeds, images=images)
        come = [
            half(folded_difference(*folded(world, seeds, images, 5, generator))) for _ in range(60)
        ]
        assert predicted == pytest.approx(np.mean(come), rel=0.12)


def test_the_present_width_is_the_intervals():
    d = crossed_difference(crossed(World(image=2.0), 6, 90, np.random.default_rng(2)))
    assert predicted_half_width(d) == pytest.approx(half(d))
    assert more_needed(d, 0.01).half_width == pytest.approx(half(d))


def test_so_many_seeds_see_the_effect_in_four_of_five_comparisons():
    generator = np.random.default_rng(3)
    advice = more_needed(crossed_difference(table(200, 4000, generator)), 0.02)
    seeds = advice.seeds
    assert seeds is not None
    seen = [crossed_difference(table(seeds, 4000, generator, 0.02)).p <= 0.05 for _ in range(120)]
    assert np.mean(seen) == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 120) + 0.03)


def test_more_seeds_cannot_go_below_the_floor_but_more_images_can():
    d = crossed_difference(table(5, 80, np.random.default_rng(4)))
    advice = more_needed(d, 0.01)
    assert advice.seeds is None
    assert advice.floor > advice.wanted
    assert advice.floor == predicted_half_width(d, seeds=math.inf)
    assert advice.images is None  # five seeds spread by more
    with_more = more_needed(d, 0.01, seeds=100).images
    assert with_more is not None
    assert with_more > 80


def test_a_smaller_effect_and_more_methods_ask_for_more():
    d = crossed_difference(table(8, 4000, np.random.default_rng(5)))
    seeds = [more_needed(d, effect).seeds for effect in (0.05, 0.03, 0.02)]
    assert seeds == sorted(seeds)
    assert seeds[0] < seeds[-1]
    assert more_needed(d, 0.03, alpha=0.05 / 7).seeds > more_needed(d, 0.03).seeds


@pytest.mark.parametrize("effect", [0.005, 0.02])
def test_for_these_images_it_is_nearly_the_number_of_a_paired_t_test(effect):
    d = paired_difference(np.zeros(6), np.random.default_rng(6).normal(0, 0.02, 6))
    advice = more_needed(d, effect)
    assert advice.seeds == pytest.approx(seeds_needed(d.deviation, effect), abs=1)
    assert (advice.images, advice.floor) == (None, 0)


def test_trainings_that_share_images_leave_something_that_no_seed_takes_away():
    d, tested = folded(World(seed=0.05), 10, 4000, 5, np.random.default_rng(7))
    advice = more_needed(folded_difference(d, tested), 0.01)
    assert advice.seeds is None
    assert advice.images is None


def test_where_nothing_differed_the_present_error_counts():
    d = crossed_difference(np.zeros((5, 40)), resolution=1 / 40)
    assert more_needed(d, 0.5).seeds is not None


@pytest.mark.parametrize("change", [{"effect": 0}, {"alpha": 1}, {"power": 0}])
def test_numbers_out_of_range_are_refused(change):
    d = paired_difference([0.5, 0.6], [0.5, 0.7])
    with pytest.raises(ValueError, match="two pairs or more, effect > 0"):
        more_needed(d, **{"effect": 0.01, **change})
    with pytest.raises(ValueError, match="Received: 1 pairs"):
        more_needed(paired_difference([0.5], [0.6]), 0.01)
