from collections.abc import Callable

import numpy as np
import pytest

from keras_lateral import (
    PairedDifference,
    adjust_for_many,
    at_look,
    crossed_difference,
    folded_difference,
    paired_difference,
)
from keras_lateral.comparison.statistics.equivalence import is_within
from keras_lateral.comparison.statistics.looks import FIRST, level_at_look
from tests.comparison.statistics.right_or_wrong import World, crossed, folded

pytestmark = pytest.mark.home


def upper(rate: float, trials: int) -> float:
    return rate + 3 * np.sqrt(rate * (1 - rate) / trials)


def every_look(difference: Callable[[int], PairedDifference], most: int) -> list[PairedDifference]:
    return [at_look(difference(pairs), most=most) for pairs in range(FIRST, most + 1)]


def of_pairs(mean: float, most: int, generator: np.random.Generator) -> list[PairedDifference]:
    d = generator.normal(mean, 1.0, most)
    return every_look(lambda pairs: paired_difference(np.zeros(pairs), d[:pairs]), most)


def of_crossed(world: World, images: int, most: int, generator: np.random.Generator):
    d = crossed(world, most, images, generator)
    return every_look(lambda pairs: crossed_difference(d[:pairs], resolution=1 / images), most)


def of_folds(world: World, images: int, most: int, generator: np.random.Generator):
    d, tested = folded(world, most, images, 5, generator)
    return every_look(
        lambda pairs: folded_difference(d[:pairs], tested[:pairs], resolution=1 / images), most
    )


def test_looks_at_nothing_are_wrong_once_in_twenty_and_one_that_forgets_them_more_often():
    generator, trials = np.random.default_rng(0), 400
    wrong, forgetful, held = 0, 0, 0
    for _ in range(trials):
        d = generator.normal(0, 1.0, 12)
        seen = [paired_difference(np.zeros(k), d[:k]) for k in range(FIRST, 13)]
        looks = [at_look(one, most=12) for one in seen]
        wrong += any(look.p <= 0.05 for look in looks)
        held += all(look.low <= 0 <= look.high for look in looks)
        forgetful += any(one.p <= 0.05 for one in seen)
    assert wrong / trials < upper(0.05, trials)
    assert held / trials > 0.95 - 3 * np.sqrt(0.05 * 0.95 / trials)
    assert forgetful / trials > 0.1


def test_looks_with_images_as_a_sample_are_wrong_once_in_twenty_at_most():
    generator, trials = np.random.default_rng(1), 40
    looks = [of_crossed(World(image=2.0), 80, 10, generator) for _ in range(trials)]
    looks += [of_folds(World(image=2.0), 80, 10, generator) for _ in range(trials)]
    wrong = sum(any(look.p <= 0.05 for look in of_one) for of_one in looks)
    assert wrong / (2 * trials) < upper(0.05, 2 * trials)


def some_method_is_called(methods: list[list[PairedDifference]]) -> bool:
    """Whether at any look one of the methods is said to help or to harm, after Holm."""
    return any(
        min(adjust_for_many([one.p for one in at_one_look])) <= 0.05
        for at_one_look in zip(*methods, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("make", [of_crossed, of_folds])
@pytest.mark.parametrize(
    ("images", "world"),
    [
        (80, World(image=2.0)),
        (320, World(accuracy=0.6, image=0.0, seed=0.02)),
        (320, World(accuracy=0.95, image=1.0, seed=0.0)),
    ],
)
def test_no_method_of_seven_is_called_wrongly_at_any_look_in_more_than_one_of_twenty(
    make, images, world
):
    generator, trials, wrong = np.random.default_rng(2), 100, 0
    for _ in range(trials):
        wrong += some_method_is_called([make(world, images, 20, generator) for _ in range(7)])
    assert wrong / trials < upper(0.05, trials)


@pytest.mark.slow
@pytest.mark.parametrize("make", [of_crossed, of_folds])
def test_intervals_hold_at_all_looks_together(make):
    generator, trials = np.random.default_rng(3), 200
    looks = [make(World(image=1.0, seed=0.02), 320, 30, generator) for _ in range(trials)]
    held = [all(look.low <= 0 <= look.high for look in of_one) for of_one in looks]
    assert np.mean(held) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / trials)


def test_an_effect_at_the_edge_of_the_band_is_not_called_practically_the_same():
    generator, trials = np.random.default_rng(4), 300
    called = [
        any(is_within(look, 1.0) for look in of_pairs(1.0, 12, generator)) for _ in range(trials)
    ]
    assert np.mean(called) < upper(0.025, trials)


def test_large_differences_are_seen_early():
    generator, most, trials = np.random.default_rng(5), 30, 60
    pairs = []
    for _ in range(trials):
        seen = [look.p <= 0.05 for look in of_pairs(2.0, most, generator)]
        pairs.append(FIRST + seen.index(True) if any(seen) else most)
    assert np.mean(pairs) < 10


def test_the_p_value_and_the_interval_agree():
    generator = np.random.default_rng(6)
    for mean in (0.0, 0.5, 1.0):
        for look in of_pairs(mean, 20, generator):
            excludes = not look.low <= 0 <= look.high
            if abs(look.p - 0.05) > 0.002:  # a simulated level
                assert excludes == (look.p <= 0.05)


@pytest.mark.parametrize("most", [6, 10, 30])
def test_levels_grow_with_the_pairs_and_are_at_least_what_their_sum_allows(most):
    levels = np.array([level_at_look(k, 0.05, most=most) for k in range(FIRST, most + 1)])
    np.testing.assert_allclose(levels / levels[-1], np.arange(FIRST, most + 1) / most)
    assert levels.sum() > 0.05
    assert levels.max() < 0.05


def test_a_single_look_is_the_difference_itself():
    d = paired_difference(np.zeros(8), np.random.default_rng(7).normal(size=8))
    look = at_look(d, most=8, first=8)
    assert look.p == d.p
    assert (look.low, look.high) == pytest.approx((d.low, d.high))


def test_nothing_is_said_before_the_first_look():
    d = paired_difference([0.0, 0.0], [0.1, 0.1001])
    early = at_look(d, most=30, largest=1.0)
    assert (early.low, early.high, early.p, early.mean) == (-1, 1, 1, d.mean)


@pytest.mark.parametrize("looks", [{"most": 4}, {"most": 30, "first": 2}, {"most": 6}])
def test_looks_in_no_order_are_refused(looks):
    d = paired_difference(np.zeros(7), np.arange(7.0))
    with pytest.raises(ValueError, match="Expected 3 <= first <= most"):
        at_look(d, **looks)
