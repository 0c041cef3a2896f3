"""What to do next is a command that can be copied, and never more seeds where seeds cannot help."""

import re
import shlex
from dataclasses import replace

import numpy as np
import pytest

from keras_lateral import ComparedMethod, crossed_difference, measure_of
from keras_lateral.comparison.answer.findings import Finding, Findings, findings_of
from keras_lateral.comparison.answer.next_step import next_step
from keras_lateral.comparison.answer.time_needed import seconds_for_seeds
from keras_lateral.comparison.answer.typed_command import (
    in_next_folder,
    with_options,
    without_options,
)
from tests.comparison_samples import comparison_of, several, with_images, without

pytestmark = pytest.mark.home

TYPED = ["keras-lateral", "compare", "--images", "my 'best' photos", "--seeds", "3", "--augment"]
WORDS = shlex.join(TYPED[:4])
NOTHING = [0.01, -0.01, 0.001]


def step_of(differences, **settings):
    return next_step(findings_of(comparison_of(differences, command=TYPED, **settings)))


def test_a_network_that_learned_nothing_is_not_told_to_train_more_seeds() -> None:
    comparison = with_images({"mine": 0.0}, skill=0.25)
    step = next_step(findings_of(comparison))
    assert step.text.startswith("More seeds cannot help a network that learns nothing.")
    assert step.command.endswith("--epochs 60")
    assert "--seeds" not in step.command


def test_one_seed_becomes_five_and_a_smoke_test_a_real_one() -> None:
    assert step_of({"a": [0.1]}).command == f"{WORDS} --augment --seeds 5"
    smoke = comparison_of({"a": [0.1, 0.1]}, smoke={"epochs": 2}, command=[*TYPED, "--smoke"])
    assert next_step(findings_of(smoke)).command == shlex.join(TYPED)


def test_seeds_that_would_settle_it_are_named_with_the_time_they_take() -> None:
    step = step_of({"a": NOTHING, "b": [0.03, 0.031, 0.03]})
    *_, seeds = shlex.split(step.command)
    assert int(seeds) > 3
    assert step.text.startswith(f"About {seeds} seeds would settle a, about ")
    comparison = comparison_of({"a": NOTHING, "b": NOTHING})
    # Three trainings a seed, three seconds each.
    assert seconds_for_seeds(comparison, 23) == 20 * 3 * 3
    assert seconds_for_seeds(replace(comparison, settings={"workers": 2}), 23) == 90
    assert seconds_for_seeds(comparison, 3) is None


@pytest.mark.parametrize(
    ("seeds", "folds", "text"),
    [
        (4, 5, "5 seeds test every image once, "),
        (2, 3, "3 seeds test every image once, "),
        (3, 3, "Five seeds say more than these, "),
        (3, 0, "Five seeds say more than these, "),
    ],
)
def test_few_seeds_become_more_where_even_many_would_not_settle_it(seeds, folds, text) -> None:
    comparison = with_images({"a": 0.02}, images=60, seeds=seeds, folds=folds, command=TYPED)
    step = next_step(findings_of(comparison))
    assert step.text.startswith(text)
    wanted = folds if seeds < folds else 5
    assert step.command == f"{WORDS} --augment --seeds {wanted}"
    assert ("with 60 " in step.more or "settle it: 60 " in step.more) == (seeds >= folds)


def test_from_python_it_is_a_call() -> None:
    call = next_step(findings_of(several(["a"], seeds=1))).command
    assert call == "compare(..., seeds=5)"


def test_what_is_missing_is_trained_by_the_same_command() -> None:
    comparison = without(comparison_of({"a": NOTHING}, command=TYPED), "a", 1)
    assert next_step(findings_of(comparison)).command == shlex.join(TYPED)


def test_where_all_is_settled_other_methods_or_nothing_are_left() -> None:
    bad = {"gradient_mask": [-0.03, -0.031, -0.03]}
    assert step_of(bad).command == (
        f"{WORDS} --seeds 3 --augment --methods frame_regularizer receptive_field_freeze"
    )
    good = {"gradient_mask": [0.03, 0.031, 0.03]}
    assert step_of(good).command.endswith("--robustness quick")


@pytest.mark.parametrize(
    "words",
    [["--seeds", "3"], ["--seeds=3"], ["--methods", "a", "b", "--seeds", "3"], []],
)
def test_an_option_is_replaced_however_it_was_typed(words: list[str]) -> None:
    comparison = several(["a"], command=["k", "compare", *words, "--images", "p"])
    left = [word for word in words[:-2] if not word.startswith("--seeds")]
    found = shlex.split(with_options(comparison, {"--seeds": [7]}))
    assert found == ["k", "compare", *left, "--images", "p", "--seeds", "7"]


def test_options_are_left_out_with_all_their_values() -> None:
    words = ["k", "--methods", "a", "b", "--images", "p"]
    assert without_options(words, ["--methods"]) == ["k", "--images", "p"]


def crossed(image: float, seed: float) -> Findings:
    """Returns findings whose differences were measured on 80 images, with these deviations."""
    draw = np.random.default_rng(0)
    d = image * draw.normal(size=80) + seed * draw.normal(size=(5, 1))
    difference = crossed_difference(0.01 + d - d.mean() + 0.05 * draw.normal(size=(5, 80)))
    compared = ComparedMethod("mine", "accuracy", {}, difference, 0.5)
    comparison = comparison_of({"mine": [0.0] * 5}, command=TYPED)
    return Findings(comparison, measure_of("accuracy"), (Finding(compared, "not known yet"),), ())


def test_where_more_images_alone_would_not_do_both_are_asked_for() -> None:
    text = next_step(crossed(image=0.3, seed=0.2)).text
    assert text.startswith("More seeds cannot settle it: 80 test images leave plus or minus")
    assert text.endswith("whatever you do; it takes more of these, and more seeds too.")


def test_where_images_are_what_is_missing_it_says_how_many_and_not_more_seeds() -> None:
    step = next_step(crossed(image=0.3, seed=0.0))
    found = re.fullmatch(
        r"More seeds cannot settle it: 80 test images leave plus or minus (\d\.\d) points whatever "
        r"you do; about ([\d,]+) more would do\.",
        step.text,
    )
    assert found
    # Known images alone: 2 x 0.3 / sqrt(80).
    assert float(found[1]) == pytest.approx(100 * 2 * 0.3 / 80**0.5, rel=0.25)
    assert not step.command


def test_where_seeds_are_what_is_missing_it_says_how_many() -> None:
    step = next_step(crossed(image=0.0, seed=0.005))
    assert step.text.startswith("About ")
    assert "--seeds" in step.command


def test_over_two_hundred_seeds_are_not_proposed() -> None:
    step = next_step(crossed(image=0.0, seed=0.2))
    assert "over 200 seeds" in step.text
    assert not step.command


def test_a_comparison_whose_time_was_over_goes_on_and_one_whose_seeds_are_done_does_not() -> None:
    over = step_of({"a": NOTHING}, stopped="the time is over")
    assert over.command == shlex.join(TYPED)
    done = step_of({"a": NOTHING}, stopped="all seeds are done")
    assert done.text.startswith("The 3 seeds that were set beforehand are done.")
    assert not done.command


def test_what_harms_the_loss_is_not_asked_for_more_seeds() -> None:
    findings = findings_of(with_images({"gradient_mask": 0.0}, loss=0.3, images=200))
    assert findings.methods[0].kind == "not known yet"
    assert next_step(findings).text == "Nothing is left to settle. Other methods to try:"


def test_with_folds_whole_repetitions_are_proposed() -> None:
    comparison = with_images({"a": 0.0}, images=400, folds=5, skill=0.9)
    step = next_step(findings_of(replace(comparison, effect=0.04)))
    *_, option, seeds = shlex.split(step.command)
    assert option == "--seeds"
    assert int(seeds) % 5 == 0


@pytest.mark.parametrize("typed", [["--folder", "kint"], ["--folder=kint"]])
def test_what_makes_it_another_comparison_goes_to_another_folder(typed) -> None:
    command = [*TYPED, *typed]
    learned_nothing = with_images({"mine": 0.0}, skill=0.25, command=command)
    words = next_step(findings_of(learned_nothing)).command
    assert words.endswith("--epochs 60")
    assert f"{' '.join(typed)}-2 " in words
    smoke = comparison_of({"a": [0.1, 0.1]}, smoke={}, command=[*command, "--smoke"])
    assert "kint-2" in next_step(findings_of(smoke)).command
    # More seeds, and what is missing, are what the folder is for.
    more = comparison_of({"a": [0.1]}, command=command)
    kept = [*without_options(command, ["--seeds"]), "--seeds", "5"]
    assert next_step(findings_of(more)).command == shlex.join(kept)
    assert in_next_folder(["--folder", "kint-2/"]) == ["--folder", "kint-3"]


def test_a_call_that_makes_it_another_comparison_says_so() -> None:
    learned_nothing = with_images({"mine": 0.0}, skill=0.25, command=None)
    call = next_step(findings_of(learned_nothing)).command
    assert call == "compare(..., epochs=60)  # where there is a folder, with another one"
