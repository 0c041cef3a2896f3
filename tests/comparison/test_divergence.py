"""Scores that are not finite are divergence: the comparison goes on, and resumes."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import Comparison, Method, Run, compare
from tests.comparison.tiny import tiny_images, tiny_model


class GrowsTooLarge(keras.callbacks.Callback):
    """Ends with finite weights with which the scores overflow."""

    def on_train_end(self, logs: Any = None) -> None:
        weights = self.model.get_weights()
        self.model.set_weights([np.full_like(w, 3e38) for w in weights])


overflow = Method("overflow", callbacks=lambda: [GrowsTooLarge()])


METHODS = [overflow, Method("nothing"), Method("longer", epochs=lambda epochs: 2 * epochs)]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Comparison, str]:
    """Returns a folder, the comparison in it, and what was written to standard error."""
    folder, lines = tmp_path_factory.mktemp("compared"), io.StringIO()
    with redirect_stderr(lines):
        found = compare(tiny_model, tiny_images(), METHODS, seeds=1, epochs=1, folder=folder)
    return folder, found, lines.getvalue()


def resumed(folder: Any) -> Comparison:
    return compare(
        tiny_model, tiny_images(), METHODS, seeds=1, epochs=1, folder=folder, progress=False
    )


def test_a_comparison_with_scores_that_overflow_goes_on_and_resumes(compared: Any) -> None:
    folder, comparison, lines = compared
    assert [run.diverged for run in comparison.runs] == [False, True, False, False]
    assert comparison.runs[1].measures["accuracy"] == 0.5
    assert "overflow, seed 0: diverged, counts as chance (accuracy 50.0 %)" in lines
    text = str(comparison)
    assert text.count("! 1 training diverged: overflow with seed 0.") == 1
    saved = [json.loads(file.read_text()) for file in (folder / "runs").iterdir()]
    assert sum(run["diverged"] for run in saved) == 1
    assert resumed(folder).runs == comparison.runs


def test_a_method_without_effect_is_named_and_stays_so_after_a_resume(compared: Any) -> None:
    folder, comparison, _ = compared
    for found in (comparison, resumed(folder), Comparison.from_dict(comparison.to_dict())):
        assert found.without_effect == ("nothing",)
        assert str(found).count("changed nothing: each of its trainings ended with the very") == 1


def test_numbers_that_json_does_not_know_are_left_out_wherever_they_are() -> None:
    nan = float("nan")
    details = {"pgd": {"rate": nan, "curve": [1.0, float("inf")], "norm": "linf"}}
    run = Run("a", 0, {"accuracy": 0.5, "loss": nan}, 1.0, history={"loss": [nan]}, details=details)
    values = json.loads(json.dumps(run.to_dict(), allow_nan=False))
    assert values["measures"] == {"accuracy": 0.5}
    assert values["history"] == {"loss": [None]}
    assert values["details"] == {"pgd": {"rate": None, "curve": [1.0, None], "norm": "linf"}}


@pytest.mark.parametrize("digests", [("", ""), ("a", ""), ("a", "b")])
def test_runs_without_digests_or_with_others_are_no_method_without_effect(
    digests: tuple[str, str],
) -> None:
    make = partial(Run, seed=0, measures={"accuracy": 0.5}, seconds=1.0)
    first, second = digests
    runs = (make("baseline", weights_digest=first), make("a", weights_digest=second))
    assert Comparison("data", ("a",), (0,), runs).without_effect == ()


@pytest.mark.parametrize(
    ("digests", "values", "interval"),
    [
        (("a", "a"), (0.5, 0.5), (0.0, 0.0)),
        (("a", "b"), (0.5, 0.5), None),  # equal by chance
        (("", ""), (0.5, 0.5), None),
        (("a", "a"), (0.5, 0.6), None),  # read differently
    ],
)
def test_only_trainings_known_to_be_the_same_have_no_interval(
    digests: tuple[str, str], values: tuple[float, float], interval: tuple[float, float] | None
) -> None:
    runs = tuple(
        Run(name, seed, {"accuracy": value, "seconds_per_epoch": 1.0}, 1.0, weights_digest=digest)
        for name, digest, value in zip(("baseline", "a"), digests, values, strict=True)
        for seed in range(2)
    )
    comparison = Comparison("data", ("a",), (0, 1), runs, {"test_images": 20})
    (compared,) = comparison.compared()
    d = compared.difference
    assert ((d.low, d.high) == (0.0, 0.0)) == (interval is not None)
    if interval is not None:
        assert (d.p, compared.kind) == (1.0, "practically the same")
        told = "none of these trainings differs from the baseline's"
        assert compared.verdict == f"practically the same: {told}"
    watched = Comparison("data", ("a",), (0, 1), runs, {"until_sure": {"seeds": 30}})
    assert watched.compared()[0].kind == "not known yet"  # later pairs may differ
