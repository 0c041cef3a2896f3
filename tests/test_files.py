import json
from pathlib import Path

import pytest

import keras_lateral
from keras_lateral.files import read_json, write_json
from tests.tuning.kills import Clock


def test_a_file_is_old_or_new_at_every_moment(tmp_path, monkeypatch):
    file = tmp_path / "new folder" / "state.json"
    write_json(file, {"trials": 1})
    clock = Clock(monkeypatch)
    for moment, expected in ((0, 1), (1, 2)):
        clock.run(lambda: write_json(file, {"trials": 2}), moment)
        assert read_json(file) == {"trials": expected}


def test_half_a_file_is_answered_with_its_name_and_what_to_do(tmp_path):
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"trials": [1, 2]})[:9], encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"state\.json is not the state of a search.*Delete the folder"
    ):
        read_json(file)


def test_no_other_module_writes_text_files():
    package = Path(keras_lateral.__file__).parent
    writing = (".write_text(", ".write_bytes(", 'open("w"', "os.replace(", "os.fsync(")
    found = {
        path.name
        for path in package.rglob("*.py")
        if any(call in path.read_text(encoding="utf-8") for call in writing)
    }
    assert found == {"files.py"}
