"""Tuning sees no test image, gives every arm the same budget, and resumes."""

import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_lateral import (
    Method,
    TrainingTuning,
    Tune,
    compare,
    comparison_html,
    tune_training,
)
from keras_lateral.comparison.answer.python_call import python_call
from keras_lateral.comparison.training import Task, start
from keras_lateral.comparison.tuned.tuned_task import tuned_task
from keras_lateral.comparison.tuned.tuning_images import compared_images, tuning_images
from keras_lateral.datasets import ImageFolds
from keras_lateral.datasets.folder.notes import notes_on_folds
from tests.comparison.tiny import tiny_images, tiny_model

# Other backends train through the same code.
pytestmark = pytest.mark.home

pytest.importorskip("keras_tuner", reason="the extra `tuner`")

DATA = tiny_images(per_class=8)
QUIET = {"batch_size": 6, "progress": False}
SMALL = {"epochs": 2, "trials": 2, "batch_sizes": (4, 6), **QUIET}


def unchanged_method(name="same"):
    return Method(name)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned")
    return tune_training(tiny_model, DATA, [unchanged_method()], folder=folder, **SMALL), folder


def test_every_arm_tries_the_same_configurations_for_as_many_epochs(tuned) -> None:
    record, _ = tuned
    first = {
        arm: [(t.number, t.settings, t.epochs) for t in record.of(arm) if t.epochs == 1]
        for arm in record.arms
    }
    assert record.arms == ("baseline", "same")
    assert first["baseline"] == first["same"]
    assert len(first["same"]) == 2
    assert len(record.of("baseline")) == len(record.of("same"))


def test_the_first_configuration_is_the_users_own_in_every_round(tuned) -> None:
    record, _ = tuned
    own = [trial for trial in record.of("baseline") if trial.number == 0]
    assert [trial.epochs for trial in own] == [1, 2]
    settings = own[0].settings
    assert (settings.learning_rate, settings.weight_decay, settings.batch_size) == (0.001, 0.0, 6)
    assert record.chosen("baseline").calibrated_loss <= record.own("baseline").calibrated_loss


def test_a_method_that_changes_nothing_is_tuned_as_the_baseline(tuned) -> None:
    record, _ = tuned
    scores = [[t.calibrated_loss for t in record.of(arm)] for arm in record.arms]
    assert scores[0] == scores[1]


def test_a_resumed_tuning_trains_nothing_and_equals_the_straight_one(tuned, monkeypatch) -> None:
    record, folder = tuned
    monkeypatch.setattr(Task, "__call__", None)
    again = tune_training(tiny_model, DATA, [unchanged_method()], folder=folder, **SMALL)
    assert again.to_dict() == record.to_dict()


def test_other_images_for_callbacks_are_another_tuning(tuned, tmp_path, monkeypatch) -> None:
    _, folder = tuned
    copy = shutil.copytree(folder, tmp_path / "copy")
    monkeypatch.setattr(Task, "__call__", lambda *_: pytest.fail("it trains"))
    arguments = {"folder": copy, "validation": 0.5, **SMALL}
    with pytest.raises(pytest.fail.Exception, match="it trains"):
        tune_training(tiny_model, DATA, [unchanged_method()], **arguments)


def test_a_lost_trial_is_repeated_and_is_the_same(tuned, tmp_path) -> None:
    record, folder = tuned
    file = next(folder.glob("tuning/*/baseline-*-trial-1-epochs-1.json"))
    file.unlink()
    again = tune_training(tiny_model, DATA, [unchanged_method()], folder=folder, **SMALL)
    assert file.exists()
    assert [t.calibrated_loss for t in again.trials] == [t.calibrated_loss for t in record.trials]


def test_a_record_survives_json(tuned, tmp_path) -> None:
    record, _ = tuned
    record.to_json(tmp_path / "tuned.json")
    assert TrainingTuning.load(tmp_path / "tuned.json").to_dict() == record.to_dict()
    text = " ".join(str(record).split())
    assert "16 test images had no part in it" in text
    assert "batch size chosen accuracy with own loss with own" in text


def test_no_test_image_is_tuned_on() -> None:
    part, _ = tuning_images(DATA, 0.25, 0)
    seen = {image.tobytes() for image in (*part.x_train, *part.x_test)}
    assert seen == {image.tobytes() for image in DATA.x_train}
    assert not seen & {image.tobytes() for image in DATA.x_test}
    assert len(part.y_test) == 4
    assert sorted(np.bincount(part.y_test)) == [2, 2]


def test_with_folds_all_seeds_test_what_was_not_tuned_on() -> None:
    folds = ImageFolds.pooled(DATA, folds=4)
    compared = compared_images(folds)
    part, _ = tuning_images(compared, 0.25, 0)
    seen = {image.tobytes() for image in (*part.x_train, *part.x_test)}
    assert not seen & {image.tobytes() for image in compared.x_test}
    assert "folds would test images that were tuned on" in compared.notes[-1]
    told = replace(folds, notes=(*notes_on_folds(folds.y, 4, None), "Grey."))
    assert len(told.notes) == 3
    shown = compared_images(told).notes
    assert [note[:5] for note in shown] == ["Grey.", "There", "With "]
    assert f"There are {len(compared.y_test)} test images: each is" in shown[1]


def test_units_are_not_divided_between_training_and_validation() -> None:
    units = np.arange(16) // 4
    y = np.tile(np.arange(2, dtype="int32"), 8)
    data = type(DATA)("u", DATA.x_train, y, DATA.x_test, y, ("a", "b"), units_train=units)
    part, _ = tuning_images(data, 0.25, 0)
    assert not set(part.units_train) & set(part.units_test)


def test_tuned_settings_are_what_each_arm_trains_with(tuned) -> None:
    record, _ = tuned
    task = Task(tiny_model, DATA.scaled(), 2, 6)
    task, methods = tuned_task(task, [unchanged_method()], record)
    for arm, method in (("baseline", None), ("same", methods[0])):
        settings = record.chosen(arm).settings
        optimizer = start(task, method, 0).optimizer
        assert float(optimizer.learning_rate) == pytest.approx(settings.learning_rate)
        assert (optimizer.weight_decay or 0.0) == settings.weight_decay
        assert task.batches(method, 0).batch_size == settings.batch_size


def test_a_comparison_of_tuned_arms_goes_on_in_its_folder(tmp_path) -> None:
    settings = {"epochs": 1, "seeds": 2, "folder": tmp_path, **QUIET}
    tune = Tune(trials=2, batch_sizes=(4,))
    first = compare(tiny_model, DATA, [unchanged_method()], tune=tune, **settings)
    again = compare(tiny_model, DATA, [unchanged_method()], tune=tune, **settings)
    assert [run.to_dict() for run in first.runs] == [run.to_dict() for run in again.runs]
    differences = first.compared()[0].difference
    assert differences.mean == 0.0  # the same settings were chosen, and change nothing
    html, text, call = comparison_html(first), str(first), python_call(first)
    assert "What was tuned first" in html
    for shown in (html, text):
        assert "16 test images had no part in it" in " ".join(shown.split())
        assert "successive halving: 2 settings for 1 epoch, and in all" in " ".join(shown.split())
    assert "tune=Tune(trials=2, batch_sizes=[4])," in call
    assert "import compare, Tune" in call
    with pytest.raises(ValueError, match="with other settings"):
        compare(tiny_model, DATA, [unchanged_method()], **settings)


def test_settings_that_were_tuned_on_other_images_are_refused(tuned) -> None:
    record, _ = tuned
    other = tiny_images(per_class=9)
    with pytest.raises(ValueError, match="tuned on other images"):
        compare(tiny_model, other, [unchanged_method()], tune=record, epochs=2, **QUIET)
    with pytest.raises(ValueError, match="one without"):
        compare(tiny_model, DATA, [unchanged_method("other")], tune=record, epochs=2, **QUIET)


def with_schedule():
    model = tiny_model()
    rate = keras.optimizers.schedules.CosineDecay(0.1, 10)
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


def test_a_schedule_that_counts_steps_is_refused_before_training() -> None:
    with pytest.raises(ValueError, match="CosineLearningRate"):
        tune_training(with_schedule, DATA, **SMALL)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("trials", 1),
        ("held_out", 1.0),
        ("score", "f1"),
        ("learning_rates", (0, 1)),
        ("batch_sizes", ()),
        ("weight_decays", (0.1, 0.01)),
    ],
)
def test_a_wrong_setting_is_named(argument, value) -> None:
    with pytest.raises(ValueError, match=f"`{argument}`"):
        Tune(**{argument: value})
