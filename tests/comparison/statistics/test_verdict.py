import numpy as np
import pytest

from keras_lateral import PairedDifference, paired_difference, seeds_needed
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.statistics.verdict import (
    MOST_SEEDS,
    check_effect,
    kind_of_verdict,
    verdict,
)

ACCURACY, LOSS = measure_of("accuracy"), measure_of("loss")
CLEAR = paired_difference([0.50, 0.61, 0.55], [0.53, 0.65, 0.57])
NONE = paired_difference([0.50, 0.61, 0.55], [0.53, 0.60, 0.55])


def test_a_gain_is_given_in_points_with_its_interval():
    words = verdict(CLEAR, 0.04, ACCURACY, effect=0.005)
    assert words == "helps by 3.0 points, interval 0.5 to 5.5"


def test_a_loss_of_accuracy_is_a_harm_whose_interval_is_turned_with_it():
    harm = paired_difference([0.53, 0.65, 0.57], [0.50, 0.61, 0.55])
    words = verdict(harm, 0.04, ACCURACY, effect=0.005)
    assert words == "harms by 3.0 points, interval 0.5 to 5.5"


def test_a_lower_loss_helps():
    lower = paired_difference([2.0, 2.1, 2.2], [1.5, 1.61, 1.7])
    assert verdict(lower, 0.001, LOSS, effect=0.01).startswith("helps by 0.497 nats")


def test_what_the_adjustment_takes_away_is_only_a_may():
    # The spread is 0.01: 5 pairs see 0.03 at the level 0.05 / 7.
    words = verdict(CLEAR, 0.2, ACCURACY, methods=7, effect=0.005)
    assert words == (
        "may help by 3.0 points, interval 0.5 to 5.5, but chance alone makes one of 7 methods look "
        "so in up to 20 of 100 comparisons; about 5 would be needed to see 3.0 points"
    )


def test_no_difference_names_the_seeds_that_would_see_one():
    words = verdict(NONE, 1.0, ACCURACY, effect=0.005)
    assert words == (
        "no difference seen with 3 seeds (interval -4.5 to +5.8); about 138 would be needed to see "
        "0.5 points"
    )


def test_more_methods_need_more_seeds():
    few, many = (verdict(NONE, 1.0, ACCURACY, methods=n, effect=0.005) for n in (1, 7))
    assert few != many


def test_seeds_that_were_enough_are_reported_as_enough():
    even = paired_difference([0.5, 0.6, 0.7, 0.8], [0.501, 0.599, 0.701, 0.799])
    assert "so many would mostly have shown 5.0 points" in verdict(even, 1, ACCURACY, effect=0.05)


def test_an_effect_that_no_affordable_number_of_seeds_shows_is_reported():
    words = verdict(NONE, 1, ACCURACY, effect=1e-6)
    assert "far more seeds than can be run, over 1,000, would be needed to see 0.0001 p" in words


@pytest.mark.parametrize("spread", [0.02, 0.04, 0.09, 0.3])
def test_a_number_of_seeds_that_nobody_can_run_is_not_named(spread):
    d = PairedDifference(0.0, -0.1, 0.1, 5, spread, 2, 0.9)
    words = verdict(d, 0.9, ACCURACY, effect=0.005)
    n = seeds_needed(spread, 0.005)
    assert (f"about {n} would be needed" in words) == (n <= MOST_SEEDS)
    assert ("far more seeds than can be run" in words) == (n > MOST_SEEDS)


def test_a_size_that_would_be_rounded_to_nothing_is_shown():
    small = paired_difference([0.5, 0.5, 0.5], [0.50031, 0.50032, 0.50033])
    assert verdict(small, 0.001, ACCURACY, effect=0.005).startswith("helps by 0.03 points")


@pytest.mark.parametrize("effect", [0, -0.01, 1.5, float("nan"), float("inf"), True, "0.005", None])
def test_what_can_be_no_difference_of_interest_is_refused(effect):
    with pytest.raises(ValueError, match="argument `effect`. Expected a difference in accuracy"):
        check_effect(effect)


def test_a_difference_of_interest_may_be_as_large_as_an_accuracy():
    for effect in (1e-9, 0.005, 1, np.float32(0.01)):
        check_effect(effect)


def test_one_pair_is_no_verdict():
    one = paired_difference([0.5], [0.9])
    assert kind_of_verdict(one, float("nan"), ACCURACY) == "unknown"
    assert "at least two seeds" in verdict(one, float("nan"), ACCURACY, effect=0.005)


@pytest.mark.parametrize(
    ("measure", "adjusted", "kind"),
    [
        (ACCURACY, 0.01, "helps"),
        (LOSS, 0.01, "harms"),
        (ACCURACY, 0.06, "may help"),
        (LOSS, 0.06, "may harm"),
    ],
)
def test_the_kind_follows_the_measures_direction(measure, adjusted, kind):
    assert kind_of_verdict(CLEAR, adjusted, measure) == kind
