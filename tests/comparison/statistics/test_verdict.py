from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from keras_lateral import PairedDifference, paired_difference
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.statistics.verdict import (
    Kind,
    check_effect,
    kind_of_verdict,
    verdict,
)

pytestmark = pytest.mark.home

ACCURACY, LOSS = measure_of("accuracy"), measure_of("loss")
CLEAR = paired_difference([0.50, 0.61, 0.55], [0.53, 0.65, 0.57])
NONE = paired_difference([0.50, 0.61, 0.55], [0.53, 0.60, 0.55])
NEW = replace(CLEAR, images=200, these_images=(0.01, 0.05))
SMALL = PairedDifference(0.004, 0.001, 0.007, 5, 0.002, 5, 0.02)


def test_a_gain_is_given_in_points_of_its_measure_with_its_interval():
    words = verdict(CLEAR, 0.04, ACCURACY, effect=0.005)
    assert words == (
        "helps by 3.0 points of test accuracy on these test images, interval 0.5 to 5.5"
    )
    assert "on new images" in verdict(NEW, 0.04, ACCURACY, effect=0.005)


def test_a_loss_of_accuracy_is_a_harm_whose_interval_is_turned_with_it():
    harm = paired_difference([0.53, 0.65, 0.57], [0.50, 0.61, 0.55])
    words = verdict(harm, 0.04, ACCURACY, effect=0.005)
    assert words.startswith("harms by 3.0 points")
    assert words.endswith("interval 0.5 to 5.5")


def test_a_lower_loss_helps():
    lower = paired_difference([2.0, 2.1, 2.2], [1.5, 1.61, 1.7])
    assert verdict(lower, 0.001, LOSS, effect=0.01).startswith("helps by 0.497 nats of test loss")


def test_what_the_adjustment_takes_away_is_only_a_may():
    words = verdict(CLEAR, 0.2, ACCURACY, methods=7, effect=0.005)
    assert words == (
        "may help by 3.0 points of test accuracy on these test images, interval 0.5 to 5.5, but "
        "chance alone makes one of 7 methods look so in up to 20 of 100 comparisons"
    )


def test_what_is_not_known_is_not_called_equal():
    words = verdict(NONE, 1.0, ACCURACY, effect=0.005)
    assert words == (
        "not known yet: +0.7 points of test accuracy on these test images, interval -4.5 to +5.8"
    )


def test_an_interval_within_the_band_is_practically_the_same():
    even = PairedDifference(0.001, -0.002, 0.004, 5, 0.002, 3, 0.4, images=500)
    assert verdict(even, 0.4, ACCURACY, effect=0.005) == (
        "practically the same: less than the 0.5 points of interest in test accuracy on new "
        "images, interval -0.2 to +0.4"
    )


def test_a_difference_beyond_chance_may_be_of_no_interest():
    assert kind_of_verdict(SMALL, 0.02, ACCURACY, 0.01) == "practically the same"
    assert verdict(SMALL, 0.02, ACCURACY, effect=0.01).startswith(
        "practically the same: better by 0.4, less than the 1.0 points of interest"
    )
    assert "worse by 0.004" in verdict(SMALL, 0.02, LOSS, effect=0.01)
    assert kind_of_verdict(SMALL, 0.02, ACCURACY, 0.006) == "helps"


def test_a_size_that_would_be_rounded_to_nothing_is_shown():
    small = paired_difference([0.5, 0.5, 0.5], [0.50031, 0.50032, 0.50033])
    assert verdict(small, 0.001, ACCURACY, effect=1e-5).startswith("helps by 0.03 points")


@pytest.mark.parametrize("effect", [0, -0.01, 1.5, float("nan"), float("inf"), True, "0.005", None])
def test_what_can_be_no_difference_of_interest_is_refused(effect):
    with pytest.raises(ValueError, match="argument `effect`. Expected a difference in accuracy"):
        check_effect(effect)


def test_a_difference_of_interest_may_be_as_large_as_an_accuracy():
    for effect in (1e-9, 0.005, 1, np.float32(0.01)):
        check_effect(effect)


def test_one_pair_is_no_verdict():
    one = paired_difference([0.5], [0.9])
    assert kind_of_verdict(one, float("nan"), ACCURACY, 0.005) == "not known yet"
    words = verdict(one, float("nan"), ACCURACY, effect=0.005)
    assert words == (
        "not known yet: one pair says nothing about chance; use at least two seeds (in this one "
        "+40.0 points of test "
        "accuracy)"
    )


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
    assert kind_of_verdict(CLEAR, adjusted, measure, 0.005) == kind


def test_every_kind_opens_its_sentence():
    for d, p in ((CLEAR, 0.01), (CLEAR, 0.2), (NONE, 1.0), (SMALL, 0.02)):
        for measure in (ACCURACY, LOSS):
            kind = kind_of_verdict(d, p, measure, 0.01)
            assert kind in get_args(Kind)
            assert verdict(d, p, measure, effect=0.01).startswith(kind)
