"""Every number under a condition stands beside the condition's settings."""

import numpy as np
import pytest

from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.report.condition_section import condition_section
from tests.comparison.report.parsed import Element, parsed
from tests.comparison_samples import CONDITIONS, several

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home


@pytest.fixture(scope="module")
def tables() -> list[Element]:
    return parsed(condition_section(findings_of(several(["a"], conditions=True)))).all("table")


def test_accuracies_stand_under_the_settings_of_their_condition(tables: list[Element]) -> None:
    comparison = several(["a"], conditions=True)
    found = {}
    for group in tables[1].all("tbody"):
        title, *rows = group.all("tr")
        for row in rows:
            heading, *cells = row.children
            found[heading.texts[0].text] = (
                title.text + heading.text,
                [cell.text for cell in cells],
            )
    titles = [f"{word}, severity {n}" for word in ("fog", "snow") for n in (1, 3, 5)]
    assert list(found) == [*titles, "PGD attack, 8/255"]
    for (name, settings), title in zip(CONDITIONS.items(), found, strict=True):
        text, cells = found[title]
        for key, value in settings.items():
            assert f"{key.replace('_', ' ')} {value}" in text
        for method, cell in zip(["baseline", "a"], cells, strict=True):
            mean = np.mean([run.measures[name] for run in comparison.runs if run.method == method])
            assert cell.startswith(f"{100 * mean:.1f}")


def test_an_attack_says_more_than_the_accuracy_with_its_settings(tables: list[Element]) -> None:
    comparison = several(["a"], conditions=True)
    name = "pgd-linf-0.0314"
    assert "PGD attack, 8/255: further results" in tables[2].children[0].text
    assert "epsilon 0.0314, step size 0.00785, steps 10" in tables[2].children[0].text
    head, *rows = tables[2].all("tr")
    assert [cell.text for cell in head.children] == [
        "Method",
        "attack success rate",
        "success rate after 1",
    ]
    for row, method in zip(rows, ["baseline", "a"], strict=True):
        rates = [
            run.details[name]["attack_success_rate"]
            for run in comparison.runs
            if run.method == method
        ]
        assert [cell.text for cell in row.children[1:]] == [f"{np.mean(rates):.4g}", "0.125"]


def test_corruptions_have_means_over_their_severities(tables: list[Element]) -> None:
    comparison = several(["a"], conditions=True)
    rows = {row.children[0].text: row.children[2].text for row in tables[0].all("tr")[1:]}
    assert list(rows) == ["fog, mean of 3", "snow, mean of 3", "all 6 corruptions, mean"]
    fog = [name for name in CONDITIONS if name.startswith("fog")]
    by_seed = [
        [
            np.mean([run.measures[name] for name in fog])
            for run in comparison.runs
            if run.method == m
        ]
        for m in ("baseline", "a")
    ]
    difference = 100 * np.mean(np.subtract(by_seed[1], by_seed[0]))
    expected = f"{100 * np.mean(by_seed[1]):.1f}{difference:+.1f}, "
    assert rows["fog, mean of 3"].startswith(expected)


def test_without_conditions_there_is_no_section() -> None:
    assert condition_section(findings_of(several(["a"]))) == ""
