"""The study runs, its bounds are true, and its tables say what its runs say."""

import importlib.util
import os
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from experiments.common.records import Records, read, read_gathered
from experiments.frame_regularizer_cifar100 import report, run
from experiments.frame_regularizer_cifar100.bounds import true_bounds
from experiments.frame_regularizer_cifar100.config import ARMS, CONTRASTS, SIZES, SMOKE_ARMS
from experiments.frame_regularizer_cifar100.network import build
from experiments.frame_regularizer_cifar100.regularizers import operators, regularize
from experiments.frame_regularizer_cifar100.rows import diverged, rows
from keras_lateral import frame_bounds

needs_data = pytest.mark.skipif(
    not os.environ.get("KERAS_LATERAL_DATA"), reason="KERAS_LATERAL_DATA is not set"
)
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the study runs on TensorFlow"
)
needs_pillow = pytest.mark.skipif(
    importlib.util.find_spec("PIL") is None, reason="Pillow is not installed"
)


@pytest.mark.slow
@needs_data
@needs_pillow
@needs_tensorflow
def test_the_smoke_size_trains_once_and_is_not_trained_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--smoke", "--workers", "1", "--seeds", "3", "--results", str(tmp_path)]
    run.main(options)
    records = read(tmp_path)
    assert sorted(records) == sorted(SMOKE_ARMS)
    assert len(rows(records)) == len(SMOKE_ARMS)
    run.main(options)
    assert "0 runs to do" in capsys.readouterr().out


@pytest.mark.parametrize("start", ["he", "delta"])
def test_arms_with_the_same_start_have_the_same_initial_weights(start: str) -> None:
    frame = next(
        arm for arm in ARMS.values() if arm.regularizer == "FrameRegularizer" and arm.start == start
    )
    plain, regularized = (build(SIZES["smoke"], 1, start) for _ in range(2))
    regularize(regularized, frame)
    for a, b in zip(plain.get_weights(), regularized.get_weights(), strict=True):
        assert_array_equal(a, b)


def test_the_delta_orthogonal_start_is_within_every_frame_around_1() -> None:
    model = build(SIZES["smoke"], 0, "delta")
    for layer in operators(model)[:-1]:
        assert_allclose(true_bounds(layer), (1, 1), atol=1e-5)


@pytest.mark.parametrize(
    ("size", "stride", "inputs", "outputs"),
    [(3, 1, 2, 3), (3, 1, 3, 2), (3, 2, 2, 4), (3, 2, 2, 9), (1, 2, 2, 3), (1, 2, 3, 2)],
)
def test_true_bounds_are_those_of_the_explicit_operator(
    size: int, stride: int, inputs: int, outputs: int
) -> None:
    layer = keras.layers.Conv2D(outputs, size, strides=stride, use_bias=False)
    keras.Sequential([keras.Input((4, 6, inputs)), layer])
    values = np.linalg.svd(circular_operator(layer, 4, 6), compute_uv=False) ** 2
    values = values[values > 1e-9]  # pixels that no tap reads
    assert_allclose(true_bounds(layer), (values.min(), values.max()), rtol=1e-6)


def test_true_bounds_are_those_of_the_library() -> None:
    model = build(SIZES["smoke"], 0, "he")
    for layer in operators(model):
        bounds = frame_bounds(layer)
        assert_allclose(true_bounds(layer), (bounds.lower, bounds.upper), rtol=1e-4, atol=1e-6)


def circular_operator(layer: keras.layers.Conv2D, height: int, width: int) -> np.ndarray:
    kernel = np.asarray(layer.kernel, "float64")
    stride = layer.strides[0]
    rows, columns = height // stride, width // stride
    W = np.zeros((rows, columns, kernel.shape[3], height, width, kernel.shape[2]))
    for i, j in np.ndindex(rows, columns):
        for p, q in np.ndindex(*kernel.shape[:2]):
            W[i, j, :, (i * stride + p) % height, (j * stride + q) % width] = kernel[p, q].T
    return W.reshape(rows * columns * kernel.shape[3], -1)


def record(accuracy: float | None, lower: float, upper: float) -> dict[str, object]:
    layers = {"lower": [lower] * 3, "upper": [upper, 1.0, 50.0], "penalty": [1.0, 2.0, 9.0]}
    return {
        "test_accuracy": 0.05 if accuracy is None else accuracy,
        "test_loss": None if accuracy is None else 1 - accuracy,
        "train_accuracy": 0.9,
        "at_start": layers,
        "at_end": layers,
    }


@pytest.fixture
def records() -> Records:
    return {
        "none": {s: record(a, 0.1, 9.0) for s, a in enumerate([0.40, 0.42, 0.44])},
        "frame_1e-2": {s: record(a, 0.49, 2.2) for s, a in enumerate([0.43, 0.43, 0.48, None])},
        "frame_1e-1": {0: record(None, 0.5, 2.0)},
    }


def test_differences_are_paired_by_seed_as_scipy_pairs_them(records: Records) -> None:
    row = next(row for row in rows(records) if row.arm == "frame_1e-2")
    oracle = stats.ttest_rel([0.43, 0.43, 0.48], [0.40, 0.42, 0.44])
    assert (row.seeds, row.diverged) == (3, 1)
    assert row.accuracy is not None
    assert row.accuracy.p == pytest.approx(oracle.pvalue)


def test_layers_count_as_reached_within_five_percent_and_the_dense_one_not(
    records: Records,
) -> None:
    row = next(row for row in rows(records) if row.arm == "frame_1e-2")
    assert (row.end.reached, row.end.count) == (1, 2)  # 2.2 is too much, 0.49 is near enough
    assert row.end.penalty == 3


def test_an_arm_of_which_no_run_ended_has_no_row(records: Records) -> None:
    assert diverged(records) == ["frame_1e-1"]
    assert "frame_1e-1" not in [row.arm for row in rows(records)]


def test_contrasts_are_between_arms_of_the_study() -> None:
    assert {arm for _, *pair in CONTRASTS for arm in pair} <= set(ARMS)


def test_the_readme_holds_the_tables_of_the_results() -> None:
    records = read_gathered(report.RESULTS / "full")
    assert report.text(records) in report.README.read_text(encoding="utf-8")


def test_the_card_holds_the_short_table_of_the_results() -> None:
    records = read_gathered(report.RESULTS / "full")
    assert report.summary(records) in report.CARD.read_text(encoding="utf-8")
