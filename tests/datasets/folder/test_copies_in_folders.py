"""What a copy does to the split, and how it is told."""

import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, load_image_folder
from keras_lateral.datasets.folder.class_folders import ClassFolders
from keras_lateral.datasets.folder.split_files import split
from tests.datasets.image_copies import as_jpeg, brighter, half, scene
from tests.datasets.image_files import image_folder, pixels, save


def put(path: Path, image: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def two_classes(root: Path, copies: int = 4) -> Path:
    """Eight pictures in each class, and copies of some of them beside them."""
    for label, name in enumerate(("cat", "dog")):
        for number in range(8):
            picture = scene(100 * label + number, 48)
            put(root / name / f"{number}.png", picture)
            if number < copies:
                put(root / name / f"{number} (1).jpg", as_jpeg(70)(picture))
                put(root / name / f"{number}_small.png", half(picture))
    return root


SCENES = {n: np.asarray(scene(n, 48).resize((8, 8)), int) for n in (*range(8), *range(100, 108))}


def nearest(image: Any) -> int:
    """The number of the picture that an image shows."""
    small = image.reshape(8, image.shape[0] // 8, 8, -1, 3).mean(axis=(1, 3))
    return min(SCENES, key=lambda number: float(np.abs(small - SCENES[number]).mean()))


@pytest.mark.parametrize("seed", range(3))
def test_the_split_leaves_all_copies_of_a_picture_on_one_side(tmp_path: Path, seed: int) -> None:
    dataset = load_image_folder(two_classes(tmp_path), seed=seed)
    sides = [{nearest(image) for image in x} for x in (dataset.x_train, dataset.x_test)]
    assert not sides[0] & sides[1]
    assert sides[0] | sides[1] == {*range(8), *range(100, 108)}
    assert np.bincount(dataset.y_test).tolist() == [4, 4]  # a quarter of 16, as without copies
    assert "and kept on that side" in dataset.notes[0]


def test_copies_across_a_split_that_exists_are_warned_of_first(tmp_path: Path) -> None:
    for number in range(4):
        name = "cat" if number % 2 else "dog"
        put(tmp_path / "train" / name / f"{number}.png", scene(number))
        put(tmp_path / "test" / name / f"{number}.png", scene(50 + number))
    put(tmp_path / "test" / "cat" / "again.jpg", as_jpeg(60)(scene(1)))
    put(tmp_path / "train" / "dog" / "bright.png", brighter(scene(0)))
    with pytest.warns(UserWarning, match="in training too") as caught:
        dataset = load_image_folder(tmp_path)
    assert [str(warning.message) for warning in caught] == [dataset.notes[0]]
    assert dataset.notes[0] == (
        "Test images that are in training too, saved again, resized, or brighter: 1 of 5 (first: "
        "'test/cat/again.jpg' is 'train/cat/1.png'). Test accuracy is too high by that; remove the "
        "copies."
    )
    assert dataset.notes[1] == (
        "Copies among the 5 training images (the same, saved again, resized, or brighter): 1 image "
        "of 1 picture (first: 'train/dog/bright.png' is 'train/dog/0.png'). They count more than "
        "others."
    )
    assert "Divided as found" in dataset.notes[2]


def test_the_same_picture_under_two_labels_is_warned_of(tmp_path: Path) -> None:
    folder = two_classes(tmp_path, copies=0)
    put(folder / "dog" / "a cat.jpg", as_jpeg(80)(scene(3, 48)))
    with pytest.warns(UserWarning, match="in two different classes: 1") as caught:
        dataset = load_image_folder(folder)
    assert len(caught) == 1
    assert dataset.notes[0] == str(caught[0].message)
    assert "(first: 'dog/a cat.jpg' is 'cat/3.png')" in dataset.notes[0] or (
        "(first: 'cat/3.png' is 'dog/a cat.jpg')" in dataset.notes[0]
    )
    sides = [{nearest(image) for image in x} for x in (dataset.x_train, dataset.x_test)]
    assert not sides[0] & sides[1]


def test_without_copies_nothing_is_said_and_the_split_is_that_of_the_seed(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset: ImageDataset = load_image_folder(two_classes(tmp_path, copies=0), seed=4)
    assert "again" not in " ".join(dataset.notes)
    for label in range(2):
        places = np.random.default_rng([4, label]).permutation(8)[:2]
        tested = {nearest(image) for image in dataset.x_test[dataset.y_test == label]}
        assert tested == {100 * label + place for place in places}


def classes(**names: int) -> ClassFolders:
    images = {
        name: [Path(f"{name}/{place:03d}") for place in range(count)]
        for name, count in names.items()
    }
    return ClassFolders(Path(), images, ())


def chosen(
    found: ClassFolders, groups: list[list[str]], seed: int = 0
) -> tuple[set[str], set[str]]:
    paths = [[Path(name) for name in group] for group in groups]
    parts = split(found, paths, 0.25, seed, None)
    train, test = ({item.path.as_posix() for item in part} for part in parts)
    assert not train & test
    assert len(train | test) == sum(map(len, found.images.values()))
    return train, test


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_never_divided_and_every_class_is_on_both_sides(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = classes(cat=20, dog=12, fox=5)
    names = [path.as_posix() for paths in found.images.values() for path in paths]
    order = [names[place] for place in rng.permutation(len(names))]
    groups = [order[0:2], order[2:5], order[5:7], order[7:11]]
    train, test = chosen(found, groups, seed)
    for group in groups:
        assert set(group) <= train or set(group) <= test
    for name in found.images:
        for side in (train, test):
            assert any(path.startswith(name) for path in side)


def test_a_group_larger_than_the_test_share_is_trained_on() -> None:
    group = [f"cat/{place:03d}" for place in range(5)]
    train, test = chosen(classes(cat=8, dog=8), [group])
    assert set(group) <= train
    assert len([path for path in test if path.startswith("cat")]) == 2


def test_the_smallest_of_groups_that_are_all_too_large_is_tested_on() -> None:
    groups = [[f"cat/{place:03d}" for place in places] for places in (range(5), range(5, 9))]
    train, test = chosen(classes(cat=9, dog=8), groups)
    assert {path for path in test if path.startswith("cat")} == set(groups[1])
    assert set(groups[0]) <= train


def test_a_class_of_one_picture_is_divided_and_warned_of(tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path / "cat" / f"{number}.jpg", as_jpeg(60 + 10 * number)(scene(0)))
        save(tmp_path / "dog" / f"{number}.png", pixels(number, 96, 96))
    with pytest.warns(UserWarning, match="saved again, resized, or brighter: 1 of 2"):
        load_image_folder(tmp_path)


def test_the_test_images_do_not_depend_on_the_limit(tmp_path: Path) -> None:
    folder = two_classes(tmp_path)
    every, few = load_image_folder(folder), load_image_folder(folder, limit_per_class=2)
    np.testing.assert_array_equal(every.x_test, few.x_test)
    assert np.bincount(few.y_train).tolist() == [2, 2]


def test_a_picture_in_both_training_and_test_raises_a_warning(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=2)
    save(folder / "cat" / "0.png", pixels(77))
    save(folder / "cat" / "1.png", pixels(77))
    with pytest.warns(UserWarning, match="pixel for pixel: 1 of 2") as caught:
        dataset = load_image_folder(folder)
    assert str(caught[0].message) in dataset.notes
    assert Path(caught[0].filename) == Path(__file__)


def test_the_same_picture_in_two_classes_is_reported(tmp_path: Path) -> None:
    image_folder(tmp_path / "train", per_class=2)
    image_folder(tmp_path / "test", per_class=2)
    shutil.copy(tmp_path / "train" / "cat" / "0.png", tmp_path / "test" / "dog" / "1.png")
    save(tmp_path / "test" / "cat" / "0.png", pixels(55))
    with pytest.warns(UserWarning, match="pixel for pixel|two different classes") as caught:
        dataset = load_image_folder(tmp_path)
    warned = [str(warning.message) for warning in caught]
    assert list(dataset.notes[:2]) == warned
    assert "pixel for pixel: 3 of 4" in warned[0]
    assert "in two different classes: 1 (first: 'test/dog/1.png' is 'train/cat/0.png')" in warned[1]


def test_a_missing_package_is_named_and_never_changes_the_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "imagehash", None)
    with pytest.raises(ImportError, match=r"find copies of images.*keras-lateral\[datasets\]"):
        load_image_folder(image_folder(tmp_path))
