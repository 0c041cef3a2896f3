"""The study measures what it says, on the images that it says, and its tables say what it found."""

import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from experiments.frame_scale import choose, confirm, measure, report
from experiments.frame_scale.arms import CHOICES, strengths
from experiments.frame_scale.config import PARTS, images_to_test, network, validation_images
from keras_lateral import FrameRegularizer
from keras_lateral.datasets import load_images

pytest.importorskip("sklearn", reason="the digits are scikit-learn's")

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the study runs on TensorFlow"
)


def pixels(images: np.ndarray) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_what_is_validated_on_is_neither_trained_on_nor_a_test_image() -> None:
    data, whole = validation_images(PARTS["digits"]), load_images("digits")
    assert pixels(data.x_train) | pixels(data.x_test) <= pixels(whole.x_train)
    assert not pixels(data.x_test) & pixels(whole.x_test)
    assert not pixels(data.x_test) & pixels(data.x_train)
    assert np.bincount(data.y_train).tolist() == [10] * 10
    assert np.bincount(data.y_test).tolist() == [80] * 10


def test_classes_are_counted_from_0_and_keep_their_images() -> None:
    part = replace(PARTS["smoke"], held_out_per_class=2)
    for data in (validation_images(part), images_to_test(part, 2)):
        assert sorted({*data.y_test.tolist()}) == [0, 1, 2]
        whole = load_images("digits")
        labels = {
            image.tobytes(): whole.class_names[label]
            for x, y in ((whole.x_train, whole.y_train), (whole.x_test, whole.y_test))
            for image, label in zip(x, y.tolist(), strict=True)
        }
        found = [data.class_names[label] for label in data.y_train.tolist()]
        assert found == [labels[image.tobytes()] for image in data.x_train]


def test_no_seed_of_the_test_was_one_of_the_choice() -> None:
    assert not {*choose.SEEDS} & {seed for seeds in confirm.SEEDS.values() for seed in seeds}


def test_strengths_of_the_start_make_every_layer_begin_at_the_same_penalty() -> None:
    data = validation_images(PARTS["smoke"])
    model = network(data, "0.5", "Adam")
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    arm = replace(CHOICES["R, 0.01"], strength=0.3, of_start=True)
    for kernel, factor in zip(kernels[:6], strengths(arm, kernels), strict=True):
        value = FrameRegularizer(factor=factor)(kernel.value)
        assert float(value) == pytest.approx(0.3, rel=1e-5)


@needs_tensorflow
def test_the_gradient_of_the_task_is_what_a_step_of_size_1_subtracts() -> None:
    data = validation_images(PARTS["smoke"]).scaled()
    model = network(data, "0.5", "SGD")
    model.compile(keras.optimizers.SGD(1.0), model.loss)
    before = model.get_weights()
    seen = measure.layers_of(model, data.x_train, data.y_train)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    kernels = [np.array(layer.get_weights()[0]) for layer in layers]
    model.train_on_batch(data.x_train, data.y_train)  # the 12 images are one batch
    for layer, kernel, found in zip(layers, kernels, seen, strict=True):
        step = np.linalg.norm(layer.get_weights()[0] - kernel)
        assert found["task"] == pytest.approx(step, rel=1e-3)


def test_the_readme_holds_the_tables_of_the_results() -> None:
    assert report.text() in report.README.read_text(encoding="utf-8")


def test_the_card_holds_the_short_tables() -> None:
    assert report.summary() in report.CARD.read_text(encoding="utf-8")


@pytest.mark.slow
@needs_tensorflow
def test_the_smoke_size_runs_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--smoke", "--results", str(tmp_path)]
    arms = ["none", "log, 0.1"]
    for script, more in ((measure, []), (choose, ["--seeds", "101", "--arms", *arms])):
        script.main([*where, *more])
        assert capsys.readouterr().out
        script.main([*where, *more])  # nothing is trained again
        assert not capsys.readouterr().out
    chosen = json.loads((tmp_path / "chosen_smoke.json").read_text(encoding="utf-8"))
    assert len(chosen) == 2 * len(arms)
