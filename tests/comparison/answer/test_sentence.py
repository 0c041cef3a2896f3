"""The answer says no more than the verdicts, and what to do."""

from dataclasses import replace

import pytest

from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.answer.next_step import next_step
from keras_lateral.comparison.answer.sentence import answer_sentence, how_sure
from keras_lateral.comparison.text import answer_text
from tests.comparison_samples import comparison_of, with_images

pytestmark = pytest.mark.home

GOOD, BAD = [0.03, 0.031, 0.03], [-0.03, -0.031, -0.03]
NOTHING, PERHAPS, SAME = [0.01, -0.01, 0.001], [0.01, 0.02, 0.02], [0.0001, -0.0001, 0.0]
ADDS = "it adds 3.0 points of accuracy on these test images (2.9 to 3.2)"


@pytest.mark.parametrize(
    ("differences", "sentence"),
    [
        ([GOOD, BAD, NOTHING, PERHAPS], f"Use m0: {ADDS}."),
        ([NOTHING, GOOD, PERHAPS], f"Use m1: {ADDS}."),
        ([GOOD, [0.029, 0.03, 0.029]], f"Use m0: {ADDS}. m1 helps too."),
        (
            [PERHAPS, NOTHING],
            "Not settled yet: m0 may help (+1.7 points); nor is it known whether m1 helps.",
        ),
        (
            [NOTHING, BAD, SAME],
            "It is not known yet whether m0 helps; leave m1 off: it makes the accuracy and the "
            "test loss worse; m2 makes no difference that matters.",
        ),
        ([NOTHING] * 7, "It is not known yet whether any of 7 methods helps."),
        ([BAD], "Leave m0 off: it lowers the accuracy."),
        ([BAD, BAD], "Leave both off: each lowers the accuracy."),
        ([BAD] * 3, "Leave all three off: each lowers the accuracy."),
        (
            [SAME],
            "m0 makes no difference that matters: accuracy stays within 0.5 points of the "
            "baseline's.",
        ),
        (
            [SAME, SAME],
            "None of them makes a difference that matters: accuracy stays within 0.5 points of "
            "the baseline's.",
        ),
        ([[0.1], [0.2]], "Nothing is known yet: one pair of trainings is not enough to tell."),
    ],
)
def test_the_answer_follows_the_verdicts(differences: list[list[float]], sentence: str) -> None:
    comparison = comparison_of({f"m{place}": d for place, d in enumerate(differences)})
    assert answer_sentence(findings_of(comparison)) == sentence


def test_what_harms_the_loss_is_left_off_whatever_the_accuracy_does() -> None:
    gains = {"a": 0.0, "b": 0.0, "c": 0.0}
    findings = findings_of(with_images(gains, loss=0.3, images=200))
    assert all(finding.worse for finding in findings.methods)
    assert answer_sentence(findings) == (
        "Leave all three off: each makes the test loss worse, and none is known to help the "
        "accuracy."
    )


def test_a_gain_that_costs_trust_in_the_probabilities_says_so() -> None:
    findings = findings_of(with_images({"mine": 0.2}, loss=1.5, images=200))
    sentence = answer_sentence(findings)
    assert sentence.startswith("Use mine: it adds ")
    assert "; but the test loss grows by " in sentence


def test_where_the_baseline_makes_no_error_nothing_can_be_seen_to_help() -> None:
    same = with_images({"mine": 0.0, "other": 0.0}, images=16, seeds=2, skill=0.999)
    text = answer_text(findings_of(same))
    assert text.startswith(
        "Whether mine or other helps cannot be seen here: the baseline makes no error on these"
    )
    assert "! The baseline makes no error on any test image, so on these no method can" in text
    assert "Probability that the next training" not in text  # all pairs are ties
    assert "About" not in text
    assert text.splitlines()[-1].endswith("--robustness quick")
    folded = with_images({"mine": 0.0}, images=40, seeds=2, folds=5, skill=0.999)
    step = next_step(findings_of(folded))
    assert step.text.startswith("5 seeds test every image once")
    assert "harder images" in step.more


def test_the_best_comes_first_and_one_without_harm_before_one_with() -> None:
    differences = {"bad": BAD, "nothing": NOTHING, "good": GOOD, "best": [0.05, 0.051, 0.05]}
    assert findings_of(comparison_of(differences)).order == ("best", "good", "nothing", "bad")


@pytest.mark.parametrize(
    "settings",
    [{"smoke": {"epochs": 2}}, {"alarms": ["Test images that are in training too: 5 of 9."]}],
)
def test_what_is_invalid_has_no_answer(settings) -> None:
    findings = findings_of(comparison_of({"mine": GOOD}, **settings))
    assert answer_sentence(findings).startswith("No verdict: ")
    assert how_sure(findings) == ()


def test_how_sure_says_what_the_interval_covers() -> None:
    line = how_sure(findings_of(comparison_of({"mine": GOOD}, test_images=90)))[0]
    assert line == (
        "The 95 % intervals allow for new seeds (3 seeds), but hold for these 90 test images only."
    )


def test_results_of_each_image_make_the_answer_one_for_new_images() -> None:
    findings = findings_of(with_images({"mine": 0.2}, images=200, seeds=4))
    d = findings.methods[0].compared.difference
    low, high = (f"{100 * end:.1f}" for end in (d.low, d.high))
    assert answer_sentence(findings) == (
        f"Use mine: it adds {100 * d.mean:.1f} points of accuracy on new images ({low} to {high})."
    )
    first, second = how_sure(findings)
    assert first == (
        "The 95 % intervals allow for new images and new seeds: 4 seeds and 200 test images."
    )
    assert second.startswith("Probability that the next training with mine is better than without")
    folds = how_sure(findings_of(with_images({"mine": 0.2}, images=200, folds=5)))[0]
    assert folds.endswith("5 seeds and 200 test images (5 folds, so that every image is tested).")


def test_images_of_folds_that_no_seed_tested_are_not_counted() -> None:
    some = how_sure(findings_of(with_images({"mine": 0.2}, images=200, folds=5, seeds=4)))[0]
    assert some.endswith("4 seeds and 160 test images (4 of 5 folds: 5 seeds test every image).")


def test_of_two_that_are_alike_the_one_without_harm_comes_first() -> None:
    first, second = ([0.01, -0.01, 0.002], [0.01, -0.01, 0.001])
    comparison = comparison_of({"a": first, "b": second})
    runs = [
        replace(run, measures={**run.measures, "loss": run.seed / 100 + 0.5 * (run.method == "a")})
        for run in comparison.runs
    ]
    assert findings_of(comparison).order == ("a", "b")
    assert findings_of(replace(comparison, runs=tuple(runs))).order == ("b", "a")
