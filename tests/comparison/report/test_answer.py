"""The first sentence says no more than the verdicts."""

from dataclasses import replace

import pytest

from keras_lateral.comparison.report.answer import answer_section, warnings_of
from tests.comparison.report.parsed import parsed
from tests.comparison_samples import comparison_of, several

GOOD, BAD = [0.03, 0.031, 0.03], [-0.03, -0.031, -0.03]
NOTHING, PERHAPS = [0.01, -0.01, 0.001], [0.01, 0.02, 0.02]


@pytest.mark.parametrize(
    ("differences", "sentence"),
    [
        ([GOOD, BAD, NOTHING, PERHAPS], "Yes. 1 of 4 methods helps: 0."),
        ([NOTHING, GOOD, [0.05, 0.051, 0.05]], "Yes. 2 of 3 methods help: 2, 1."),
        ([GOOD], "Yes. The method helps: 0."),
        ([PERHAPS, NOTHING], "Not sure. 1 of 2 methods may help: 0. No method clearly helps."),
        ([NOTHING, BAD], "No method was found to help."),
        ([BAD, BAD], "No. 2 of 2 methods harm."),
        ([[0.1], [0.2]], "One pair of trainings is not enough to tell."),
    ],
)
def test_the_lead_follows_the_verdicts(differences: list[list[float]], sentence: str) -> None:
    comparison = comparison_of({str(place): d for place, d in enumerate(differences)})
    section = parsed(answer_section(comparison)).all("section")[0]
    (lead,) = [p for p in section.all("p") if p.attributes.get("class") == "lead"]
    assert lead.text == sentence


def test_what_helps_most_comes_first_and_what_harms_most_last() -> None:
    differences = {"bad": BAD, "nothing": NOTHING, "good": GOOD, "best": [0.05, 0.051, 0.05]}
    section = parsed(answer_section(comparison_of(differences)))
    order = [item.all("strong")[0].text for item in section.all("li")]
    assert order == ["best", "good", "nothing", "bad"]


def test_a_whole_comparison_of_several_seeds_has_no_warning() -> None:
    assert not warnings_of(several(["a"], seeds=2))


def test_a_smoke_test_answers_nothing_and_says_so_first() -> None:
    comparison = comparison_of({"mine": GOOD}, smoke={"epochs": 2, "seeds": 2})
    section = parsed(answer_section(comparison)).all("section")[0]
    lead, note = section.all("p")[:2]
    assert lead.text == "No answer: this is a smoke test."
    assert note.text.startswith("This is a smoke test (made small: epochs: 2, seeds: 2).")
    assert "smoke" not in parsed(answer_section(comparison_of({"mine": GOOD}))).text


def test_a_training_that_diverged_is_said_to_count_with_chance() -> None:
    comparison = comparison_of({"mine": GOOD}, classes=4)
    runs = [
        replace(run, diverged=True, measures={"accuracy": 0.25})
        if (run.method, run.seed) == ("mine", 1)
        else run
        for run in comparison.runs
    ]
    comparison = replace(comparison, runs=tuple(runs))
    (note,) = warnings_of(comparison)
    assert str(note).startswith(
        "1 training diverged: mine with seed 1. Each counts with chance accuracy, 25.0 % with 4 "
        "classes, and so takes part in differences, intervals and verdicts"
    )
    item = parsed(answer_section(comparison)).all("li")[0]
    assert "1 of 3 trainings diverged, counted with chance accuracy." in item.text
    values = comparison.compared()[0].values
    assert values[1] == 0.25
