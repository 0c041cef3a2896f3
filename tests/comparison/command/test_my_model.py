"""A user's model file and method file on a folder of photos: the command, and the same in cells."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral import Comparison, methods
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.command.method_files import methods_of_file
from tests.datasets.image_files import save

MODEL = """
import keras
from keras import layers

def build(image_shape, classes):
    model = keras.Sequential([
        keras.Input(image_shape), layers.Conv2D(4, 3), layers.ReLU(),
        layers.GlobalAveragePooling2D(), layers.Dense(classes, "softmax"),
    ])
    model.compile(keras.optimizers.AdamW(0.02), "categorical_crossentropy", metrics=["accuracy"])
    return model
"""

METHODS = """
import keras
from keras_lateral import Method

def smoothed(model):
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(model.optimizer, loss, metrics=["accuracy"])
    return model

def stopping():
    return [keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=9.0)]

smoothing = Method("label smoothing", smoothed)
early = Method("stops early", callbacks=stopping)
"""

CELLS = """
from keras_lateral import CosineLearningRate, compare
from keras_lateral.datasets import load_image_folds

data = load_image_folds("photos")
comparison = compare(
    lambda: build(data.image_shape, data.num_classes),
    data,
    [smoothing + early],
    seeds=2,
    epochs=3,
    batch_size=64,
    callbacks=lambda: [CosineLearningRate()],
    validation=0.2,
    progress=False,
)
"""


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """320 photos of four classes, each of another brightness, and the user's two files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(methods, "_known", dict(methods._known))
    monkeypatch.setattr(sys, "path", list(sys.path))
    methods_of_file.cache_clear()
    rng = np.random.default_rng(0)
    for folder, images in (("photos", 320), ("few", 12)):
        for number in range(images):
            label = number % 4
            pixels = rng.integers(50 * label, 50 * label + 80, (8, 8, 3)).astype("uint8")
            save(tmp_path / folder / f"class{label}" / f"{number}.png", pixels)
    (tmp_path / "my_model.py").write_text(MODEL)
    (tmp_path / "my_methods.py").write_text(METHODS)
    return tmp_path


@pytest.mark.home
def test_a_user_s_files_are_compared_from_start_to_report_and_the_same_in_cells(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = "my_methods.py:smoothing+my_methods.py:early"
    typed = f"--images photos --model my_model.py:build --methods {both}"
    typed += " --seeds 2 --epochs 3 --batch-size 64 --validation-share 0.2"
    arguments = ["compare", *typed.split(), "--report", "out.html", "--json", "all.json"]
    assert main(arguments) == 0
    output = capsys.readouterr().out
    found = Comparison.load("all.json")
    assert found.methods == ("label smoothing+stops early",)
    assert "4 trainings of the network 'my_model.py:build'" in output
    page = Path("out.html").read_text(encoding="utf-8")
    assert "label smoothing+stops early" in page
    epochs = {(run.method, run.epochs) for run in found.runs}
    assert epochs == {("baseline", 3), ("label smoothing+stops early", 2)}
    assert main(["compare", *typed.split()]) == 0
    assert "4 of 4 trainings were already done." in capsys.readouterr().err

    cells: dict[str, Any] = {}
    for cell in (MODEL, METHODS, CELLS):
        exec(cell, cells)  # noqa: S102, as a notebook does
    same = cells["comparison"]
    digests = [{(r.method, r.seed): r.weights_digest for r in c.runs} for c in (found, same)]
    assert digests[0] == digests[1]
    assert "<table" in same._repr_html_()


WRONG = [
    ("--model my_model.py", "--model: Expected FILE.py:FUNCTION, such as my_model.py:build"),
    ("--model nowhere.py:build", "--model: Expected a Python file. Received: 'nowhere.py'"),
    ("--model my_model.py:built", "--model: The file "),
    ("--model my_model.py:built", "has no 'built'. Did you mean 'build'? It defines: build."),
    ("--model my_model.py:", "--model: Expected FILE.py:FUNCTION, such as my_model.py:build"),
    ("--model my_model:build", "--model: Expected FILE.py:FUNCTION, such as my_model.py:build"),
    ("--model MobilNetV2", "Received: 'MobilNetV2'. Did you mean 'MobileNetV2'"),
    ("--model mine.keras", "--model: Expected the file of a saved model"),
    ("--model small --pretrained", "--pretrained goes with --model FILE.keras"),
    ("--model MobileNetV2 --frozen-epochs 2", "--frozen-epochs goes with --weights"),
    ("--model MobileNetV2 --weights no.h5", "--weights: Expected imagenet, or a file"),
    (
        "--model small --weights my_model.py",
        "option --weights. It goes with a network of",
    ),
    (
        "--methods my_methods.py:early",
        "monitors 'val_loss', which needs images for validation. Pass the option "
        "--validation-share: a share of the training images",
    ),
    ("--model wrong.py:two", "option --model. Expected a model of 4 classes"),
    ("--model wrong.py:metric", "with integer labels of shape (images,), the form that its loss"),
    ("--model wrong.py:shared", "returns the same model each time, 'shared', or the same layers"),
    ("--model wrong.py:schedule --tune", "--tune: the model of wrong.py:schedule is compiled with"),
    ("--methods wrong.py:plateau", "Method 'plateau': its ReduceLROnPlateau sets the learning"),
    ("--methods wrong.py:plateau", "Use --schedule constant."),
    ("--model wrong.py:schedule --schedule cosine", "--schedule: the model of wrong.py:schedule"),
]

WRONG_FILE = """
import keras
from keras import layers
from keras_lateral import Method

def network(classes=4):
    return keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(classes)])

def two():
    return network(2)

def metric():
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=[keras.metrics.F1Score()])
    return model

layers_of_all = [keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(4, "softmax")]
one = keras.Sequential(layers_of_all, name="shared")

def shared():
    return one

plateau = Method("plateau", callbacks=lambda: [keras.callbacks.ReduceLROnPlateau("loss")])

def schedule():
    model = network()
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss)
    return model
"""


@pytest.mark.home
@pytest.mark.parametrize(("typed", "words"), WRONG)
def test_what_a_user_can_do_wrong_is_said_in_words(
    photos: Path, capsys: pytest.CaptureFixture[str], typed: str, words: str
) -> None:
    Path("wrong.py").write_text(WRONG_FILE)
    options = typed.split()
    if "--methods" not in options:
        options += ["--methods", "my_methods.py:smoothing"]
    if "--model" not in options:
        options += ["--model", "my_model.py:build"]
    assert main(["compare", "--images", "few", "--smoke", "--quiet", *options]) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert errors.startswith("keras-lateral compare: ")
    assert "Traceback" not in errors
    assert "argument `" not in errors


@pytest.mark.home
@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("broken.py:build", "SyntaxError"),
        ("needs.py:build", "No module named 'no_such_package'"),
        ("my_model.py:bild", "Did you mean 'build'?"),
        ("bad.keras", "bad.keras' is damaged, or no model that Keras has saved"),
        ("MobilNetV2", "Did you mean 'MobileNetV2'"),
    ],
)
def test_a_faulty_model_is_found_before_the_images_are_read(
    photos: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    words: str,
) -> None:
    Path("broken.py").write_text("def build(:")
    Path("needs.py").write_text("import no_such_package\ndef build(): pass")
    Path("bad.keras").write_bytes(b"nothing of a model")
    monkeypatch.setattr("keras_lateral.comparison.command.run.images_of", lambda _: 1 / 0)
    assert main(["compare", "--images", "few", "--model", model]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.home
def test_a_model_s_own_schedule_stays_and_a_rate_replaces_it(photos: Path) -> None:
    Path("wrong.py").write_text(WRONG_FILE)
    typed = "--images few --model wrong.py:schedule --methods my_methods.py:smoothing --smoke"
    typed += " --quiet --epochs 2 --seeds 1"
    for more, last in (("", None), ("--learning-rate 0.5", 0.5)):
        assert main(["compare", *typed.split(), *more.split(), "--json", "all.json"]) == 0
        callbacks = Comparison.load("all.json").settings["callbacks"]
        assert callbacks == ("no_callbacks" if last is None else "cosine_decay")
