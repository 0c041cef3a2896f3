"""The table has each method's verdict and what else changes; gains are those of the record."""

import math
from dataclasses import replace

import numpy as np
import pytest

from keras_lateral import probability_of_better
from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.report.gains_section import gains_section
from keras_lateral.comparison.report.verdict_section import verdict_section
from tests.comparison.report.parsed import Element, parsed
from tests.comparison_samples import comparison_of, several, with_diverged, with_images, without

pytestmark = pytest.mark.home


def rows_of(section: str) -> tuple[list[str], dict[str, list[str]]]:
    (table,) = parsed(section).all("table")
    head = [cell.text for cell in table.all("thead")[0].all("th")]
    rows = table.all("tbody")[0].all("tr")
    return head, {row.children[0].text: [c.text for c in row.children[1:]] for row in rows}


def test_a_row_has_verdict_mean_difference_and_what_else_changes() -> None:
    comparison = with_images({"mine": 0.2, "other": 0.0}, images=100)
    head, rows = rows_of(verdict_section(findings_of(comparison)))
    assert head == [
        *("Method", "Verdict", "Test accuracy", "Difference", "Next training better", "Loss"),
        *("Calibration error", "Time"),
    ]
    assert list(rows) == ["baseline", "mine", "other"]
    mine = {c.method: c for c in comparison.compared()}["mine"]
    d, cells = mine.difference, rows["mine"]
    assert cells[0] == "▲ helps"
    mean = np.mean([r.measures["accuracy"] for r in comparison.runs if r.method == "mine"])
    assert cells[1] == f"{100 * mean:.1f} %"
    assert cells[2] == f"{100 * d.mean:+.1f}{100 * d.low:+.1f} to {100 * d.high:+.1f}"
    assert cells[3] == f"{100 * min(max(probability_of_better(d), 0.01), 0.99):.0f} %"
    loss = {c.method: c for c in comparison.compared("loss")}["mine"]
    sign = {"helps": " ▲", "harms": " ▼"}.get(loss.kind, "")
    assert cells[4] == f"{loss.difference.mean:+.3f}{sign}"
    pairs = zip(
        *(
            [r.measures["seconds_per_epoch"] for r in comparison.runs if r.method == method]
            for method in ("mine", "baseline")
        ),
        strict=True,
    )
    assert cells[6] == f"{math.prod(a / b for a, b in pairs) ** (1 / 5):.2f}"


def test_what_makes_the_loss_worse_or_diverged_says_so_beside_the_verdict() -> None:
    worse = with_images({"mine": 0.0}, loss=0.3, images=200)
    _, rows = rows_of(verdict_section(findings_of(worse)))
    assert "the test loss grows by 0.3" in rows["mine"][0]
    _, rows = rows_of(verdict_section(findings_of(with_diverged(several(["a"]), "a", 1))))
    assert rows["a"][0].endswith("1 of 3 trainings diverged")


def test_a_method_without_a_pair_comes_last_and_verdicts_are_withheld_where_they_must() -> None:
    lone = without(without(several(["a", "b"], seeds=2), "a", 0), "a", 1)
    _, rows = rows_of(verdict_section(findings_of(lone)))
    assert list(rows) == ["baseline", "b", "a"]
    assert rows["a"][0] == "no pair with the baseline"
    section = verdict_section(findings_of(with_images({"mine": 0.4}, skill=0.25)))
    head, rows = rows_of(section)
    assert rows["mine"][0] == "□ withheld"
    assert "Next training better" not in head


def gains_of(gains: dict[str, dict[str, float]]) -> Element:
    return parsed(
        gains_section(findings_of(replace(comparison_of({"a": [0.1, 0.2]}), free_gains=gains)))
    )


def test_gains_have_a_column_for_what_is_known() -> None:
    gains = {"accuracy": 0.7, "ensemble_accuracy": 0.75, "networks": 5.0, "temperature": 1.5}
    whole = gains_of({"baseline": gains, "a": {**gains, "ensemble_accuracy": 0.8}})
    assert [cell.text for cell in whole.all("thead")[0].all("th")] == [
        *("Method", "One network", "All networks together", "Temperature"),
    ]
    assert [[c.text for c in row.children] for row in whole.all("tbody")[0].all("tr")] == [
        ["baseline", "70.0", "75.0", "1.50"],
        ["a", "70.0", "80.0", "1.50"],
    ]
    assert "the 5 networks" in whole.text
    one = gains_of({"a": {"loss": 0.5, "tempered_loss": 0.4, "temperature": 2.0}})
    assert "Together" not in one.text
    assert gains_section(findings_of(comparison_of({"a": [0.1, 0.2]}))) == ""


def test_a_temperature_that_was_chosen_on_few_images_is_said_to_be_unsure() -> None:
    gains = {"loss": 0.5, "tempered_loss": 0.6, "temperature": 2.0}
    few = gains_of({"a": {**gains, "temperature_images": 4.5}, "b": gains})
    assert "chosen on only 4 images, too few to rely on" in few.text
    many = gains_of({"a": {**gains, "temperature_images": 800.0}})
    assert "too few" not in many.text
    assert "too few" not in gains_of({"a": gains}).text  # saved by an earlier version


def test_the_time_of_a_single_epoch_is_said_to_include_compiling() -> None:
    comparison = comparison_of({"a": [0.1, 0.2]})
    for epochs, included in ((1, True), (12, False)):
        runs = [replace(r, history={"loss": [1.0] * epochs}) for r in comparison.runs]
        text = parsed(verdict_section(findings_of(replace(comparison, runs=tuple(runs))))).text
        assert ("compiling included" in text) == included
