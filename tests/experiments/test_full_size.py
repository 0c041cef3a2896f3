"""The runner and the report that the tables of the sources share."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from experiments.common.records import read, write_run
from experiments.full_size import report
from experiments.full_size.as_text import packed, unpacked
from experiments.full_size.differences import differences
from experiments.full_size.images import images, raw_images
from experiments.full_size.networks import build
from experiments.full_size.outcome import outcome
from experiments.full_size.recipe import Recipe
from experiments.full_size.run import main, parser, stages, trainings
from experiments.full_size.table import Arm, Contrast, Stage, Table
from experiments.full_size.training import Training, prepared, train
from keras_lateral.datasets import load_images

pytestmark = pytest.mark.home

TINY = Recipe("noise", "resnet8_half_smoke", 2, batch_size=8, images_per_class=2, classes=3)
FRAME = Arm("", "FrameRegularizer", {"lower": 0.5, "upper": 2.0, "factor": 1e-3, "every": 2})
ARMS = {
    "none": Arm("none", paper=70.0),
    "mask": Arm("mask", "gradient_mask", {"threshold": 0.3}, paper=72.0),
    "frame": FRAME,
    "frozen": Arm("", "receptive_field_freeze", {"epochs": [1]}),
    "before_relu": Arm("", "gradient_mask", {"threshold": 0.3, "layers": "before_relu"}),
}


def job(folder: Path, arm: Arm, recipe: Recipe = TINY, seed: int = 0) -> Training:
    return Training(arm, recipe, seed, folder / "state.npz", folder / "trained.weights.h5")


def trained_weights(of: Training) -> list[np.ndarray]:
    recipe = of.arm.changed(of.recipe)
    model, _ = prepared(of.arm, recipe, images(recipe), of.seed)
    model.load_weights(of.weights)
    return model.get_weights()


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["frame", "mask", "frozen"])
def test_a_training_that_stops_after_an_epoch_goes_on_to_the_same_weights(tmp_path, arm):
    whole, pieces = job(tmp_path / "whole", ARMS[arm]), job(tmp_path / "pieces", ARMS[arm])
    record = train(whole)
    assert train(pieces, until=0.0) is None  # one epoch
    assert pieces.state.exists()
    rest = train(pieces)
    assert not pieces.state.exists()
    assert {**record, "seconds": 0} == {**rest, "seconds": 0}
    for one, other in zip(trained_weights(whole), trained_weights(pieces), strict=True):
        np.testing.assert_array_equal(one, other)


def test_errors_are_counted_after_every_epoch_whether_a_training_stops_or_not(tmp_path):
    detailed = replace(TINY, detailed=True)
    whole = train(job(tmp_path / "whole", ARMS["none"], detailed))
    pieces = job(tmp_path / "pieces", ARMS["none"], detailed)
    assert train(pieces, until=0.0) is None
    assert {**train(pieces), "seconds": 0} == {**whole, "seconds": 0}
    right = unpacked(whole["right"], whole["images"])
    assert len(whole["errors"]) == TINY.epochs
    assert whole["errors"][-1] == len(whole["taken_for"]) == (~right).sum()
    labels = images(detailed).y_test[~right]
    assert not (labels == whole["taken_for"]).any()


def test_pixels_are_divided_by_255_where_they_are_not_standardized():
    found = images(replace(TINY, standardized=False))
    np.testing.assert_allclose(found.x_train * 255, raw_images(TINY).x_train, rtol=1e-6)
    assert found.x_train.dtype == "float32"


@pytest.mark.parametrize("wrong", [0, 3, 500])
def test_bits_come_back_from_text_that_is_short_where_few_are_wrong(wrong):
    right = np.ones(1000, bool)
    right[np.random.default_rng(0).choice(1000, wrong, replace=False)] = False
    text = packed(right)
    np.testing.assert_array_equal(unpacked(text, 1000), right)
    assert len(text) < (60 if wrong < 500 else 200)


@pytest.mark.slow
def test_a_mask_that_stops_nothing_trains_like_no_mask(tmp_path):
    idle = Arm("", "gradient_mask", {"threshold": 0.0})
    jobs = [job(tmp_path / name, arm) for name, arm in (("a", ARMS["none"]), ("b", idle))]
    for one in jobs:
        train(one)
    for one, other in zip(*map(trained_weights, jobs), strict=True):
        np.testing.assert_array_equal(one, other)


def test_masks_before_the_relu_follow_normalization_and_addition():
    model, _ = prepared(ARMS["before_relu"], TINY, images(TINY), 0)
    masked = [x for x in model.layers if getattr(x, "gradient_mask", None) is not None]
    assert {type(x).__name__.removeprefix("Masked") for x in masked} == {
        "BatchNormalization",
        "Add",
    }
    assert len(masked) == sum(isinstance(x, keras.layers.ReLU) for x in model.layers) == 7


@pytest.mark.parametrize("decay", [0.0, 1e-3])
def test_the_decay_pulls_a_weight_as_l2_in_the_gradient_does_in_the_long_run(decay):
    recipe = replace(TINY, decay=decay, learning_rate=0.01)
    optimizer = build(recipe, (32, 32, 3), 3, 10**6).optimizer
    weight = keras.Variable(1.0)
    optimizer.build([weight])
    w, velocity = 1.0, 0.0
    for _ in range(300):
        optimizer.apply([np.float32(0.0)], [weight])
        velocity = 0.9 * velocity - 0.01 * decay * w
        w += velocity
    # The momentum of the L2 form starts from rest: it is 9 steps behind.
    assert float(weight) == pytest.approx(w, rel=10 * 0.01 * decay / 0.1 + 1e-6)
    assert (float(weight) < 1) == (decay > 0)


def test_both_schedules_end_where_they_should():
    step = build(replace(TINY, schedule="step"), (32, 32, 3), 3, 100).optimizer
    found = []
    for iterations in (0, 49, 51, 74, 76, 99):
        step.iterations.assign(iterations)
        found.append(float(step.learning_rate))
    np.testing.assert_allclose(found, [0.1, 0.1, 0.01, 0.01, 0.001, 0.001], rtol=1e-6)
    cosine = build(TINY, (32, 32, 3), 3, 100).optimizer
    cosine.iterations.assign(100)
    assert float(cosine.learning_rate) == pytest.approx(0.0, abs=1e-8)


def test_numbers_are_chosen_on_training_images_that_are_not_trained_on(monkeypatch):
    digits = load_images("digits")
    found = images(Recipe("digits", "resnet8", 1, held_out_per_class=10))
    assert len(found.x_train) + len(found.x_test) == len(digits.x_train)
    assert (np.bincount(found.y_test) == 10).all()
    trained = {image.tobytes() for image in found.x_train}
    assert not any(image.tobytes() in trained for image in found.x_test)
    np.testing.assert_allclose(found.x_train.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(found.x_train.std((0, 1, 2)), 1, atol=1e-5)


def test_bits_are_unpacked_as_they_were():
    right = np.random.default_rng(0).random(13) < 0.5
    np.testing.assert_array_equal(unpacked(packed(right), 13), right)


def test_a_network_that_has_diverged_is_right_nowhere():
    data = images(TINY)
    model, _ = prepared(ARMS["none"], TINY, data, 0)
    sound = outcome(model, data)
    assert not sound["diverged"]
    assert sound["test_accuracy"] == unpacked(sound["right"], sound["images"]).mean()
    model.layers[-1].kernel.assign(model.layers[-1].kernel * np.nan)
    lost = outcome(model, data)
    assert lost["diverged"]
    assert (lost["test_accuracy"], lost["test_loss"]) == (0.0, pytest.approx(np.log(3)))


def table(folder: Path) -> Table:
    contrasts = (Contrast("Does it help?", "mask", "none", 2.0),)
    planned = {"full": (Stage(["mask"], [0]), Stage(["none", "mask"], [0, 1]))}
    return Table(folder, ARMS, {"full": TINY, "smoke": TINY}, contrasts, planned, "A table")


def test_trainings_come_in_stages_and_are_not_repeated(tmp_path):
    a_table = table(tmp_path)
    planned = stages(parser(a_table).parse_args([]), a_table, "full")
    assert trainings(planned, tmp_path) == [("mask", 0), ("none", 0), ("none", 1), ("mask", 1)]
    write_run(tmp_path, "none", 0, {})
    assert trainings(planned, tmp_path) == [("mask", 0), ("none", 1), ("mask", 1)]
    asked = parser(a_table).parse_args(["--arms", "frame", "--seeds", "7"])
    assert trainings(stages(asked, a_table, "full"), tmp_path) == [("frame", 7)]


@pytest.mark.slow
def test_a_table_is_trained_in_pieces_and_reported(tmp_path, capsys):
    a_table = table(tmp_path)
    where = ["--smoke", "--arms", "none", "mask", "--seeds", "0"]
    main(a_table, [*where, "--minutes", "0.0001"])
    assert "none, seed 0: goes on" in capsys.readouterr().out
    main(a_table, where)
    records = read(tmp_path / "results" / "smoke")
    assert {arm: sorted(runs) for arm, runs in records.items()} == {"none": [0], "mask": [0]}
    main(a_table, where)
    assert "0 trainings to do" in capsys.readouterr().out
    report.main(a_table, ["--smoke"])
    printed = capsys.readouterr().out
    assert "| mask | 72.00 |" in printed
    assert "| Does it help? | mask against none | +2.00 |" in printed
    readme = tmp_path / "README.md"
    readme.write_text(
        "<!-- generated by report.py: begin -->\n<!-- generated by report.py: end -->\n"
    )
    report.main(a_table, [])
    assert "| none | 70.00 | - |" in readme.read_text()  # the smoke size does not count


def test_differences_are_those_of_compare(tmp_path):
    generator = np.random.default_rng(0)
    D = {arm: generator.random((4, 50)) < share for arm, share in (("none", 0.5), ("mask", 0.8))}
    records = {
        arm: {s: {"right": packed(rows[s]), "images": 50} for s in range(4)}
        for arm, rows in D.items()
    }
    (seen,) = differences(records, table(tmp_path).contrasts).values()
    d = D["mask"].astype(float) - D["none"]
    S, N = d.shape
    m, D_i, D_s = d.mean(), d.mean(0), d.mean(1)
    MS_i = S * ((D_i - m) ** 2).sum() / (N - 1)
    MS_s = N * ((D_s - m) ** 2).sum() / (S - 1)
    MS_r = ((d - D_i - D_s[:, None] + m) ** 2).sum() / ((N - 1) * (S - 1))
    error = np.sqrt(max(MS_i + MS_s - MS_r, MS_i, MS_s) / (N * S))
    assert seen.mean == pytest.approx(100 * m)
    assert 1.9 * error < (seen.high - seen.low) / 200 < 3.3 * error  # t between 3 and many degrees
    assert seen.pairs == 4
