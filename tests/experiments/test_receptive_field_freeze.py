"""The protocol forks exactly, freezes exactly, and its tables say what its runs say."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from experiments.common.records import Records, read, write_run
from experiments.common.state import restore, snapshot
from experiments.receptive_field_freeze import report, run
from experiments.receptive_field_freeze.config import PAPER, RESNET50_EXPANDS, SIZES, SPLITS
from experiments.receptive_field_freeze.control import control_table, groups
from experiments.receptive_field_freeze.network import build
from experiments.receptive_field_freeze.protocol import starts_to_rise
from experiments.receptive_field_freeze.rows import (
    MODELS,
    experiment_rows,
    mean_row,
    transferred,
    with_control,
)
from experiments.receptive_field_freeze.training import Run
from keras_lateral import expanding_layers
from tests.experiments.test_frame_regularizer_cifar100 import needs_data, needs_tensorflow

SMOKE = SIZES["smoke"]


@pytest.fixture(scope="module")
def trained() -> Run:
    """A base training with its states after one epoch, and after two."""
    trained = Run(SMOKE, "1", 0)
    trained.train_base()
    return trained


@pytest.mark.slow
@needs_tensorflow
def test_the_smoke_size_runs_once_and_is_not_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--smoke", "--workers", "1", "--arms", "3", "--results", str(tmp_path)]
    run.main(options)
    record = read(tmp_path)["3"][0]
    assert record["1"]["epochs"] == SMOKE.fixed_epochs
    assert len(record["base"]) == record["2"]["epochs"] + 1
    run.main(options)
    assert "0 runs to do" in capsys.readouterr().out


def test_without_freezing_both_models_are_the_same_bit_for_bit(trained: Run) -> None:
    restore(trained.model, trained.states[1])
    trained.epoch(1)
    forked = snapshot(trained.model)
    for name in ("model", "optimizer"):
        for a, b in zip(getattr(forked, name), getattr(trained.states[2], name), strict=True):
            assert_array_equal(a, b)


def test_frozen_weights_are_the_same_bit_for_bit_and_no_others(trained: Run) -> None:
    model = trained.model
    restore(model, trained.states[1])
    trained.epoch(1, SMOKE.frozen)
    for layer in model.layers:
        for variable in layer.trainable_variables:
            place = [v.path for v in model.variables].index(variable.path)
            before = trained.states[1].model[place]
            same = np.array_equal(keras.ops.convert_to_numpy(variable), before)
            assert same == (layer.name in SMOKE.frozen), variable.path


def test_the_optimizers_slots_of_frozen_weights_rest_and_no_others(trained: Run) -> None:
    optimizer = trained.model.optimizer
    restore(trained.model, trained.states[1])
    trained.epoch(1, SMOKE.frozen)
    for slot, before in zip(optimizer.variables, trained.states[1].optimizer, strict=True):
        same = np.array_equal(keras.ops.convert_to_numpy(slot), before)
        rests = slot.name == "learning_rate" or slot.name.startswith(SMOKE.frozen)
        assert same == rests, slot.name


def test_both_models_get_the_same_last_layer_and_the_same_batches(trained: Run) -> None:
    restore(trained.model, trained.states[2])
    first = trained.transfer()
    trained.model.layers[-1].bias.assign([9.0] * 8)  # what is left of the base classes
    assert trained.transfer() == first
    rates = list(first.values())
    assert len(rates) == 2
    assert rates[0] != rates[1]


def test_the_transfer_trains_the_last_layer_only(trained: Run) -> None:
    before = snapshot(trained.model)
    trained.transfer()
    for a, b in zip(before.model, snapshot(trained.model).model, strict=True):
        assert_array_equal(a, b)


def test_no_held_out_image_is_trained_on(trained: Run) -> None:
    for images in (trained.base, trained.new):
        known = {image.tobytes() for image in images.x}
        assert not known & {image.tobytes() for image in images.x_held_out}
        assert len(images.x) == 4 * len(images.x_held_out)


@pytest.mark.parametrize(
    ("losses", "rises"),
    [([1.0], False), ([1.0, 0.9], False), ([1.0, 1.1], True), ([1.0, 0.8, 0.9], True)],
)
def test_a_loss_that_is_not_below_all_before_has_started_to_rise(
    losses: list[float], rises: bool
) -> None:
    assert starts_to_rise(losses) == rises


def test_the_base_network_is_that_of_table_3() -> None:
    model = build(SIZES["full"], 8)
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    block = ["Conv2D", "BatchNormalization", "ReLU", "Conv2D", "ReLU"]
    assert kinds == [
        *(*block, "MaxPooling2D", *block, "MaxPooling2D", *block),
        *("Flatten", "Dense", "Dense"),
    ]
    assert model.get_layer("features").kernel.shape == (4096, 64)
    assert [model.layers[place].name for place in (7, 13)] == list(SIZES["full"].frozen)


def test_the_frozen_layers_are_those_of_the_papers_rule() -> None:
    for size in (SIZES["smoke"], SIZES["resnet50_smoke"]):
        found = [layer.name for layer in expanding_layers(build(size, 8))]
        assert found == list(size.frozen)


def test_the_frozen_layers_of_resnet50_are_8_40_82_and_144() -> None:
    model = build(SIZES["resnet50_smoke"], 8)
    assert [model.layers[place - 1].name for place in (8, 40, 82, 144)] == list(RESNET50_EXPANDS)


@needs_data
def test_the_splits_hold_every_class_of_cifar100_once() -> None:
    names = [name for split in SPLITS.values() for part in split.values() for name in part]
    file = Path(os.environ["KERAS_LATERAL_DATA"], "cifar100", "names.json")
    assert sorted(names) == sorted(json.loads(file.read_text(encoding="utf-8"))["fine"])
    assert {(len(split["base"]), len(split["transfer"])) for split in SPLITS.values()} == {(8, 2)}


def test_the_published_means_follow_from_the_published_experiments() -> None:
    for series, mean in (("1", 0.012), ("2", 0.013)):
        rows = [PAPER[f"{series}.{split}"] for split in SPLITS]
        assert round(np.mean([row["frozen"] - row["ordinary"] for row in rows]), 3) == mean


ACCURACIES = {
    "1": ([0.60, 0.62, 0.66], [0.61, 0.66, 0.65]),
    "2": ([0.70, 0.71, 0.69], [0.72, 0.70, 0.73]),
    "3": ([0.80, 0.84, 0.88], [0.80, 0.87, 0.90]),
}


@pytest.fixture
def records() -> Records:
    def experiment(ordinary: float, frozen: float) -> dict[str, object]:
        arms = {"ordinary": ordinary, "frozen": frozen}
        found = {
            name: {"transfer": {"0.01": [{"accuracy": one - 0.1}, {"accuracy": one + 0.1}]}}
            for name, one in arms.items()
        }
        return {"epochs": 4, **found}

    return {
        split: {
            seed: {"1": experiment(a, b), "2": experiment(b, a)}
            for seed, (a, b) in enumerate(zip(*values, strict=True))
        }
        for split, values in ACCURACIES.items()
    }


def test_an_experiments_difference_is_paired_by_seed_as_scipy_pairs_it(records: Records) -> None:
    row = experiment_rows(records, "1", transferred(0.01))[1]
    oracle = stats.ttest_rel(*reversed(ACCURACIES["2"]))
    assert row.name == "1.2"
    assert row.pairs is not None
    assert row.pairs.p == pytest.approx(oracle.pvalue)
    low, high = oracle.confidence_interval(0.95)
    assert row.pairs.mean - row.pairs.half_width == pytest.approx(low)
    assert row.pairs.mean + row.pairs.half_width == pytest.approx(high)
    assert (row.ordinary, row.frozen) == (pytest.approx(0.7), pytest.approx(0.7166667))


def test_the_mean_has_an_interval_over_pairs_and_one_over_splits(records: Records) -> None:
    row = mean_row("1.x", records, ("1",), transferred(0.01))
    differences = [np.subtract(b, a) for a, b in ACCURACIES.values()]
    over_pairs = stats.ttest_1samp(np.concatenate(differences), 0)
    over_splits = stats.ttest_1samp(np.mean(differences, axis=1), 0)
    assert row.pairs is not None
    assert row.splits is not None
    assert (row.pairs.seeds, row.splits.seeds) == (9, 3)
    assert row.pairs.p == pytest.approx(over_pairs.pvalue)
    assert row.splits.p == pytest.approx(over_splits.pvalue)


def test_a_run_that_is_in_both_series_counts_once(records: Records) -> None:
    row = mean_row("both", records, ("1", "2"), transferred(0.01))
    assert row.pairs is not None
    assert row.pairs.seeds == 9
    assert row.frozen == pytest.approx(row.ordinary)  # 2.x here is 1.x the other way round


def test_one_last_layer_is_the_first_one(records: Records) -> None:
    row = mean_row("1.x", records, ("1",), transferred(0.01, heads=1))
    every = mean_row("1.x", records, ("1",), transferred(0.01))
    assert row.ordinary == pytest.approx(every.ordinary - 0.1)


def test_a_control_is_compared_within_the_runs_that_have_it(records: Records) -> None:
    for seed in (0, 1):
        records["1"][seed]["1"]["control"] = records["1"][2]["1"]["frozen"]
    tried = with_control(records)
    assert {split: sorted(runs) for split, runs in tried.items()} == {"1": [0, 1]}
    row = mean_row("", tried, ("1",), transferred(0.01), ("control", "frozen"))
    assert (row.ordinary, row.frozen) == (pytest.approx(0.65), pytest.approx(0.635))


def whole_record(generator: np.random.Generator, arms: Sequence[str]) -> dict[str, Any]:
    """A record of one run, with all that the runs of the study have."""

    def arm() -> dict[str, Any]:
        scores = [{"accuracy": generator.uniform(0.6, 0.9)} for _ in range(5)]
        base = {"accuracy": generator.uniform(0.5, 0.7), "step_seconds": 0.1, "epoch_seconds": 10}
        return {"base": base, "transfer": {"0.01": scores, "0.001": scores}}

    fork = {"epochs": 4, **{name: arm() for name in arms}}
    return {"1": fork, "2": fork, "seconds": 100.0}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A study of two splits with two seeds, of which one has a control; and fresh seeds."""
    generator = np.random.default_rng(1)
    for split in ("2", "10"):
        for size, seed, arms in (
            ("full", 0, MODELS),
            ("full", 1, (*MODELS, "control")),
            ("control", 5, (*MODELS, "control")),
            ("control", 6, (*MODELS, "control")),
        ):
            write_run(tmp_path / size, split, seed, whole_record(generator, arms))
    return tmp_path


def test_the_fresh_runs_of_the_control_are_told_from_all_that_have_one(results: Path) -> None:
    found = groups(read(results / "full"), read(results / "control"))
    seeds = {group: [sorted(runs[split]) for split in ("2", "10")] for group, runs in found.items()}
    assert seeds == {"fresh": [[5, 6], [5, 6]], "all": [[1, 5, 6], [1, 5, 6]]}
    assert list(groups(read(results / "full"), {})) == ["all"]


def test_a_run_of_the_study_is_not_taken_for_a_fresh_one(results: Path) -> None:
    records = read(results / "full")
    with pytest.raises(ValueError, match=r"fresh seeds.*\('10', 1\), \('2', 1\)"):
        groups(records, records)


def test_the_control_of_the_fresh_runs_has_scipys_interval_over_splits(results: Path) -> None:
    fresh = read(results / "control")
    means = [
        np.mean([[h["accuracy"] for h in run["1"][arm]["transfer"]["0.01"]] for run in runs])
        for arm in ("frozen", "control")
        for runs in (list(fresh[split].values()) for split in ("2", "10"))
    ]
    low, high = stats.ttest_rel(means[:2], means[2:]).confidence_interval(0.95)
    lines = control_table(groups(read(results / "full"), fresh)).splitlines()
    line = next(line for line in lines if "fresh" in line and "layers, other layers" in line)
    assert f"{low:+.4f} to {high:+.4f}" in line


def test_the_report_gathers_both_sizes_and_writes_what_the_control_says(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    document = tmp_path / "README.md"
    document.write_text(
        "<!-- generated by report.py: begin --><!-- generated by report.py: end -->"
    )
    monkeypatch.setattr(report, "README", document)
    monkeypatch.setattr(report, "CARD", tmp_path / "card.md")
    (tmp_path / "card.md").write_text(document.read_text())
    report.main(["--results", str(results)])
    written = document.read_text(encoding="utf-8")
    assert "Fresh: 4 runs of size `control`" in written
    assert "and the 2 runs of the study that have a control" in written
    assert "4 runs. In 4 of them" in written, "the fresh runs are in no other table"
    for size in ("full", "control"):
        assert (results / size / "runs.json").exists()
        assert (results / size / "differences.png").exists()


def test_the_readme_holds_the_tables_of_the_results() -> None:
    assert report.text(*report.read_both()) in report.README.read_text(encoding="utf-8")


def test_the_card_holds_the_short_table_of_the_results() -> None:
    records, _ = report.read_both()
    assert report.summary(records) in report.CARD.read_text(encoding="utf-8")
