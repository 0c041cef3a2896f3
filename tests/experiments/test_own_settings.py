"""The rule of the choice, the epochs, and the page."""

from pathlib import Path

import pytest

from experiments.own_settings import report
from experiments.own_settings.choose import chosen
from experiments.own_settings.config import (
    CHOICE_SEEDS,
    CONFIRM_SEEDS,
    DEFAULTS,
    TRIED,
    arm_name,
    frozen_epochs,
)
from experiments.own_settings.run import main, method, to_test
from experiments.small_data.config import SIZES
from keras_lateral.methods import methods_of

MASK = "gradient_mask"


def gains(*of_sets: dict[float, float]) -> dict[str, dict[str, float]]:
    return {
        str(number): {arm_name(MASK, value): gain for value, gain in of_set.items()}
        for number, of_set in enumerate(of_sets)
    }


NOTHING = dict.fromkeys(TRIED[MASK], 0.0)


def test_the_best_mean_wins_unless_it_costs_a_set_too_much() -> None:
    found = gains(NOTHING | {0.03: 0.01, 0.3: 0.05}, NOTHING | {0.3: -0.03})
    assert chosen(found, MASK) == 0.03


def test_the_default_stays_where_nothing_is_better() -> None:
    assert chosen(gains(NOTHING, NOTHING), MASK) == DEFAULTS[MASK]
    harmful = dict.fromkeys(NOTHING, -0.1)
    assert chosen(gains(harmful, harmful), MASK) == DEFAULTS[MASK]


def test_every_default_is_tried_and_is_that_of_the_method() -> None:
    for name, values in TRIED.items():
        assert DEFAULTS[name] in values
    size = SIZES["cifar10"]
    for name in TRIED:
        ours = method(size, name, DEFAULTS[name]).settings
        (known,) = methods_of([name])
        known = known.under(rate_ends_near_zero=True)
        if name != "receptive_field_freeze":
            assert dict(ours) == dict(known.settings)
    rule = frozen_epochs("alternating", size.epochs)
    assert rule == list(range(1, size.epochs, 2))
    assert known.settings["epochs"] == "AlternatingEpochs(ordinary=1, frozen=1, start=0)"


def test_no_seed_of_the_test_was_one_of_another_choice() -> None:
    most = max(CHOICE_SEEDS, *(size.seeds for size in SIZES.values()))
    assert min(CONFIRM_SEEDS) >= most


def test_only_what_differs_from_the_default_is_tested_beside_it() -> None:
    values = {**DEFAULTS, MASK: 1.0}
    assert to_test(values) == [(MASK, 0.1), (MASK, 1.0)]


def test_the_page_holds_what_the_results_say() -> None:
    assert report.text() in report.README.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_smoke_size_runs(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the smoke size reads scikit-learn's digits")
    where = ["--smoke", "--work", str(tmp_path / "work"), "--results", str(tmp_path)]
    main(["choose", "confirm", *where])
    assert (tmp_path / "smoke.json").exists()
