"""Few searches really train: one on every backend, the others on TensorFlow."""

import importlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import keras
import pytest

pytest.importorskip("keras_tuner", reason="the extra `tuner`")

from keras_lateral import tune_sigma
from keras_lateral.tuning.sigma_training import SigmaTraining
from tests.tuning.kills import Clock
from tests.tuning.small_search import build_model, noise, search

ROOT = Path(__file__).parents[2]


def test_random_search_trains_every_sigma_and_no_mask_with_every_seed(tmp_path):
    reports = []
    record = search(tmp_path, trials=2, sigmas=(0.6, 1.2), report=reports.append)
    assert [len(trial.accuracies) for trial in (record.baseline, *record.trials)] == [2, 2, 2]
    assert all(0.6 <= trial.sigma <= 1.2 for trial in record.trials)
    assert record.trials[0].sigma < record.trials[1].sigma
    named = [(trial.name, len(trial.accuracies)) for trial in reports]
    assert named == [(name, seeds) for name in ("no mask", "0", "1") for seeds in (1, 2)]
    # A second derivation: one of the numbers, trained apart from the search.
    sigma, seed = record.trials[1].sigma, record.seeds[1]
    alone = SigmaTraining(build_model, noise(), 3, None, 32, {})(sigma, seed, 1)
    assert record.trials[1].accuracies[1] == alone


class Trainings:
    """Stands in for training: counts, and returns a number that depends on everything."""

    def __init__(self, monkeypatch, clock=None):
        self.clock, self.made = clock, []
        monkeypatch.setattr(SigmaTraining, "__call__", lambda _, *run: self.train(*run))

    def train(self, sigma, seed, epochs):
        if self.clock is not None:
            self.clock.tick()
        self.made.append((sigma, seed, epochs))
        return 1 / (2 + ((sigma or 5.0) - 1.3) ** 2 + seed)


def test_a_search_killed_at_any_moment_repeats_no_training_that_was_kept(tmp_path, monkeypatch):
    clock, model = Clock(monkeypatch), build_model()
    trainings = Trainings(monkeypatch, clock)
    module = importlib.import_module("keras_lateral.tuning.sigma_training")
    monkeypatch.setattr(module, "built_model", lambda _: model)  # it takes the most time
    straight = []
    clock.run(lambda: straight.append(search(tmp_path / "straight", trials=2)))
    moments, made = clock.moment, list(trainings.made)
    assert len(made) == len(set(made)) == 6
    for moment in range(moments):
        folder, resumed = tmp_path / str(moment), []
        trainings.made.clear()
        clock.run(lambda folder=folder: search(folder, trials=2), moment)
        kept = len(list(folder.glob("runs/*.json")))
        before = len(trainings.made)
        clock.run(lambda folder=folder, to=resumed: to.append(search(folder, trials=2)))
        assert resumed[0].to_dict() == straight[0].to_dict()
        assert len(trainings.made) - before == len(made) - kept
        assert before - kept <= 1
        assert set(trainings.made) == set(made)


def test_more_trials_go_on_with_the_search(tmp_path, monkeypatch):
    trainings = Trainings(monkeypatch)
    first = search(tmp_path, trials=2)
    longer = search(tmp_path, trials=4)
    assert len(trainings.made) == len(set(trainings.made)) == 2 + 8
    assert set(first.trials) < set(longer.trials)


@pytest.mark.home
def test_bayesian_search_finds_the_hill(tmp_path, monkeypatch):
    Trainings(monkeypatch)
    record = search(tmp_path, trials=6, tuner="bayesian")
    assert record.best_sigma == pytest.approx(1.3, abs=0.1)


def test_hyperband_compares_whole_trainings_alone(tmp_path, monkeypatch):
    Trainings(monkeypatch)
    record = search(tmp_path, trials=None, epochs=9, tuner="hyperband")
    assert {trial.epochs for trial in record.trials} == {1, 3, 9}
    assert {trial.epochs for trial in record.complete} == {9}
    assert record.best in record.complete


def dense():
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(3, name="scores"))
    model.compile("sgd", "mse")
    return model


def uncompiled():
    return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3)])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tuner": "grid"}, "argument `tuner`. Expected one of"),
        ({"validation": 0}, "images to choose sigma by"),
        ({"validation": None}, "images to choose sigma by"),
        ({"validation": 50}, "Too few images of class 0 .'a'.. Expected at least 51"),
        ({"images_per_class": 50}, "Too few images of class 0"),
        ({"sigmas": (2.0, 1.0)}, "argument `sigmas`. Expected a range"),
        ({"sigmas": (0.0, 1.0)}, "argument `sigmas`. Expected a range"),
        ({"epochs": 0}, "argument `epochs`. Expected 1 or more"),
        ({"seeds": 0}, "argument `seeds`"),
        ({"trials": 0}, "argument `trials`. Expected 1 or more"),
        ({"mask": {"sigma": 1.0}}, "other than sigma"),
        ({"build_model": dense}, "with the layers .*'scores'"),
        ({"build_model": uncompiled}, "returns a compiled"),
        ({"data": "digits"}, "Expected a `keras_lateral.datasets.ImageDataset`"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_is_written(arguments, words, tmp_path):
    folder = tmp_path / "search"
    given = {"build_model": build_model, "data": noise(), "validation": 3, "directory": folder}
    with pytest.raises(ValueError, match=words):
        tune_sigma(**(given | arguments))
    assert not folder.exists()


def test_a_folder_of_another_search_says_what_differs(tmp_path, monkeypatch):
    Trainings(monkeypatch)
    search(tmp_path, trials=1)
    with pytest.raises(
        ValueError, match="mask was {}, is now .*0.2.*; seeds was .0, 1., is now .0, 1, 2."
    ):
        search(tmp_path, trials=1, seeds=3, mask={"threshold": 0.2})


@pytest.mark.home
@pytest.mark.slow
def test_a_chief_and_two_workers_share_a_search(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    own = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": port}
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", "tests.tuning.small_search"]
            + [str(tmp_path / "search"), "6", str(tmp_path / f"{name}.json")],
            env=os.environ | own | {"KERASTUNER_TUNER_ID": name, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
        for name in ("chief", "tuner0", "tuner1")
    }
    try:
        codes = {name: process.wait(timeout=400) for name, process in processes.items()}
        assert codes == dict.fromkeys(processes, 0)
    finally:
        for process in processes.values():
            process.kill()
    found = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in processes}
    workers = [found["tuner0"]["trained"], found["tuner1"]["trained"]]
    assert all(workers)
    assert sorted(workers[0] + workers[1]) == list("012345")
    assert found["tuner0"]["record"] is None
    assert found["chief"]["trained"] == ["no mask"]
    trials = found["chief"]["record"]["trials"]
    alone = search(tmp_path / "alone", trials=6, seeds=1)
    assert trials == [
        {**trial, "accuracies": list(trial["accuracies"])} for trial in alone.to_dict()["trials"]
    ]
