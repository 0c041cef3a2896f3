"""The study runs, and its table says what its runs say."""

import importlib.util
import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from experiments.common.records import Records, gather, read, read_gathered, write_run
from experiments.gradient_mask_cifar100 import report, run
from experiments.gradient_mask_cifar100.config import ARMS, CHECK, SIZES, SMOKE_ARMS
from experiments.gradient_mask_cifar100.paired import rows

needs_data = pytest.mark.skipif(
    not os.environ.get("KERAS_LATERAL_DATA"), reason="KERAS_LATERAL_DATA is not set"
)
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the study runs on TensorFlow"
)
needs_pillow = pytest.mark.skipif(
    importlib.util.find_spec("PIL") is None, reason="Pillow is not installed"
)

LEFT = {"first_layer": 0.5, "cosine": 0.9, "kept": [0.9, 0.8]}


def record(test_accuracy: float) -> dict[str, object]:
    return {
        "test_accuracy": test_accuracy,
        "test_loss": 1 - test_accuracy,
        "train_accuracy": 0.9,
        "at_start": LEFT,
        "at_end": LEFT,
        "seconds": 12.0,
    }


@pytest.fixture
def records() -> Records:
    accuracies = {"none": [0.40, 0.42, 0.44], "log_k1_t01": [0.43, 0.43, 0.48, 0.9]}
    return {arm: dict(enumerate(map(record, runs))) for arm, runs in accuracies.items()}


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
    assert records["none"][3]["at_end"]["first_layer"] == pytest.approx(1)
    run.main(options)
    assert "0 runs to do" in capsys.readouterr().out


@pytest.mark.slow
@needs_data
@needs_pillow
@needs_tensorflow
def test_an_arm_that_stops_nothing_trains_as_no_mask_does_to_the_last_bit() -> None:
    from experiments.gradient_mask_cifar100.training import train

    plain, _ = train(ARMS["none"], SIZES["smoke"], seed=1)
    checked, _ = train(CHECK, SIZES["smoke"], seed=1)
    for a, b in zip(plain.get_weights(), checked.get_weights(), strict=True):
        assert_array_equal(a, b)


def test_differences_are_paired_by_seed_as_scipy_pairs_them(records: Records) -> None:
    masked = next(row for row in rows(records) if row.arm == "log_k1_t01")
    oracle = stats.ttest_rel([0.43, 0.43, 0.48], [0.40, 0.42, 0.44])
    low, high = oracle.confidence_interval()
    assert masked.seeds == 3
    assert masked.accuracy.p == pytest.approx(oracle.pvalue)
    assert masked.accuracy.mean == pytest.approx((low + high) / 2)
    assert masked.accuracy.half_width == pytest.approx((high - low) / 2)
    assert masked.mean == pytest.approx(np.mean([0.43, 0.43, 0.48]))


def test_gathered_runs_are_read_back_beside_new_ones(tmp_path: Path, records: Records) -> None:
    write_run(tmp_path, "none", 0, record(1 / 3))
    gather(tmp_path)
    (tmp_path / "runs" / "none-0.json").unlink()
    write_run(tmp_path, "none", 1, record(0.5))
    assert read(tmp_path)["none"][0]["test_accuracy"] == pytest.approx(1 / 3, abs=1e-5)
    assert sorted(read(tmp_path)["none"]) == [0, 1]
    assert sorted(json.loads((tmp_path / "runs.json").read_text(encoding="utf-8"))) == ["none"]


def test_the_readme_holds_the_table_of_the_results() -> None:
    records = read_gathered(report.RESULTS / "full")
    assert report.text(records) in report.README.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", report.SUMMARIES, ids=lambda path: path.name)
def test_the_documents_hold_the_short_table_of_the_results(path: Path) -> None:
    records = read_gathered(report.RESULTS / "full")
    assert report.summary(records) in path.read_text(encoding="utf-8")
