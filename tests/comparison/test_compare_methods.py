import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_lateral import Comparison, ConditionResult, Method, compare, gradient_mask_method
from keras_lateral.comparison import training as paired_training
from keras_lateral.comparison.folder_lock import sole_use
from tests.comparison.tiny import tiny_images, tiny_model

DATA = tiny_images()
QUIET = {"epochs": 1, "batch_size": 6, "progress": False}


@dataclass(frozen=True)
class Darker:
    """A user's own condition."""

    factor: float = 0.5

    @property
    def name(self) -> str:
        return f"darker-{self.factor}"

    def settings(self):
        return {"factor": self.factor}

    def measure(self, model, x, y, value_range):
        right = model.predict(x * self.factor, verbose=0).argmax(axis=1) == y
        details = {"brightest": float(x.max())}
        return ConditionResult(self.name, float(right.mean()), len(y), self.settings(), details)


def same_but_for_time(first: Comparison, second: Comparison) -> bool:
    def timeless(comparison):
        return [
            (run.method, run.seed, {**run.measures, "seconds_per_epoch": 0}, run.history)
            for run in comparison.runs
        ]

    return timeless(first) == timeless(second)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """Returns a comparison, and the folder in which it was kept."""
    folder = tmp_path_factory.mktemp("straight")
    arguments = {"seeds": [4, 7], "conditions": [Darker()], "folder": folder, **QUIET}
    return compare(tiny_model, DATA, ["gradient_mask"], **arguments), folder


@pytest.fixture
def copied(straight, tmp_path):
    """Returns the arguments to resume it, in a folder that may be changed."""
    folder = Path(shutil.copytree(straight[1], tmp_path / "copy"))
    return {"seeds": [4, 7], "conditions": [Darker()], "folder": folder, **QUIET}


def test_it_trains_every_method_with_every_seed_and_says_what_came_of_it(straight):
    comparison, _ = straight
    assert [(run.method, run.seed) for run in comparison.runs] == [
        ("baseline", 4), ("gradient_mask", 4), ("baseline", 7), ("gradient_mask", 7)
    ]  # fmt: skip
    assert comparison.conditions == ("darker-0.5",)
    assert comparison.settings["conditions"]["darker-0.5"] == {"factor": 0.5}
    assert comparison.settings["methods"]["gradient_mask"]["sigma"] == 1.0
    assert comparison.runs[0].details["darker-0.5"]["brightest"] <= 1  # images were scaled
    text = str(comparison)
    for word in ("test accuracy", "accuracy under darker-0.5", "gradient_mask ", "seconds per"):
        assert word in text


@pytest.mark.home
def test_a_comparison_that_was_stopped_goes_on_where_it_was(straight, tmp_path, monkeypatch):
    trained, original = [], paired_training.train
    arguments = {"seeds": [4, 7], "conditions": [Darker()], "folder": tmp_path, **QUIET}

    def counted(task, method, seed, *rest):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append((method.name if method else "baseline", seed))
        return original(task, method, seed, *rest)

    monkeypatch.setattr(paired_training, "train", counted)
    with pytest.raises(KeyboardInterrupt):
        compare(tiny_model, DATA, ["gradient_mask"], **arguments)
    monkeypatch.setattr(paired_training, "train", original)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").iterdir()}
    resumed = compare(tiny_model, DATA, ["gradient_mask"], **arguments)
    assert len(trained) == 3
    assert same_but_for_time(resumed, straight[0])
    after = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").iterdir()}
    assert len(before.items() & after.items()) == 3 == len(after) - 1  # nothing twice


@pytest.mark.home
def test_seeds_and_methods_can_be_added_later(copied, capsys):
    own = Method("nothing")
    more = {**copied, "seeds": [4, 9], "progress": True}
    comparison = compare(tiny_model, DATA, [own], **more)
    assert len(comparison.runs) == 4
    errors = capsys.readouterr().err
    assert "1 of 4 trainings were already done." in errors
    assert "4/4  nothing, seed 9: accuracy" in errors
    both = compare(tiny_model, DATA, ["gradient_mask", own], **{**copied, "seeds": [4]})
    assert [(run.method, run.seed) for run in both.runs] == [
        ("baseline", 4), ("gradient_mask", 4), ("nothing", 4)
    ]  # fmt: skip


def test_a_folder_of_other_images_or_another_model_is_refused(copied):
    other = replace(DATA, x_train=DATA.x_train[::-1])
    with pytest.raises(ValueError, match="another comparison:\n- the pixels of the images"):
        compare(tiny_model, other, ["gradient_mask"], **copied)
    with pytest.raises(ValueError, match="another comparison:\n- the model"):
        compare(with_dropout, DATA, ["gradient_mask"], **copied)
    strong = gradient_mask_method(threshold=0.5)
    with pytest.raises(ValueError, match="method 'gradient_mask' with other settings"):
        compare(tiny_model, DATA, [strong], **copied)


@pytest.mark.home
def test_what_is_said_about_the_images_and_how_they_are_called_is_not_what_they_are(copied, capsys):
    moved = replace(DATA, name="moved", notes=("Hidden files, left out: 1.",), source="elsewhere")
    comparison = compare(tiny_model, moved, ["gradient_mask"], **{**copied, "progress": True})
    assert capsys.readouterr().err == "4 of 4 trainings were already done.\n"
    assert (comparison.name, comparison.settings["notes"]) == ("moved", list(moved.notes))


@pytest.mark.home
def test_a_folder_in_use_is_refused_before_the_first_training(copied, monkeypatch):
    monkeypatch.setattr(paired_training, "train", lambda *_: pytest.fail("something was trained"))
    more = {**copied, "seeds": [4, 8]}
    with sole_use(copied["folder"]), pytest.raises(RuntimeError, match=f"process {os.getpid()} on"):
        compare(tiny_model, DATA, ["gradient_mask"], **more)


def with_dropout():
    return tiny_model(0.3)


def with_three_classes():
    return tiny_model(classes=3)


def with_another_metric():
    model = tiny_model()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=[keras.metrics.F1Score()])
    return model


def not_compiled():
    return keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten()])


def drawn_by_numpy():
    model = tiny_model()
    unseeded = np.random.default_rng()
    model.set_weights([unseeded.normal(size=w.shape) for w in model.get_weights()])
    return model


def reset(model):
    model.set_weights([w * 0 for w in model.get_weights()])
    return model


@pytest.mark.parametrize(
    ("build_model", "arguments", "message"),
    [
        (with_three_classes, {}, "Expected a model of 2 classes"),
        (with_another_metric, {}, r'(?s)cannot be trained on images of shape \(6, 6, 1\).*loss'),
        (not_compiled, {}, "returns a compiled keras.Model"),
        (drawn_by_numpy, {}, "changes the initial weights"),
        (tiny_model, {"methods": [Method("resets", reset)]}, "changes the initial weights"),
        (tiny_model, {"methods": [Method("none", lambda m: None)]}, "does not return a compiled"),
        (tiny_model, {"methods": ["frame_regulariser"]}, "Expected names among"),
        (tiny_model, {"seeds": 0}, "argument `seeds`"),
        (tiny_model, {"seeds": [1, 1]}, "argument `seeds`"),
        (tiny_model, {"seeds": [-1]}, "argument `seeds`"),
        (tiny_model, {"epochs": 0}, "argument `epochs`"),
        (tiny_model, {"batch_size": 2.5}, "argument `batch_size`"),
        (tiny_model, {"workers": True}, "argument `workers`"),
        (tiny_model, {"effect": 0}, "argument `effect`"),
        (tiny_model, {"effect": 5}, "at most 1: 0.005 is half a point. Received: effect=5"),
        (tiny_model, {"effect": float("nan")}, "argument `effect`"),
        (tiny_model, {"conditions": [Darker(), Darker()]}, "conditions with different names"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_known_before_the_first_training(
    build_model, arguments, message, monkeypatch
):
    def train(*_):
        pytest.fail("something was trained")

    monkeypatch.setattr(paired_training, "train", train)
    with pytest.raises(ValueError, match=message):
        compare(
            build_model, DATA, **{"methods": ["gradient_mask"], "seeds": 1, **QUIET, **arguments}
        )


@pytest.mark.slow
def test_several_processes_find_what_one_finds(tmp_path):
    arguments = {"methods": ["gradient_mask", "frame_regularizer"], "seeds": 2, **QUIET}
    one = compare(tiny_model, DATA, **arguments)
    two = compare(tiny_model, DATA, **arguments, workers=2, folder=tmp_path)
    assert [(run.method, run.seed) for run in one.runs] == [(r.method, r.seed) for r in two.runs]
    # Threads split sums differently, so not to the last bit.
    for first, second in zip(one.runs, two.runs, strict=True):
        assert first.measures["loss"] == pytest.approx(second.measures["loss"], rel=1e-4)


SCRIPT = """
from keras_lateral import compare
from tests.comparison.tiny import tiny_images, tiny_model

if __name__ == "__main__":
    compare(
        tiny_model, tiny_images(), ["gradient_mask"], seeds=40, epochs=1,
        folder={folder!r}, workers={workers},
    )
"""


def kept(folder: Path) -> set[str]:
    return {file.name for file in (folder / "runs").glob("*.json")}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_process_loses_nothing_and_leaves_no_worker(tmp_path, workers):
    script = tmp_path / "script.py"
    folder = tmp_path / "results"
    script.write_text(SCRIPT.format(folder=str(folder), workers=workers))
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen([sys.executable, str(script)], env=environment) as process:
        ends = time.monotonic() + 200
        while len(kept(folder)) < 3 and time.monotonic() < ends:
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    killed = kept(folder)
    assert len(killed) >= 3
    time.sleep(5)
    after = kept(folder)
    time.sleep(5)
    assert kept(folder) == after  # no worker continues on its own
    assert len(after - killed) <= workers
    stamps = {name: (folder / "runs" / name).stat().st_mtime for name in after}
    seeds = len(after) // 2 + 1
    comparison = compare(
        tiny_model, tiny_images(), ["gradient_mask"], seeds=seeds, epochs=1, folder=folder
    )
    assert len(comparison.runs) == 2 * seeds
    for name, stamp in stamps.items():
        assert (folder / "runs" / name).stat().st_mtime == stamp


def test_several_processes_need_what_can_be_sent_to_them():
    unnamed = lambda: tiny_model(0.1)  # noqa: E731
    with pytest.raises(ValueError, match="that can be pickled"):
        compare(unnamed, DATA, ["gradient_mask"], seeds=1, **QUIET, workers=2)
