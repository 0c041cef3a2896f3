"""A folder without test images of its own is used whole."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, ImageFolds, load_image_folder, load_image_folds
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.image_folds import images_of_folder
from tests.datasets.image_copies import as_jpeg, scene
from tests.datasets.image_files import image_folder, pixels, save


def test_five_seeds_test_every_file_once_and_each_pixel_arrives(tmp_path: Path) -> None:
    data = load_image_folds(image_folder(tmp_path, per_class=8))
    assert repr(data).endswith("16 images in 5 folds, (12, 12, 3) uint8, 2 classes>")
    assert (data.name, data.source, data.class_names) == (
        tmp_path.name,
        "image folder",
        ("cat", "dog"),
    )
    tested: list[str] = []
    for seed in range(5):
        split = data.split(seed)
        for x, names in ((split.x_train, split.names_train), (split.x_test, split.names_test)):
            for image, name in zip(x, names or (), strict=True):
                number = int(Path(name).stem) + (100 if name.startswith("dog") else 0)
                np.testing.assert_array_equal(image, pixels(number))
        tested += split.names_test or ()
    assert sorted(tested) == sorted(f"{c}/{n}.png" for c in ("cat", "dog") for n in range(8))
    assert data.units is None
    assert data.notes == (
        "Divided anew by each seed: it tests one of 5 parts and trains on the other 4, so that 5 "
        "seeds would test each of the 16 images once.",
        "There are 16 images: each is 6.2 points of the accuracy on all of them, and small "
        "differences will not be seen.",
    )


def test_the_pixels_are_those_of_a_folder_that_is_divided_once(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=8)
    save(folder / "cat" / "large.png", pixels(9, 40, 20))
    once, anew = load_image_folder(folder), load_image_folds(folder)
    images = dict(zip(anew.names or (), anew.x, strict=True))
    for x, names in ((once.x_train, once.names_train), (once.x_test, once.names_test)):
        np.testing.assert_array_equal(x, [images[name] for name in names or ()])


def test_few_images_make_few_folds_and_a_note_says_so(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=6)
    for number in range(4, 6):
        (folder / "dog" / f"{number}.png").unlink()
    data = load_image_folds(folder)
    assert data.folds == 4
    assert data.notes[0] == "There are 4 folds instead of 5, as the class 'dog' has only 4 images."
    with pytest.raises(
        ValueError, match=r"class '.*dog' for 5 folds: 4 images. Choose fewer `fold"
    ):
        load_image_folds(folder, folds=5)
    assert load_image_folds(folder, folds=4).notes[0].startswith("Divided anew")


def test_copies_stay_in_one_fold_and_two_labels_are_the_only_alarm(tmp_path: Path) -> None:
    for label, name in enumerate(("cat", "dog")):
        for number in range(6):
            (tmp_path / name).mkdir(exist_ok=True)
            picture = scene(100 * label + number, 48)
            picture.save(tmp_path / name / f"{number}.png")
            as_jpeg(70)(picture).save(tmp_path / name / f"{number} (1).jpg")
    as_jpeg(80)(scene(3, 48)).save(tmp_path / "dog" / "a cat.jpg")
    with pytest.warns(UserWarning, match="in two different classes: 1") as caught:
        data = load_image_folds(tmp_path)
    assert Path(caught[0].filename) == Path(__file__)
    assert data.alarms == data.notes[:1] == (str(caught[0].message),)
    assert "Copies among the 25 images (the same, saved again" in data.notes[1]
    assert "13 images of 12 pictures, and kept in one fold" in data.notes[1]
    for seed in range(10):
        split = data.split(seed)
        assert split.alarms == data.alarms
        stems = [
            {Path(name).stem.removesuffix(" (1)") + name[:3] for name in names or ()}
            for names in (split.names_train, split.names_test)
        ]
        assert not stems[0] & stems[1]
        sides = [{"3cat", "a catdog"} <= side for side in stems]
        assert sorted(sides) == [False, True]


def test_a_limit_is_one_of_training_alone(tmp_path: Path) -> None:
    data = load_image_folds(image_folder(tmp_path, per_class=10), limit_per_class=3, seed=1)
    assert (data.limit_per_class, data.seed, len(data.x)) == (3, 1, 20)
    assert np.bincount(data.split(2).y_train).tolist() == [3, 3]
    assert np.bincount(data.split(2).y_test).tolist() == [2, 2]
    assert "and trains on at most 3 images of each class of the other 4, so" in data.notes[0]


def test_unequal_classes_are_noted(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=6)
    for number in range(12):
        save(folder / "cat" / f"more{number}.png", pixels(200 + number))
    assert load_image_folds(folder).notes[-1] == (
        "The classes have 6 to 18 images: accuracy counts the large classes more."
    )


def split_folder(root: Path) -> Path:
    image_folder(root / "train", per_class=3)
    for number, name in enumerate(("cat", "dog")):
        save(root / "test" / name / "a.png", pixels(50 + number))
    return root


@pytest.mark.parametrize(
    ("split", "options", "expected"),
    [
        (False, {}, ImageFolds),
        (False, {"folds": 2}, ImageFolds),
        (False, {"test_share": 0.5}, ImageDataset),
        (True, {}, ImageDataset),
        (True, {"test_share": 0.5}, ImageDataset),
    ],
)
def test_a_split_that_exists_or_is_asked_for_is_kept_by_every_seed(
    tmp_path: Path, split: bool, options: dict[str, Any], expected: type
) -> None:
    folder = split_folder(tmp_path) if split else image_folder(tmp_path)
    data = images_of_folder(folder, FolderOptions(), **options)
    assert type(data) is expected
    if isinstance(data, ImageDataset):
        assert len(data.x_test) == (2 if split else 4)


def test_folds_of_a_folder_with_test_images_are_refused(tmp_path: Path) -> None:
    words = r"`folds`. The folder '.*' has images for testing of its own: Divided as found: trained"
    with pytest.raises(ValueError, match=words):
        load_image_folds(split_folder(tmp_path))
    with pytest.raises(ValueError, match=words):
        images_of_folder(tmp_path, FolderOptions(), folds=3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"folds": 1}, "`folds`. Expected an integer of at least 2"),
        ({"image_size": 0}, "`image_size`"),
        ({"groups": "x"}, "`groups`"),
        ({"seed": -1}, "`seed`"),
        ({"limit_per_class": 0}, "`limit_per_class`"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        load_image_folds(image_folder(tmp_path), **options)
    with pytest.raises(ValueError, match="path="):
        load_image_folds(tmp_path / "nowhere")
