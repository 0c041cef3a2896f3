from pathlib import Path

import numpy as np
import pytest

from keras_lateral.datasets import load_image_folder, load_image_folds
from keras_lateral.datasets.folder.formats import formats_read
from tests.datasets.image_files import image_folder, pixels, save


def damage(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_bytes(b"" if name.startswith("cat") else b"no image")
    return folder


def test_the_error_says_how_to_leave_damaged_files_out(tmp_path: Path) -> None:
    folder = damage(image_folder(tmp_path / "photos"), "cat/1.png")
    with pytest.raises(ValueError, match="or leave them out with `skip_damaged`"):
        load_image_folder(folder)


def test_damaged_files_are_left_out_named_and_counted_by_class(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "photos", per_class=20)
    damage(folder, "cat/1.png", "dog/3.png", "dog/4.png")
    folds = load_image_folds(folder, skip_damaged=True)
    note = next(note for note in folds.notes if "cannot be read" in note)
    damaged = f"it is damaged, or none of {', '.join(formats_read()[:-1])} and {formats_read()[-1]}"
    assert note == (
        "Files that cannot be read, left out: 3 of 40. By class: 'cat' 1 of 20, 'dog' 2 of 20. "
        f"They are: 'cat/1.png' (it is empty), 'dog/3.png' ({damaged}), 'dog/4.png' ({damaged})."
    )
    assert folds.alarms == ()
    assert np.bincount(folds.y).tolist() == [19, 18]


@pytest.mark.parametrize("load", [load_image_folder, load_image_folds])
def test_what_is_left_is_read_as_if_the_damaged_files_had_never_been(
    tmp_path: Path, load: object
) -> None:
    whole = image_folder(tmp_path / "whole", per_class=12)
    folder = damage(image_folder(tmp_path / "damaged", per_class=12), "cat/7.png")
    (whole / "cat" / "7.png").unlink()
    assert callable(load)
    expected, found = load(whole), load(folder, skip_damaged=True)
    for name in ("x", "y", "x_train", "y_train", "x_test", "y_test"):
        if hasattr(expected, name):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_a_class_that_has_lost_more_than_a_tenth_is_an_alarm(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "photos", per_class=10)
    damage(folder, "cat/1.png", "dog/3.png", "dog/4.png")
    with pytest.warns(UserWarning, match="The class 'dog' has lost 2 of 10 images"):
        folds = load_image_folds(folder, skip_damaged=True)
    assert len(folds.alarms) == 1  # one of ten cats is no more than a tenth
    assert folds.alarms[0] in folds.notes


def test_a_split_that_exists_loses_files_in_each_part(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    image_folder(root / "train", per_class=12)
    for label, name in enumerate(("cat", "dog")):
        for number in range(3):
            save(root / "test" / name / f"{number}.png", pixels(1000 + 10 * label + number))
    damage(root, "train/cat/1.png", "test/dog/2.png")
    with pytest.warns(UserWarning, match=r"The class 'dog' \(test\) has lost 1 of 3 images"):
        images = load_image_folder(root, skip_damaged=True)
    assert (len(images.x_train), len(images.x_test)) == (23, 5)
    assert "'cat' (training) 1 of 12, 'dog' (test) 1 of 3" in "\n".join(images.notes)


def test_a_class_of_damaged_files_alone_is_an_error(tmp_path: Path) -> None:
    folder = damage(image_folder(tmp_path / "photos", per_class=2), "cat/0.png", "cat/1.png")
    with pytest.raises(ValueError, match="None of the 2 images of the class '.*cat' can be read"):
        load_image_folder(folder, skip_damaged=True)


def test_one_image_that_is_left_is_too_few(tmp_path: Path) -> None:
    folder = damage(image_folder(tmp_path / "photos", per_class=2), "cat/0.png")
    with pytest.raises(ValueError, match="Expected at least 2. Found 1."):
        load_image_folds(folder, skip_damaged=True)
