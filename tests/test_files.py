import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

import keras_lateral
from keras_lateral.files import (
    is_results,
    read_json,
    try_to_write,
    write_arrays,
    write_json,
    write_whole,
)
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
        ValueError, match=r"state\.json is not the state of a search.*Restore it from a copy"
    ):
        read_json(file)


def test_arrays_are_read_as_they_were_written_and_leave_no_draft(tmp_path):
    file = tmp_path / "new folder" / "state.npz"
    arrays = {"a": np.arange(3), "b": np.eye(2, dtype="float32"), "c": np.array(7)}
    write_arrays(file, arrays)
    with np.load(file) as found:
        assert sorted(found.files) == sorted(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)
            assert found[name].dtype == array.dtype
    assert [path.name for path in file.parent.iterdir()] == ["state.npz"]


def full_disk(monkeypatch):
    def fsync(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # which names no file

    monkeypatch.setattr(os, "fsync", fsync)


def test_an_error_of_the_system_names_the_file_and_leaves_no_draft(tmp_path, monkeypatch):
    file = tmp_path / "page.html"
    write_whole(file, "before")
    full_disk(monkeypatch)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_whole(file, "after")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(file))
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert file.read_text() == "before"


def test_trying_to_write_really_writes_and_leaves_nothing(tmp_path, monkeypatch):
    file = tmp_path / "new" / "deep" / "page.html"
    try_to_write(file)
    assert not (tmp_path / "new").exists()
    kept = tmp_path / "kept.html"
    write_whole(kept, "before")
    try_to_write(kept)
    assert kept.read_text() == "before"
    with pytest.raises(NotADirectoryError) as caught:  # not "File exists"
        try_to_write(kept / "page.html")
    assert caught.value.filename == str(kept / "page.html")
    full_disk(monkeypatch)
    for path in (file, kept):
        with pytest.raises(OSError, match="No space left") as caught:
            try_to_write(path)
        assert caught.value.filename == str(path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.html"]


def test_a_folder_of_results_is_known_and_a_folder_of_images_is_none(tmp_path):
    results = Path(__file__).parent / "saved_before" / "files" / "results"
    assert is_results(results / "comparison")
    assert not is_results(results)  # it holds what `save` has written
    assert not is_results(tmp_path)
    for text in ("{}", "{", "[]", (results / "comparison.json").read_text()):
        (tmp_path / "comparison.json").write_text(text)  # a user's own, beside pictures
        assert not is_results(tmp_path)
    assert not is_results(tmp_path)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "baseline-8ba8496a-seed-0.json").write_text("{}")
    assert is_results(tmp_path)
    (tmp_path / "keras-lateral-results").mkdir()
    assert is_results(tmp_path / "keras-lateral-results")
    assert not is_results(tmp_path / "comparison.json")


def code_lines(path: Path) -> list[str]:
    """Lines of a module, without those of the examples in its docstrings."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.lstrip().startswith((">>>", "..."))]


def test_no_other_module_writes_text_files():
    package = Path(keras_lateral.__file__).parent
    writing = (".write_text(", ".write_bytes(", 'open("w"', "os.replace(", "os.fsync(")
    found = {
        path.name
        for path in package.rglob("*.py")
        if any(call in line for line in code_lines(path) for call in writing)
    }
    assert found == {"files.py"}
