"""Comparisons that go on until they know."""

from dataclasses import replace

import numpy as np
import pytest

from keras_lateral import UntilSure
from keras_lateral.comparison.planned_trainings import PlannedTrainings
from keras_lateral.comparison.until_sure import (
    checked_budget,
    planned_trainings,
    settled_pairs,
    stopped,
    with_looks,
)
from tests.comparison.synthetic import synthetic_images

pytestmark = pytest.mark.home


def done(plan, comparison):
    """Does the planned trainings by taking them from a finished comparison."""
    runs = {(run.method, run.seed): run for run in comparison.runs}
    for job in plan:
        plan.runs.append(runs[job])
    return plan


def empty(comparison, budget):
    return with_looks(replace(comparison, runs=()), budget)


def test_all_seeds_are_done_without_it_and_all_methods_of_one_before_the_next():
    plan = PlannedTrainings(["a", "b"], [0, 1])
    assert list(plan) == [
        ("baseline", 0), ("a", 0), ("b", 0), ("baseline", 1), ("a", 1), ("b", 1)
    ]  # fmt: skip
    assert plan.total == 6
    assert plan.reason == "all seeds are done"


def test_it_stops_when_every_verdict_is_settled_and_trains_settled_methods_no_more():
    budget = UntilSure(seeds=20)
    whole = synthetic_images([0.3, 0.03], 20, np.random.default_rng(0), 500)
    plan = done(planned_trainings(empty(whole, budget), None, budget), whole)
    comparison = stopped(with_looks(replace(whole, runs=tuple(plan.runs)), budget), plan)
    settled = comparison.settings["settled"]
    assert settled["method 1"] == 5  # at the first look
    assert 5 < settled["method 2"] < 20
    assert comparison.settings["stopped"] == "every verdict is settled"
    assert len(comparison.values("method 1")) == 5
    assert len(comparison.values("method 2")) == settled["method 2"]
    assert [compared.kind for compared in comparison.compared()] == ["helps", "helps"]
    assert settled_pairs(comparison) == settled


def test_pairs_after_the_verdict_do_not_change_it():
    budget = UntilSure(seeds=12)
    whole = with_looks(synthetic_images([0.3], 12, np.random.default_rng(1), 500), budget)
    settled = settled_pairs(whole)
    counted = replace(whole, settings={**whole.settings, "settled": settled})
    assert counted.compared()[0].difference.pairs == settled["method 1"] < 12


def test_a_seed_that_is_done_before_an_earlier_one_does_not_take_its_place():
    budget = UntilSure(seeds=12)
    whole = with_looks(synthetic_images([0.3], 12, np.random.default_rng(1), 500), budget)
    early = [run for run in whole.runs if run.seed != 4 or run.method == "baseline"]
    assert settled_pairs(whole) == {"method 1": 5}
    assert settled_pairs(replace(whole, runs=tuple(early))) == {}


def test_it_goes_to_the_last_seed_if_nothing_is_settled():
    budget = UntilSure(seeds=8)
    whole = synthetic_images([0.0], 8, np.random.default_rng(2), 60, of_image=0.2)
    plan = done(planned_trainings(empty(whole, budget), None, budget), whole)
    assert len(plan.runs) == 16
    assert plan.reason == "all seeds are done"


def test_no_seed_is_begun_when_the_time_is_over():
    budget = UntilSure(seeds=8, minutes=1e-9)
    whole = synthetic_images([0.0], 8, np.random.default_rng(3), 60)
    plan = done(planned_trainings(empty(whole, budget), None, budget), whole)
    assert len(plan.runs) == 2  # the first pair is done in any case
    assert plan.reason == "the time is over"


class Kept:
    """A folder with trainings of before."""

    def __init__(self, runs):
        self.runs = {(run.method, run.seed): run for run in runs}

    def read(self, method, seed):
        return self.runs.get((method, seed))


def test_a_resumed_comparison_is_the_straight_one():
    budget = UntilSure(seeds=20)
    whole = synthetic_images([0.3, 0.05], 20, np.random.default_rng(4), 2000)
    straight = done(planned_trainings(empty(whole, budget), None, budget), whole)
    folder = Kept(straight.runs[:13])
    resumed = planned_trainings(empty(whole, budget), folder, budget)
    assert resumed.done_before == 13
    done(resumed, whole)
    key = [(run.method, run.seed) for run in straight.runs]
    assert sorted((run.method, run.seed) for run in resumed.runs) == sorted(key)
    assert resumed.reason == straight.reason


def test_before_the_first_look_nothing_is_known():
    budget = UntilSure(seeds=20)
    whole = with_looks(synthetic_images([0.4], 4, np.random.default_rng(5), 500), budget)
    (compared,) = whole.compared()
    assert compared.kind == "not known yet"
    assert (compared.difference.low, compared.difference.high) == (-1, 1)


@pytest.mark.slow
def test_looking_calls_nothing_wrong_more_often():
    budget, wrong, trials = UntilSure(seeds=15), 0, 200
    generator = np.random.default_rng(6)
    for _ in range(trials):
        whole = synthetic_images([0.0, 0.0], 15, generator, 150, of_image=0.1, of_seed=0.02)
        looked = with_looks(whole, budget)
        settled = settled_pairs(looked)
        counted = replace(looked, settings={**looked.settings, "settled": settled})
        wrong += any(compared.kind in ("helps", "harms") for compared in counted.compared())
    assert wrong / trials < 0.05 + 3 * np.sqrt(0.05 * 0.95 / trials)


@pytest.mark.parametrize("wrong", [5, "yes", {"seeds": 5}])
def test_what_is_no_budget_is_refused(wrong):
    with pytest.raises(ValueError, match="argument `until_sure`"):
        checked_budget(wrong)


@pytest.mark.parametrize("wrong", [{"seeds": 2}, {"seeds": 5.5}, {"minutes": 0}])
def test_a_budget_of_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=f"argument `{next(iter(wrong))}`"):
        UntilSure(**wrong)
