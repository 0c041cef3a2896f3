"""The freeze in a whole training: the right layers rest, and a training is lent, not repeated."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from experiments.common.records import read, write_run
from experiments.common.state import snapshot
from experiments.freeze_full_size.config import ARMS, CONTRASTS, OWN, TABLE
from experiments.full_size import report, run
from experiments.full_size.borrowed import records
from experiments.full_size.freezing import behind_expanding
from experiments.full_size.images import images
from experiments.full_size.networks import NETWORKS, rate
from experiments.full_size.outcome import packed
from experiments.full_size.table import Table
from experiments.full_size.training import Training, prepared, train
from keras_lateral import expanding_layers
from tests.experiments.test_frame_regularizer_cifar100 import needs_tensorflow

pytestmark = pytest.mark.home

SMOKE = TABLE.sizes["smoke"]
LENDER = "gradient_mask_table_2"


def table_at(folder: Path) -> Table:
    """The same table, with its results and those that it borrows in another place."""
    return replace(TABLE, folder=folder / "freeze_full_size")


def job(arm: str, folder: Path) -> Training:
    return Training(ARMS[arm], SMOKE, 0, folder / f"{arm}.npz", folder / f"{arm}.weights.h5")


@pytest.mark.parametrize(
    ("network", "pairs"),
    [
        ("resnet8_half", [(4_608, 9_216), (18_432, 36_864)]),
        ("resnet18", [(73_728, 147_456), (294_912, 589_824), (1_179_648, 2_359_296)]),
    ],
)
def test_the_control_rests_the_second_convolutions_of_the_blocks_whose_first_ones_expand(
    network: str, pairs: list[tuple[int, int]]
) -> None:
    model = NETWORKS[network]((32, 32, 3), 100)
    expanding = [found.layer for found in expanding_layers(model)]
    behind = [model.get_layer(name) for name in behind_expanding(model)]
    counts = [(a.count_params(), b.count_params()) for a, b in zip(expanding, behind, strict=True)]
    assert counts == pairs
    assert {layer.strides for layer in expanding} == {(2, 2)}
    assert {layer.strides for layer in behind} == {(1, 1)}


def test_the_epochs_that_are_frozen_fit_every_size() -> None:
    alternating = ARMS["freeze_alternating"].arguments["epochs"]
    for size in ("two_cores", "paper"):
        epochs = TABLE.sizes[size].epochs
        assert [epoch for epoch in range(epochs) if epoch in alternating] == [
            epoch for epoch in range(epochs) if epoch % 2
        ]


def test_the_last_epoch_of_two_cores_has_little_more_than_a_hundredth_of_the_first_rate() -> None:
    recipe = TABLE.sizes["two_cores"]
    steps = 10 * recipe.epochs
    first, last = (float(rate(recipe, steps)(step)) for step in (0, steps - 10))
    assert last / first == pytest.approx((1 + np.cos(14 * np.pi / 15)) / 2, rel=1e-4)
    assert round(last / first, 3) == 0.011, "the README says so"


@needs_tensorflow
@pytest.mark.parametrize("arm", ["freeze_last", "control_alternating"])
def test_the_layers_of_an_arm_rest_in_its_epoch_and_train_in_the_other(
    arm: str, tmp_path: Path
) -> None:
    data = images(SMOKE)
    model, method = prepared(ARMS[arm], SMOKE, data, 0)
    control = arm.startswith("control")
    resting = behind_expanding(model) if control else [e.name for e in expanding_layers(model)]
    kernels = [[model.get_layer(name).kernel.numpy() for name in resting]]

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            kernels.append([model.get_layer(name).kernel.numpy() for name in resting])

    callbacks = [Watch(), *method.callbacks()]
    x, y = data.x_train[:16], data.y_train[:16]
    model.fit(x, y, 16, epochs=2, callbacks=callbacks, verbose=0)
    before, after_first, after_second = kernels
    assert all((a != b).any() for a, b in zip(before, after_first, strict=True))
    for a, b in zip(after_first, after_second, strict=True):
        assert_array_equal(a, b)


def test_lent_trainings_stand_beside_the_tables_own(tmp_path: Path) -> None:
    table = table_at(tmp_path)
    right = packed(np.array([True, False]))
    write_run(tmp_path / LENDER / "results" / "paper", "none", 3, {"right": right})
    write_run(tmp_path / LENDER / "results" / "paper", "log", 3, {"right": right})
    assert records(table, "paper") == {}, "nothing of its own, so there is nothing to compare"
    write_run(table.folder / "results" / "paper", "freeze_last", 3, {"right": right})
    assert records(table, "paper") == {
        "none": {3: {"right": right}},
        "freeze_last": {3: {"right": right}},
    }


@pytest.mark.parametrize("size", TABLE.sizes)
def test_a_training_in_another_way_is_not_lent(size: str, tmp_path: Path) -> None:
    table = table_at(tmp_path)
    records(table, size)
    longer = {**table.sizes, size: replace(table.sizes[size], epochs=99)}
    with pytest.raises(ValueError, match="not trained in the same way"):
        records(replace(table, sizes=longer), size)
    other_arm = replace(table, borrowed={"none": (LENDER, "log")})
    with pytest.raises(ValueError, match="not trained in the same way"):
        records(other_arm, size)


def test_a_borrowed_arm_is_never_trained(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        run.parser(TABLE).parse_args(["--arms", "none"])
    everything = [run.Stage(list(ARMS), [0])]
    left = run.trainings(everything, tmp_path, TABLE.borrowed)
    assert left == [(arm, 0) for arm in OWN]
    assert {c.arm for c in CONTRASTS} | {c.baseline for c in CONTRASTS} == set(ARMS)


@needs_tensorflow
@pytest.mark.slow
def test_the_smoke_size_runs_and_its_report_reads_what_is_lent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = table_at(tmp_path)
    folder = table.folder / "results" / "smoke"
    options = ["--smoke", "--workers", "1", "--arms", "freeze_last", "--seeds", "0", "1"]
    run.main(TABLE, [*options, "--results", str(folder)])
    for seed, trained in read(folder)["freeze_last"].items():
        write_run(tmp_path / LENDER / "results" / "smoke", "none", seed, trained)
    report.main(table, ["--smoke", "--results", str(table.folder / "results")])
    printed = capsys.readouterr().out
    assert "nothing frozen" in printed
    assert "The freeze of the last epoch?" in printed


@needs_tensorflow
@pytest.mark.slow
def test_a_training_that_stops_before_its_frozen_epoch_goes_on_to_the_same_bits(
    tmp_path: Path,
) -> None:
    whole, parts = job("freeze_last", tmp_path / "whole"), job("freeze_last", tmp_path / "parts")
    record = train(whole)
    assert train(parts, until=0) is None
    in_parts = train(parts)
    assert record is not None
    assert in_parts is not None
    assert record["right"] == in_parts["right"]
    models = [prepared(ARMS["freeze_last"], SMOKE, images(SMOKE), 0)[0] for _ in range(2)]
    for model, done in zip(models, (whole, parts), strict=True):
        model.load_weights(done.weights)
    for a, b in zip(*(snapshot(model).model for model in models), strict=True):
        assert_array_equal(a, b)
