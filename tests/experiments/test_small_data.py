"""The choice is greedy and made on training images; the pages hold what the results say."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.small_data import choose, further, report
from experiments.small_data.arms import fits, images, method, training_folds
from experiments.small_data.config import SIZES
from experiments.small_data.outcome import Outcome, Row
from experiments.small_data.run import arms_of, main
from keras_lateral import small_network

GAINS = {"a": 0.3, "b": 0.2, "c": 0.1, "d": -0.2, "long": 0.5}


class Found(SimpleNamespace):
    """What methods of these gains reach, where gains add up but for an overlap of a and b."""

    def values(self, name: str, measure: str) -> dict[int, float]:
        return {0: 0.4 + gain(name), 1: 0.6 + gain(name)}


def gain(name: str) -> float:
    parts = [] if name == "baseline" else name.split("+")
    return sum(GAINS[part] for part in parts) - (0.25 if {"a", "b"} <= set(parts) else 0.0)


def compared(names: Sequence[str]) -> Any:
    losses = {name: {"tempered_loss": 2.0 - gain(name)} for name in ("baseline", *names)}
    return Found(free_gains=losses)


def test_the_combination_is_the_best_alone_and_then_what_adds_most() -> None:
    steps = choose.choose(compared, list(GAINS), lambda name: True, left_out=["long"])
    assert [step.best for step in steps] == ["a", "a+c", "a+c"]
    assert steps[0].accuracy["baseline"] == pytest.approx(0.5)
    assert set(steps[1].tried) == {"baseline", "a+b", "a+c", "a+d"}
    assert steps[1].tried["a+b"] == pytest.approx(1.75)


def test_methods_that_set_the_same_thing_or_find_no_weights_are_not_combined() -> None:
    build = partial(small_network, (8, 8, 1), 2, channels=(4, 4))
    assert fits(build, "gradient_mask+frame_regularizer")
    assert not fits(build, "gradient_mask+gradient_mask_as_coded")
    assert not fits(build, "harmonic_convolution+frame_regularizer")


def test_every_method_of_the_study_is_known() -> None:
    for size in SIZES.values():
        for name in arms_of(size, "+".join(size.arms[:1])):
            assert method(name).name == name


def test_what_is_chosen_by_and_what_is_tested_share_no_image() -> None:
    pytest.importorskip("sklearn", reason="the smoke size reads scikit-learn's digits")
    data = images(SIZES["smoke"])
    chosen_by = {image.tobytes() for image in training_folds(data, 2).x}
    assert len(chosen_by) == 50
    assert not chosen_by & {image.tobytes() for image in data.x_test}
    assert np.bincount(data.y_test).tolist() == [5] * 10


def test_the_pages_hold_what_the_results_say() -> None:
    found = report.results()
    assert report.text(found) in report.README.read_text(encoding="utf-8")
    assert report.summary(found) in report.PAGE.read_text(encoding="utf-8")


def test_a_table_has_the_best_first_and_ours_in_bold() -> None:
    def row(name: str, gain: float) -> Row:
        accuracies = (0.4 + gain, 0.5 + gain)
        return Row(name, accuracies, gain, gain - 0.01, gain + 0.01, 0.5, "", 1.0, 0.1, 9.0)

    rows = (row("baseline", 0.0), row("gradient_mask", -0.02), row("mixup+cutmix", 0.03))
    outcome = Outcome(500, 11_500, 30, (0, 1), 2.5, rows)
    first, second, third = report.table(outcome).splitlines()[2:]
    assert first.startswith("| baseline | 45.0 ± 7.1 |  |")
    assert second.startswith("| mixup + cutmix | 48.0 ± 7.1 | +3.0 | +2.0 to +4.0 |")
    assert third.startswith("| **gradient_mask** | 43.0 ")


def test_what_ours_add_to_the_combination_is_paired_by_seed() -> None:
    def row(method: str, *accuracies: float) -> Row:
        return Row(method, accuracies, 0.0, 0.0, 0.0, 1.0, "", 1.0, 0.0, 1.0)

    rows = row("baseline", 0.1, 0.1, 0.1), row("a", 0.5, 0.7, 0.6), row("a+gradient_mask", *NEAR)
    text = report.added(Outcome(10, 10, 1, (0, 1, 2), 1.0, rows), "a")
    # Differences of 1, 2 and 3 points: 2 +- 4.303 * 1 / sqrt(3), Student's t with 2 degrees.
    assert "| gradient_mask | +2.0 | -0.5 to +4.5 | 0.074 | 3 of 3 |" in text
    assert "frame_regularizer" not in text


NEAR = (0.51, 0.72, 0.63)


@pytest.mark.slow
def test_the_smoke_size_runs_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("keras_tuner", reason="the study tunes its baseline")
    pytest.importorskip("sklearn", reason="the smoke size reads scikit-learn's digits")
    where = ["--smoke", "--work", str(tmp_path / "work"), "--results", str(tmp_path)]
    main(["fix", "compare", *where])
    first = Outcome.load(tmp_path / "smoke.json")
    assert set(SIZES["smoke"].arms) < set(first.by_method)
    assert all(len(row.accuracies) == SIZES["smoke"].seeds for row in first.rows)
    main(["compare", *where])
    assert Outcome.load(tmp_path / "smoke.json") == first
    further.main(["--smoke", "--channels", "4", "--results", str(tmp_path)])
    assert 0 <= json.loads((tmp_path / "smoke_further_4_0.json").read_text())["accuracy"] <= 1
