import json

import pytest

from keras_lateral import Run
from keras_lateral.comparison.run_folder import RunFolder

SHARED = {"epochs": 3, "data": "digits"}
METHODS = {"baseline": {}, "mine": {"sigma": 1.0}}
RUN = Run("mine", 2, {"accuracy": 0.5, "loss": 1.25}, 3.0, history={"loss": [2.0, 1.0]})


def test_a_kept_training_comes_back(tmp_path):
    RunFolder(tmp_path / "new" / "folder", SHARED, METHODS).write(RUN)
    again = RunFolder(tmp_path / "new" / "folder", SHARED, METHODS)
    assert again.read("mine", 2) == RUN
    assert again.read("mine", 3) is None
    assert again.read("baseline", 2) is None


def test_no_draft_is_left_beside_what_is_written(tmp_path):
    RunFolder(tmp_path, SHARED, METHODS).write(RUN)
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_a_draft_of_a_killed_write_is_no_training(tmp_path):
    folder = RunFolder(tmp_path, SHARED, METHODS)
    folder.write(RUN)
    (whole,) = (tmp_path / "runs").iterdir()
    whole.rename(whole.with_name(f".{whole.name}.7.draft"))
    assert folder.read("mine", 2) is None


def test_another_comparison_in_the_folder_is_told_apart_and_named(tmp_path):
    RunFolder(tmp_path, SHARED, METHODS)
    with pytest.raises(ValueError, match="holds trainings of another comparison:\n- epochs: 3 in"):
        RunFolder(tmp_path, {**SHARED, "epochs": 4}, METHODS)


def test_the_same_method_with_other_settings_is_refused(tmp_path):
    RunFolder(tmp_path, SHARED, METHODS).write(RUN)
    other = RunFolder(tmp_path, SHARED, {"mine": {"sigma": 2.0}})
    with pytest.raises(ValueError, match="method 'mine' with other settings"):
        other.read("mine", 2)


def test_methods_may_be_called_anything(tmp_path):
    names = ["../../etc/passwd", "a/b", "a b", "a_b", "\u043c\u0430\u0441\u043a\u0430", "x" * 300]
    folder = RunFolder(tmp_path, SHARED, {name: {} for name in names})
    for name in names:
        folder.write(Run(name, 0, {"accuracy": len(name) / 1000}, 1.0))
    assert len(list((tmp_path / "runs").iterdir())) == len(names)
    for name in names:
        assert folder.read(name, 0).measures["accuracy"] == len(name) / 1000


def test_a_damaged_file_is_named(tmp_path):
    folder = RunFolder(tmp_path, SHARED, METHODS)
    folder.write(RUN)
    (file,) = (tmp_path / "runs").iterdir()
    for text in ("{", json.dumps([1]), json.dumps({"seed": 2})):
        file.write_text(text)
        with pytest.raises(ValueError, match="is not a training saved by this library.*Delete it"):
            folder.read("mine", 2)


def test_a_file_in_the_folders_place_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="which is a file"):
        RunFolder(tmp_path / "file", SHARED, METHODS)
