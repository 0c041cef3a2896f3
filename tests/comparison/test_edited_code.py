import json
from functools import partial

import keras
import pytest

from keras_lateral import Method, compare
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.code_of_trainings import code_of_method
from keras_lateral.comparison.training import Task
from keras_lateral.comparison.tuned.trials import DoTrial, TrialJob
from keras_lateral.files import write_json
from keras_lateral.keras_tools.users_code.edited import PYTHON, edited
from keras_lateral.tuning.training_record import TrainingTrial
from keras_lateral.tuning.training_settings import TrainingSettings
from tests.comparison.tiny import tiny_images, tiny_model

DATA = tiny_images()


def dark(x, y, generator):
    return x * 0.9, y, None


def edited_dark(x, y, generator):
    return x * 0 - 5, y, None


def compared(folder, batches, build_model=tiny_model):
    idea = Method("my idea", batches=batches)
    given = {"seeds": 1, "epochs": 1, "progress": False, "folder": folder}
    return compare(build_model, DATA, [idea], **given)


def without_code(folder):
    """Makes a folder what an earlier version has written."""
    for file in (folder / "comparison.json", *folder.glob("runs/*.json")):
        values = json.loads(file.read_text())
        values.pop("code", None)
        file.write_text(json.dumps(values))


def test_an_edited_idea_does_not_get_the_results_of_before(tmp_path):
    first = compared(tmp_path, dark)
    assert compared(tmp_path, dark).to_dict()["runs"] == first.to_dict()["runs"]
    what = "'my idea', and the code of `batches` of my idea was edited since.*another name"
    with pytest.raises(ValueError, match=what):
        compared(tmp_path, edited_dark)
    without_code(tmp_path)  # it goes on, as before
    assert compared(tmp_path, edited_dark).to_dict()["runs"] == first.to_dict()["runs"]


class Half(keras.layers.Layer):
    def call(self, x):
        return x * 0.5


def own_model(layer):
    model = keras.Sequential([keras.Input((6, 6, 1)), layer(), keras.layers.Flatten()])
    model.add(keras.layers.Dense(2, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.mark.home
def test_an_edited_layer_of_the_same_name_is_another_model():
    def code(layer):
        return check_task(Task(partial(own_model, layer), DATA.scaled(), 1, 6), [])["code"]

    other = type("Half", (keras.layers.Layer,), {"call": lambda self, x: x * 0.0})
    changed = ["`build_model`", "the model's own layers, loss or optimizer"]
    assert edited(code(Half), code(other)) == changed
    assert edited(code(Half), code(Half)) == []


@pytest.mark.home
def test_digests_of_another_python_are_not_compared():
    then, now = {"`augment`": "1f", PYTHON: "3.11"}, {"`augment`": "2e", PYTHON: "3.12"}
    assert edited(then, now) == []
    assert edited(then, {**now, PYTHON: "3.11"}) == ["`augment`"]
    assert edited(then, {PYTHON: "3.11"}) == ["`augment`"]


@pytest.mark.home
def test_a_kept_trial_of_a_tuning_is_repeated_after_an_edit(tmp_path):
    job = TrialJob("my idea", 0, TrainingSettings(0.01, 0.0, 6), 1)
    trial = TrainingTrial(job.arm, job.number, job.settings, 1, 0.5, 0.7, 0.6, 1.0)

    def trials(batches):
        task = Task(tiny_model, DATA.scaled(), 1, 6)
        return DoTrial(task, {"my idea": Method("my idea", batches=batches)}, 0, tmp_path)

    first = trials(dark)
    code = code_of_method(first.methods["my idea"])
    write_json(first.file(tmp_path, job), {**trial.to_dict(), "code": code})
    assert trials(dark).kept(job) == trial
    assert trials(edited_dark).kept(job) is None
    write_json(first.file(tmp_path, job), trial.to_dict())  # as before there were digests
    assert trials(edited_dark).kept(job) == trial
