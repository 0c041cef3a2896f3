"""What makes a verdict worthless, or less than it seems, is said before any verdict."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral import Comparison
from keras_lateral.comparison.answer.class_balance import class_balance
from keras_lateral.comparison.answer.findings import WITHHELD, findings_of, first_measure
from keras_lateral.comparison.answer.trust import trust_signals
from keras_lateral.datasets import load_image_folder
from tests.comparison_samples import comparison_of, several, with_diverged, with_images, without

pytestmark = pytest.mark.home


def named(comparison: Comparison) -> dict[str, Any]:
    signals = trust_signals(comparison)
    assert len({signal.text for signal in signals}) == len(signals)
    return {signal.name: signal for signal in signals}


def of_accuracy(accuracy: float, images: int = 400, **measures: float) -> Comparison:
    comparison = with_images({"mine": 0.0}, images=images, seeds=2)
    runs = [
        replace(run, measures={**run.measures, "accuracy": accuracy, **measures})
        for run in comparison.runs
    ]
    return replace(comparison, runs=tuple(runs))


@pytest.mark.parametrize("more", [-0.001, 0.001])
def test_two_standard_errors_above_the_largest_class_are_needed_to_have_learned(more) -> None:
    balance = class_balance(of_accuracy(0.3))
    share = balance.share
    counts = np.bincount(of_accuracy(0.3).tested.labels)
    assert share == counts.max() / counts.sum() > 1 / 4
    edge = share + 2 * np.sqrt(share * (1 - share) / 400)
    found = named(of_accuracy(edge + more, balanced_accuracy=0.25))
    assert ("learned nothing" in found) == (more < 0)
    assert ("chance" in found) == (more > 0)


def test_what_has_learned_nothing_has_no_verdict() -> None:
    comparison = of_accuracy(0.25, balanced_accuracy=0.25)
    findings = findings_of(comparison)
    assert findings.withheld
    assert {finding.kind for finding in findings.methods} == {WITHHELD}
    text = named(comparison)["learned nothing"].text
    assert text.startswith("This network has learned nothing: the baseline classifies 25.0 %")
    assert "guessing gives 25.0 % with 4 classes" in text


def test_no_more_than_all_images_may_be_luck() -> None:
    names, shares = ("cat", "ship"), (0.05, 0.95)
    few = with_images({}, images=40, seeds=2, skill=0.3, classes=names, shares=shares)
    balance = class_balance(few)
    assert balance.floor + balance.doubt > 1
    assert "On 40 images, any accuracy may be luck." in named(few)["learned nothing"].text


def test_a_method_that_learns_where_the_baseline_does_not_is_named() -> None:
    comparison = with_images({"mine": 0.6}, skill=0.25, seeds=2)
    assert "With mine it did" in named(comparison)["learned nothing"].text


def test_one_image_more_does_not_say_that_a_method_has_learned() -> None:
    comparison = of_accuracy(0.3)
    balance = class_balance(comparison)
    edge = balance.floor + balance.doubt

    def reached(run):
        noise = 0.01 * run.seed if run.method == "mine" else 0.0
        accuracy = edge - 0.006 if run.method == "baseline" else edge + 0.001 + noise
        return replace(run, images=None, measures={"accuracy": accuracy})

    runs = tuple(map(reached, comparison.runs))
    text = named(replace(comparison, runs=runs))["learned nothing"].text
    assert "it did" not in text


def test_no_better_than_the_largest_class_is_not_nothing_if_classes_are_told_apart() -> None:
    comparison = with_images(
        {"mine": 0.0}, images=300, shares=[0.85, 0.05, 0.05, 0.05], skill=0.8, seeds=2
    )
    found = named(comparison)
    assert "learned nothing" not in found
    assert found["majority"].level == "warning"
    assert "always naming the largest class, cat" in found["majority"].text


def test_uneven_classes_put_balanced_accuracy_first() -> None:
    even = with_images({"mine": 0.1}, images=300, seeds=2)
    uneven = with_images({"mine": 0.1}, images=300, seeds=2, shares=[0.7, 0.1, 0.1, 0.1])
    assert (first_measure(even), first_measure(uneven)) == ("accuracy", "balanced_accuracy")
    assert "uneven" not in named(even)
    assert "The classes are uneven: the largest, cat, has" in named(uneven)["uneven"].text
    assert findings_of(uneven).methods[0].compared.measure == "balanced_accuracy"


def test_chance_and_the_largest_class_stand_beside_what_the_baseline_reaches() -> None:
    signal = named(with_images({"mine": 0.1}, images=300, seeds=2))["chance"]
    assert signal.level == "note"
    assert "guessing gives 25.0 % with 4 classes, always naming the largest class" in signal.text


def test_a_leak_of_more_than_one_percent_invalidates_and_other_alarms_warn() -> None:
    leak = "Test images that are in training too, pixel for pixel: {} of 1,000 (first: 'a' is 'b')."
    for copies, level in ((10, "warning"), (11, "invalid")):
        comparison = comparison_of({"a": [0.1, 0.1]}, alarms=[leak.format(copies)])
        (signal,) = trust_signals(comparison)
        assert (signal.text, signal.level) == (leak.format(copies), level)
        assert findings_of(comparison).withheld == (level == "invalid")
    other = comparison_of({"a": [0.1, 0.1]}, alarms=["Pictures that are in two classes: 900."])
    assert named(other)["images"].level == "warning"


def test_the_alarm_of_a_folder_with_copies_is_known_as_a_leak(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    draw = np.random.default_rng(0)
    for part, count in (("train", 4), ("test", 3)):
        for label in ("cat", "dog"):
            folder = tmp_path / part / label
            folder.mkdir(parents=True)
            for n in range(count):
                pixels = draw.integers(0, 256, (16, 16, 3)).astype("uint8")
                image.fromarray(pixels).save(folder / f"{n}.png")
    copy = (tmp_path / "train/cat/0.png").read_bytes()
    (tmp_path / "test/cat/0.png").write_bytes(copy)
    with pytest.warns(UserWarning, match="in training too"):
        alarms = load_image_folder(tmp_path, image_size=16).alarms
    comparison = comparison_of({"a": [0.1, 0.1]}, alarms=list(alarms))
    assert named(comparison)["leak"].text.startswith("Test images that are in training too")


def test_few_images_one_seed_what_is_missing_and_what_diverged_are_warnings() -> None:
    few = with_images({"mine": 0.1}, images=40, seeds=1)
    assert "one of them is 2.5 points of accuracy" in named(few)["few images"].text
    assert "one seed" in named(few)
    missing = named(without(several(["a"]), "a", 1))["incomplete"]
    assert missing.text.endswith("5 of 6 trainings are done. Missing: a with seed 1.")
    diverged = named(with_diverged(with_images({"a": 0.1}, seeds=3), "a", 1))["diverged"]
    assert diverged.text.startswith(
        "1 training diverged: a with seed 1. Each counts with chance accuracy, 25.0 % with 4 "
        "classes, and so takes part in differences, intervals and verdicts"
    )
    assert {missing.level, diverged.level} == {"warning"}


def test_a_smoke_test_gives_no_verdict_and_the_gravest_comes_first() -> None:
    comparison = several(["a"], seeds=1, smoke={"epochs": 2}, alarms=["A leak."])
    levels = [signal.level for signal in trust_signals(comparison)]
    assert levels == sorted(levels, key=["invalid", "warning", "note"].index)
    assert trust_signals(comparison)[0].short == "this is a smoke test"


def test_where_nothing_is_unusual_there_is_nothing_to_say() -> None:
    assert trust_signals(several(["a"], seeds=2)) == ()


def test_what_a_comparison_that_is_sure_leaves_out_is_not_missing() -> None:
    stopped = without(several(["a", "b"], seeds=4), "a", 3)
    stopped = replace(stopped, settings={**stopped.settings, "stopped": "every verdict is settled"})
    found = named(stopped)
    assert "incomplete" not in found
    assert found["stopped"].text == (
        "It was to go on until it is sure, and stopped after 4 seeds because every verdict is "
        "settled."
    )


@pytest.mark.parametrize(("seeds", "images"), [(1, 16), (4, 64), (5, 80), (7, 80)])
def test_images_that_no_seed_tested_are_none_to_trust_in(seeds: int, images: int) -> None:
    comparison = with_images({"mine": 0.0}, seeds=seeds, images=80, folds=5)
    balance = class_balance(comparison)
    assert balance is not None
    assert balance.images == images
