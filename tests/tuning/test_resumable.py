"""A search killed at any moment loses no trial and repeats none that was finished."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")

from keras_lateral import resumable_tuner  # noqa: E402
from keras_lateral.tuning.resumable import make_oracle  # noqa: E402
from keras_lateral.tuning.sigma_record import SigmaTrial  # noqa: E402
from keras_lateral.tuning.sigma_search import sigma_tuner_class, trials_of  # noqa: E402
from tests.tuning.kills import Clock  # noqa: E402

EPOCHS = 4


class Search:
    """A search whose trainings are counted, not run."""

    def __init__(self, directory: Path, tuner: Any, clock: Clock | None = None) -> None:
        self.directory, self.tuner, self.clock = directory, tuner, clock
        self.begun: list[tuple[str, int]] = []
        self.ended: Counter[str] = Counter()
        self.oracle: Any = None

    def __call__(self) -> None:
        hyperparameters = keras_tuner.HyperParameters()
        hyperparameters.Float("sigma", 0.5, 3.0, sampling="log")
        self.oracle = make_oracle(
            self.tuner,
            self.directory,
            keras_tuner.Objective("val_accuracy", "max"),
            None if self.tuner == "hyperband" else 4,
            EPOCHS,
            13,
            hyperparameters,
        )
        tuner = sigma_tuner_class()(
            oracle=self.oracle, directory=self.directory, project_name="trials"
        )
        tuner.search(self.train, EPOCHS, verbose=0)

    def train(self, name: str, sigma: float | None, epochs: int) -> SigmaTrial:
        assert sigma is not None
        self.begun.append((name, epochs))
        if self.clock:
            self.clock.tick()
        self.ended[name] += 1
        return SigmaTrial(name, sigma, epochs, (1 / (1 + (sigma - 1.5) ** 2), epochs / 100))

    def found(self) -> tuple[SigmaTrial, ...]:
        return trials_of(self.oracle, EPOCHS, 2)


def moments(tuner: str) -> Iterator[int]:
    """Returns the moments to kill at: only one in a Bayesian search, whose last trial is slow."""
    steps = {"random": range(1000), "hyperband": range(0, 1000, 3)}
    return iter(steps.get(tuner, (21,)))


def completed(directory: Path) -> set[str]:
    """Returns the trials that a killed search had recorded as completed."""
    file = directory / "search.json"
    trials = json.loads(file.read_text(encoding="utf-8"))["trials"] if file.exists() else []
    return {trial["trial_id"] for trial in trials if trial["status"] == "COMPLETED"}


@pytest.mark.parametrize(
    "tuner", ["random", pytest.param("bayesian", marks=pytest.mark.home), "hyperband"]
)
def test_a_search_killed_at_any_moment_finds_what_a_straight_one_finds(
    tuner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    straight = Search(tmp_path / "straight", tuner, clock)
    clock.run(straight)
    assert set(straight.ended.values()) == {1}
    last = clock.moment
    for moment in moments(tuner):
        if moment >= last:
            break
        search = Search(tmp_path / str(moment), tuner, clock)
        clock.run(search, moment)
        kept, begun = completed(tmp_path / str(moment)), len(search.begun)
        clock.run(search)
        assert search.found() == straight.found()
        assert not kept & {name for name, _ in search.begun[begun:]}
        assert len(search.begun) <= len(straight.begun) + 1  # the one in which it was killed
    assert last > 20


def test_a_finished_search_that_is_started_again_trains_nothing(tmp_path: Path) -> None:
    first, again = Search(tmp_path, "random"), Search(tmp_path, "random")
    first()
    again()
    assert not again.begun
    assert again.found() == first.found()


def test_hyperbands_rounds_train_longer_what_was_best_in_the_round_before(tmp_path: Path) -> None:
    search = Search(tmp_path, "hyperband")
    search()
    found = search.found()
    assert {trial.epochs for trial in found} == {2, EPOCHS}
    short = {trial.sigma: trial.mean for trial in found if trial.epochs == 2}
    longer = [trial.sigma for trial in found if trial.epochs == EPOCHS]
    promoted = [sigma for sigma in longer if sigma in short]
    assert promoted
    best = sorted(short, key=lambda sigma: -short[sigma])
    assert set(best[: len(promoted)]) == set(promoted)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tuner": "annealing"}, "one of .*random.*bayesian.*hyperband.*annealing"),
        ({"tuner": "grid"}, "grid search cannot resume after it was stopped"),
        (
            {"tuner": "hyperband", "trials": 3, "epochs": 4},
            "for Hyperband it follows from `epochs`",
        ),
        ({"tuner": "hyperband"}, "number of epochs of Hyperband's last rounds"),
        ({"trials": 0}, "`trials`. Expected 1 or more"),
        ({"search_seed": 0}, "keras-tuner takes 0 as no seed"),
    ],
)
def test_a_search_that_cannot_be_run_is_refused(
    arguments: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=words):
        resumable_tuner(lambda hp: None, directory=tmp_path, **arguments)


def test_a_state_that_something_else_cut_off_is_named(tmp_path: Path) -> None:
    Search(tmp_path, "random")()
    file = tmp_path / "search.json"
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")
    with pytest.raises(ValueError, match=r"search\.json is not the state of a search"):
        Search(tmp_path, "random")()


def test_an_error_in_training_ends_the_search_with_its_own_words(tmp_path: Path) -> None:
    search = Search(tmp_path, "random")
    search.train = lambda *arguments: 1 / 0  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match="ZeroDivisionError: division by zero"):
        search()
    assert not search.found()


def test_a_folder_of_other_ranges_says_what_differs(tmp_path: Path) -> None:
    def build(low: float) -> Any:
        def build(hp: Any) -> keras.Model:
            rate = hp.Float("rate", low, 1.0, sampling="log")
            model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
            model.compile(keras.optimizers.SGD(rate), "mse")
            return model

        return build

    for _ in range(2):
        resumable_tuner(build(0.1), directory=tmp_path)
    with pytest.raises(ValueError, match="'rate' was .*0.1.*, is now .*0.2.*"):
        resumable_tuner(build(0.2), "bayesian", directory=tmp_path)
    (tmp_path / "settings.json").unlink()
    resumable_tuner(build(0.2), "bayesian", directory=tmp_path)
