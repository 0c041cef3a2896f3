import json
import re

import pytest

from keras_lateral import Run
from keras_lateral.comparison.run_folder import RunFolder

SHARED = {"epochs": 3, "data": "digits"}
pytestmark = pytest.mark.home  # files alone; no backend takes part

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
    with pytest.raises(ValueError, match="of another comparison:\n- epochs: 3 then, 4 now\n"):
        RunFolder(tmp_path, {**SHARED, "epochs": 4}, METHODS)


def test_the_same_method_with_other_settings_is_refused(tmp_path):
    RunFolder(tmp_path, SHARED, METHODS).write(RUN)
    other = RunFolder(tmp_path, SHARED, {"mine": {"sigma": 2.0}})
    with pytest.raises(ValueError, match="method 'mine' with other settings"):
        other.read("mine", 2)


def test_a_method_whose_code_was_edited_is_told_in_words(tmp_path):
    def folder(code):
        parts = {"mine": {"sigma": 1.0, "code_digest": code}, "other": {}}
        return RunFolder(tmp_path, SHARED, {"mine": parts})

    folder("a").write(RUN)
    with pytest.raises(ValueError, match="method 'mine', whose code was edited since") as said:
        folder("b").read("mine", 2)
    assert "digest" not in str(said.value)


def test_methods_may_be_called_anything(tmp_path):
    names = ["../../etc/passwd", "a/b", "a b", "a_b", "\u043c\u0430\u0441\u043a\u0430", "x" * 300]
    folder = RunFolder(tmp_path, SHARED, {name: {} for name in names})
    for name in names:
        folder.write(Run(name, 0, {"accuracy": len(name) / 1000}, 1.0))
    assert len(list((tmp_path / "runs").iterdir())) == len(names)
    for name in names:
        assert folder.read(name, 0).measures["accuracy"] == len(name) / 1000


def written(tmp_path):
    """Returns a folder, and the file of its training."""
    folder = RunFolder(tmp_path, SHARED, METHODS)
    folder.write(RUN)
    (file,) = (tmp_path / "runs").glob("mine-*")
    return folder, file


def test_a_file_that_is_no_training_is_named(tmp_path):
    folder, file = written(tmp_path)
    values = json.loads(file.read_text())
    strange = [[1], {"seed": 2}, values | {"measures": {}}, values | {"measures": [0.5]}]
    strange += [values | {"measures": {"accuracy": wrong}} for wrong in (5, "much", None)]
    for other in strange:
        file.write_text(json.dumps(other))
        with pytest.raises(ValueError, match="is not a training saved by this library.*Move it"):
            folder.read("mine", 2)
        assert file.exists()


def test_a_training_that_was_cut_off_is_set_aside_and_repeated(tmp_path):
    folder, file = written(tmp_path)
    text = file.read_bytes()
    for cut in (b"", text[:50], bytes(len(text)), text[:40] + b"\xff"):
        file.write_bytes(cut)
        with pytest.warns(UserWarning, match=f"{file.name} was cut off .* training is repeated"):
            assert folder.read("mine", 2) is None
        assert file.with_name(f"{file.name}.cut").read_bytes() == cut
        assert folder.read("mine", 2) is None  # said once
    folder.write(RUN)
    assert folder.read("mine", 2) == RUN


def test_a_training_in_another_s_place_is_refused_by_name(tmp_path):
    folder, file = written(tmp_path)
    folder.write(Run("baseline", 0, {"accuracy": 0.5}, 1.0))
    (baseline,) = (tmp_path / "runs").glob("baseline-*")
    baseline.write_bytes(file.read_bytes())
    found = "of 'mine' with seed 2, in the place of 'baseline' with seed 0"
    with pytest.raises(ValueError, match=f"{baseline.name} holds a training {found}"):
        folder.read("baseline", 0)
    file.with_name(file.name.replace("seed-2", "seed-5")).write_bytes(file.read_bytes())
    with pytest.raises(ValueError, match="seed 2, in the place of 'mine' with seed 5"):
        folder.read("mine", 5)


def test_a_training_of_another_comparison_is_refused_wherever_it_was_put(tmp_path):
    _, file = written(tmp_path / "a")
    other, others = written(tmp_path / "b")
    RunFolder(tmp_path / "c", {**SHARED, "epochs": 4}, METHODS).write(RUN)
    others.write_bytes((tmp_path / "c" / "runs" / file.name).read_bytes())
    with pytest.raises(ValueError, match="of another comparison: with other images"):
        other.read("mine", 2)
    others.write_bytes(file.read_bytes())  # the same comparison's is as good as its own
    assert other.read("mine", 2) == RUN


def test_a_training_of_before_says_no_comparison_and_is_used(tmp_path):
    folder, file = written(tmp_path)
    values = json.loads(file.read_text())
    del values["comparison"]
    file.write_text(json.dumps(values))
    assert folder.read("mine", 2) == RUN


def test_names_notes_and_machines_are_not_what_a_comparison_is(tmp_path):
    words = {"data": "photos", "notes": ["a"], "model": "small", "python": "3.11", "machine": "a"}
    written(tmp_path)
    for key, value in words.items():
        again = RunFolder(tmp_path, {**SHARED, key: value}, METHODS)
        assert again.read("mine", 2) == RUN


@pytest.mark.parametrize(
    ("key", "then", "now", "words"),
    [
        ("images_digest", "a1", "b2", "the pixels of the images, their labels or their order"),
        ("model_digest", "a1", "b2", "the model: its layers, its optimizer or its loss"),
        ("image_shape", [8, 8, 1], [8, 8, 3], "8 x 8 x 1 then, 8 x 8 x 3 now"),
        ("augment", None, "flip_and_shift", "augmentation: none then, flip_and_shift now"),
        ("backend", "jax", "torch", "backend: jax then, torch now"),
        (
            "conditions",
            {"fog-1": {"s": 1}, "fog-3": {"s": 3}, "snow-1": {"s": 1}},
            {"fog-1": {"s": 1}, "snow-1": {"s": 2}, "pgd": {}},
            "conditions: only then fog-3; only now pgd; with other settings snow-1",
        ),
    ],
)
def test_what_differs_is_said_in_words_and_nothing_is_given_up(tmp_path, key, then, now, words):
    RunFolder(tmp_path, {**SHARED, key: then}, METHODS).write(RUN)
    with pytest.raises(ValueError, match="another comparison") as caught:
        RunFolder(tmp_path, {**SHARED, key: now}, METHODS)
    assert words in str(caught.value)
    assert "They are kept" in str(caught.value)
    assert not re.search("(?i)delete|remove", str(caught.value))


def test_another_version_of_the_library_goes_on_and_is_named(tmp_path):
    RunFolder(tmp_path, {**SHARED, "keras_lateral": "0.1"}, METHODS).write(RUN)
    with pytest.warns(UserWarning, match=r"made by keras-lateral 0\.1, and go on with 0\.2"):
        again = RunFolder(tmp_path, {**SHARED, "keras_lateral": "0.2"}, METHODS)
    assert again.read("mine", 2) == RUN


@pytest.mark.parametrize("text", ["", '{"epochs": 3, "da', "\0\0\0"])
def test_a_cut_description_is_written_anew_where_the_trainings_say_what_they_are(tmp_path, text):
    written(tmp_path)
    file = tmp_path / "comparison.json"
    whole = file.read_text()
    file.write_text(text)
    with pytest.warns(UserWarning, match=r"comparison\.json was cut off .* 1 training beside it"):
        again = RunFolder(tmp_path, SHARED, METHODS)
    assert file.read_text() == whole
    assert again.read("mine", 2) == RUN


@pytest.mark.parametrize(("text", "words"), [("{", "is cut off"), (None, "is missing")])
@pytest.mark.parametrize("stranger", [{"epochs": 4}, {}])
def test_trainings_of_which_nobody_knows_what_they_are_are_kept_and_not_used(
    tmp_path, text, words, stranger
):
    _, file = written(tmp_path)
    if stranger:
        RunFolder(tmp_path / "b", {**SHARED, **stranger}, METHODS).write(RUN)
        file.write_bytes((tmp_path / "b" / "runs" / file.name).read_bytes())
    else:  # as versions before wrote them
        file.write_text(file.read_text().replace(', "comparison"', ', "Comparison"'))
    shared = tmp_path / "comparison.json"
    shared.unlink()
    if text is not None:
        shared.write_text(text)
    with pytest.raises(ValueError, match=rf"comparison\.json {words}.*They are kept. Restore") as e:
        RunFolder(tmp_path, SHARED, METHODS)
    assert "1 of 1 trainings" in str(e.value)
    assert file.exists()


def test_a_file_in_the_folders_place_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="which is a file"):
        RunFolder(tmp_path / "file", SHARED, METHODS)
