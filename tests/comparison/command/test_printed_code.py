"""The code that `--recommend` prints runs where it is pasted, and trains as the command does."""

import csv
import math
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_lateral import AddedMethod, Recommendation, RecommendationStep
from keras_lateral import methods as known
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.recommendation import recommend as module
from keras_lateral.comparison.training import Task
from keras_lateral.datasets import ImageFolds

# Other backends train through the same code.
pytestmark = pytest.mark.home

FILE = """
import keras
from keras_lateral import Method, label_smoothing_method

def build(classes):
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(classes)]
    return keras.Sequential(layers)

twice = Method("two times", epochs=lambda epochs: 2 * epochs)

def some():
    return [twice, label_smoothing_method(name="smooth")]
"""

DIGITS = ["--dataset", "digits", "--limit", "2"]
FOLDER = ["--images", "photos"]
SPLIT = [*FOLDER, "--test-share", "0.25"]
TABLE = ["--images", "photos", "--labels", "labels.csv"]
KINDS: dict[str, list[str]] = {
    "default": [*DIGITS, "--methods", "mixup", "--augment"],
    "cifar_resnet8": [*SPLIT, "--model", "cifar_resnet8", "--methods", "mixup"],
    "own model and method": [*DIGITS, "--model", "my.py:build", "--methods", "my.py:twice"],
    "in a folder": [
        *DIGITS,
        "--model",
        "sub/my-2.py:build",
        "--methods",
        "mixup+sub/my-2.py:twice",
    ],
    "own list, rate": [*DIGITS, "--methods", "my.py:some", "--learning-rate", "0.01"],
    "saved": [*DIGITS, "--model", "saved.keras", "--methods", "mixup", "--schedule", "constant"],
    "pretrained": [*DIGITS, "--model", "saved.keras", "--pretrained", "--methods", "mixup"],
    "weights": [
        *(*SPLIT, "--image-size", "32", "--no-grayscale", "--model", "MobileNetV2"),
        *("--weights", "base.weights.h5", "--frozen-epochs", "1", "--methods", "mixup"),
    ],
    "folds": [*FOLDER, "--methods", "mixup", "--class-weight", "balanced"],
    "folds, few": [*FOLDER, "--limit", "3", "--methods", "mixup"],
    "share": [
        *SPLIT,
        "--grayscale",
        "--groups",
        "none",
        "--image-size",
        "8",
        "9",
        "--data-seed",
        "2",
    ],
    "validation": [*SPLIT, "--validation-share", "0.25", "--methods", "mixup"],
    "folds, validation": [*FOLDER, "--validation-share", "0.25", "--methods", "mixup"],
    "table": [*TABLE, "--label-column", "what", "--test-share", "0.5", "--methods", "mixup"],
    "table, folds": [*TABLE, "--label-column", "what", "--methods", "mixup"],
}
HEAVY = ("cifar_resnet8", "weights")
OTHER_IMAGES = ("folds", "folds, validation", "table, folds")
"""Where the code trains on all images."""


def write_photos() -> None:
    rows = []
    for number in range(16):
        name = "cat" if number % 2 else "dog"
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3))
        file = Path("photos", name, f"{number}.png")
        file.parent.mkdir(exist_ok=True, parents=True)
        keras.utils.save_img(file, pixels, data_format="channels_last")
        rows.append([f"{name}/{number}.png", name])
    with Path("labels.csv").open("w", newline="") as table:
        csv.writer(table).writerows([["file", "what"], *rows])


def write_models(kind: str) -> None:
    Path("my.py").write_text(FILE)
    Path("sub").mkdir()
    Path("sub", "my-2.py").write_text(FILE)
    if kind in ("saved", "pretrained"):
        layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
        model = keras.Sequential([*layers, keras.layers.Softmax()])
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        model.save("saved.keras")
    if kind == "weights":
        base = keras.applications.MobileNetV2(
            input_shape=(32, 32, 3), include_top=False, weights=None
        )
        base.save_weights("base.weights.h5")


def printed(kind: str, monkeypatch, capsys) -> tuple[str, Task, list]:
    """Returns the code that a command prints whose first method helps, and what it trains."""
    trained: dict = {}

    def recommend(build_model, data, methods, **options):
        again = AddedMethod(methods[0].name, 0.02, 0.01, 0.03, 0.01, (3, 4))
        keys = ("augment", "callbacks")
        names = {key: getattr(options[key], "__name__", None) for key in keys}
        given = {"epochs": options["epochs"], "batch_size": options["batch_size"], **names}
        more = {key: options[key] for key in ("class_weight", "validation") if options[key]}
        options = {key: options[key] for key in (*keys, "class_weight", "validation")}
        task = Task(build_model, data.scaled(), 2, 6, **options)
        trained.update(task=task, methods=methods)
        step = RecommendationStep((), (again,), again, taken=True)
        return Recommendation(data.name, (step,), settings={**given, **more})

    monkeypatch.setattr(module, "recommend", recommend)
    words = ["compare", *KINDS[kind], "--recommend", "--epochs", "2", "--batch-size", "6"]
    words += [] if "--methods" in words else ["--methods", "mixup"]
    said = main(words)
    out = capsys.readouterr()
    assert said == 0, out.err
    code = out.out.partition("To paste:\n\n")[2].partition("\n\nTrainings: ")[0]
    return code, trained["task"], trained["methods"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my", raising=False)
    monkeypatch.setattr(known, "_known", dict(known._known))  # without those of another test
    yield tmp_path
    sys.modules.pop("my", None)


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=[pytest.mark.slow] if k in HEAVY else []) for k in KINDS]
)
def test_it_trains_as_the_command_does(kind: str, folder, monkeypatch, capsys) -> None:
    write_photos()
    write_models(kind)
    code, task, methods = printed(kind, monkeypatch, capsys)
    seeded = "import keras\nkeras.utils.set_random_seed(3)\n"
    code = re.sub(r"^model = (?!fit)", rf"{seeded}model = ", code, flags=re.MULTILINE)
    code = code.replace("epochs=2,\n", "epochs=2,\n    seed=3,\n    verbose=0,\n")
    known: dict = {}
    exec(compile(code, "pasted.py", "exec"), known)  # noqa: S102
    if kind in OTHER_IMAGES:
        assert isinstance(known["data"], ImageFolds)
        sums = np.sort(task.data.x.sum(axis=(1, 2, 3)))
        np.testing.assert_allclose(np.sort(known["data"].x.sum(axis=(1, 2, 3))), sums, rtol=1e-6)
        return
    assert ("at most 3 of each class" in code) == (kind == "folds, few")
    run = task(methods[0], 3 if not isinstance(task.data, ImageFolds) else 0)
    if isinstance(task.data, ImageFolds):
        assert len(known["x"]) == len(task.images(0).x_train)
        return
    found = known["model"].history.history
    for key, values in run.history.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-5)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(k, marks=[] if k == "own list, rate" else pytest.mark.slow) for k in KINDS],
)
def test_it_runs_where_it_is_pasted(kind: str, folder, monkeypatch, capsys) -> None:
    write_photos()
    write_models(kind)
    code, *_ = printed(kind, monkeypatch, capsys)
    Path("pasted.py").write_text(code.replace("epochs=2,", "epochs=1,"))
    command = [sys.executable, "pasted.py"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{code}\n{ended.stderr}"


def code_of(**settings: object) -> str:
    """Returns the code of a recommendation that was made in Python."""
    again = AddedMethod("mixup", 0.02, 0.01, 0.03, 0.01, (3, 4))
    step = RecommendationStep((), (again,), again, taken=True)
    return Recommendation("digits", (step,), settings=settings).code


def test_a_model_that_only_python_knows_is_to_be_put_in() -> None:
    known: dict = {}
    with pytest.raises(NotImplementedError, match="Put in the compiled model mine"):
        exec(compile(code_of(model="mine"), "pasted.py", "exec"), known)  # noqa: S102
    assert known["x"].max() == 1.0


def test_settings_that_were_tuned_are_in_it() -> None:
    tuned = {"learning_rate": 0.02, "weight_decay": 0.1, "batch_size": 64}
    own = {"model": "small_network", "image_shape": [8, 8, 1], "classes": 10}
    known: dict = {}
    exec(compile(code_of(**own, tuned=tuned, epochs=1), "pasted.py", "exec"), known)  # noqa: S102
    optimizer = known["model"].optimizer
    assert float(optimizer.learning_rate) == pytest.approx(0.02)
    assert optimizer.weight_decay == 0.1
    assert known["model"].history.params["steps"] == math.ceil(1197 / 64)
