"""What belongs together stays together, whoever says that it does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, load_image_folder, load_image_folds
from tests.datasets.image_copies import as_jpeg, scene
from tests.datasets.image_files import image_folder, pixels, save


def patients(root: Path, *places: str, each: int = 3) -> Path:
    """A folder with a few images in each of the places, such as `cat/tom`."""
    for number, place in enumerate(places):
        for image in range(each):
            save(root / place / f"{image}.png", pixels(100 * number + image))
    return root


ILL_AND_WELL = (*(f"ill/a{n}" for n in range(6)), *(f"well/b{n}" for n in range(5)))


def parents(names: tuple[str, ...] | None) -> set[str]:
    return {name.split("/")[1] for name in names or ()}


def noted(dataset: Any) -> str:
    return "\n".join(dataset.notes)


@pytest.mark.parametrize("seed", range(3))
def test_sub_folders_are_groups_on_one_side_and_a_note_says_so(tmp_path: Path, seed: int) -> None:
    dataset = load_image_folder(patients(tmp_path, *ILL_AND_WELL), seed=seed)
    assert not parents(dataset.names_train) & parents(dataset.names_test)
    assert parents(dataset.names_train) | parents(dataset.names_test) == {
        place.split("/")[1] for place in ILL_AND_WELL
    }
    assert np.bincount(dataset.y_test).tolist() == [3, 3]  # one patient of each, about a quarter
    assert (
        "Images of one sub-folder belong together and are never divided between training and test: "
        "11 groups of 3 images (first: 'a0' with 'ill/a0/0.png'). If they do not, say so with "
        "`groups`."
    ) in dataset.notes


def test_a_limit_leaves_the_test_images_of_groups_as_they_are(tmp_path: Path) -> None:
    folder = patients(tmp_path, *ILL_AND_WELL)
    every, few = load_image_folder(folder), load_image_folder(folder, limit_per_class=4)
    assert few.names_test == every.names_test
    assert np.bincount(few.y_train).tolist() == [4, 4]
    assert set(few.names_train or ()) < set(every.names_train or ())


def test_without_groups_sub_folders_are_divided(tmp_path: Path) -> None:
    dataset = load_image_folder(patients(tmp_path, *ILL_AND_WELL), groups=False)
    assert parents(dataset.names_train) & parents(dataset.names_test)
    assert dataset.units_train is None
    assert "belong together" not in noted(dataset)


def test_a_folder_that_holds_all_of_a_class_is_no_group(tmp_path: Path) -> None:
    wrapped = patients(tmp_path / "wrapped", "cat/images", "dog/images/deep")
    assert load_image_folder(wrapped).units_train is None
    deep = patients(
        tmp_path / "deep", *(f"cat/images/{n}" for n in "abc"), "dog/all/x", "dog/all/y"
    )
    dataset = load_image_folder(deep)
    assert dataset.units_train is not None
    assert dataset.units_test is not None
    assert len({*dataset.units_train.tolist(), *dataset.units_test.tolist()}) == 5


NAMED = [f"{name}_{number}.png" for name in ("tom", "kim", "ann", "bob") for number in range(3)]


@pytest.mark.parametrize("groups", [r"(.*)_\d+", lambda path: path.partition("_")[0]])
def test_names_and_functions_make_groups_also_across_classes(tmp_path: Path, groups: Any) -> None:
    for label, name in enumerate(("ill", "well")):
        for number, file in enumerate(NAMED):
            save(tmp_path / name / file, pixels(100 * label + number))
    dataset = load_image_folder(tmp_path, groups=groups)
    sides = [
        {name.split("/")[1].split("_")[0] for name in names or ()}
        for names in (dataset.names_train, dataset.names_test)
    ]
    assert sorted(map(len, sides)) == [1, 3]
    assert not sides[0] & sides[1]
    assert "Images of one group belong together" in noted(dataset)
    assert "4 groups of 6 images (first: 'ann' with 'ill/ann_0.png')" in noted(dataset)
    assert "say so" not in noted(dataset)


def test_folders_of_the_same_name_in_two_classes_are_one_group_if_they_are_groups(
    tmp_path: Path,
) -> None:
    folder = patients(tmp_path, *(f"{c}/p{n}" for c in ("ill", "well") for n in range(4)))
    with pytest.raises(ValueError, match="such as patients, say so with `groups`: 'folders'"):
        load_image_folder(folder)
    data = load_image_folds(folder, groups="folders")
    assert data.folds == 4
    assert data.notes[0] == "There are 4 folds instead of 5, as the class 'ill' has only 4 groups."
    for seed in range(8):
        split = data.split(seed)
        assert not parents(split.names_train) & parents(split.names_test)
        assert np.bincount(split.y_test).tolist() == [3, 3]


def test_copies_and_groups_that_share_an_image_are_one_unit(tmp_path: Path) -> None:
    folder = patients(tmp_path, *ILL_AND_WELL)
    for place in ("ill/a0/copy.png", "ill/a1/copy.png"):
        scene(3, 12).resize((32, 32)).save(folder / place)
    scene(9, 32).save(folder / "well" / "b1" / "c.png")
    as_jpeg(60)(scene(9, 32)).save(folder / "well" / "b2" / "c.jpg")
    data = load_image_folds(folder, folds=3, image_size=12)
    assert data.units is not None
    units: dict[str, set[int]] = {}
    for name, unit in zip(data.names or (), data.units.tolist(), strict=True):
        units.setdefault(name.split("/")[1], set()).add(unit)
    assert all(len(numbers) == 1 for numbers in units.values())
    assert units["a0"] == units["a1"] != units["a2"]
    assert units["b1"] == units["b2"] != units["b3"]
    assert len(set().union(*units.values())) == 9


def existing(root: Path) -> Path:
    for part, start in (("train", 0), ("test", 500)):
        for label, name in enumerate(("ill", "well")):
            for number in range(3):
                for image in range(2):
                    place = root / part / name / f"p{number}" / f"{image}.png"
                    save(place, pixels(start + 100 * label + 10 * number + image))
    return root


def test_groups_across_a_split_that_exists_are_an_alarm_if_they_are_said_to_be_groups(
    tmp_path: Path,
) -> None:
    folder = existing(tmp_path)
    with pytest.warns(UserWarning, match="Groups that are in training and in test: 3"):
        dataset = load_image_folder(folder, groups=r"p(\d)")
    assert dataset.alarms == dataset.notes[:1]
    assert "(first: '0')" in dataset.alarms[0]
    assert dataset.units_train is not None
    assert dataset.units_test is not None
    assert set(dataset.units_train.tolist()) == set(dataset.units_test.tolist())


def test_sub_folders_of_two_parts_are_groups_of_each_part_unless_said_otherwise(
    tmp_path: Path,
) -> None:
    dataset: ImageDataset = load_image_folder(existing(tmp_path))
    assert dataset.alarms == ()
    assert dataset.units_train is not None
    assert dataset.units_test is not None
    assert not set(dataset.units_train.tolist()) & set(dataset.units_test.tolist())
    assert np.bincount(dataset.units_train).tolist() == [4, 4, 4]
    assert "6 groups of 4 images (first: 'train/p0'" in noted(dataset)
    assert "never divided" not in noted(dataset)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ("no_part", r"one part in parentheses, such as '\(\.\*\)_\[0-9\]\+'"),
        ("(a)(b)", "which has not one part in parentheses"),
        ("(a", "which is no regular expression: missing"),
        (True, "Expected 'folders', False, a function.*groups=True"),
        (3, "groups=3"),
        ("folders", "sub-folders in the class folders of .* Found none"),
        ("(tom.*)", "which does not match '0.png', '1.png', '2.png' and 1 more"),
        ("(x)?.*", "does not match"),
    ],
)
def test_groups_that_cannot_be_found_are_refused(tmp_path: Path, groups: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"(?s)Invalid value for argument `groups`.*{words}"):
        load_image_folder(image_folder(tmp_path, per_class=4), groups=groups)


def test_folders_of_one_image_each_are_not_worth_a_note(tmp_path: Path) -> None:
    folder = patients(tmp_path, *ILL_AND_WELL, each=1)
    assert "belong together" not in noted(load_image_folds(folder))
    assert "11 groups of 1 image" in noted(load_image_folds(folder, groups="folders"))
    assert load_image_folds(folder, groups="folders").units is None


def test_a_function_may_leave_images_alone(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=6)
    data = load_image_folds(folder, groups=lambda path: "a" if path in ("0.png", "1.png") else None)
    assert data.units is not None
    assert sorted(np.bincount(data.units).tolist()) == [1] * 8 + [4]
    assert "1 group of 4 images (first: 'a' with 'cat/0.png')" in noted(data)


def test_a_class_of_one_group_is_named_with_what_to_do(tmp_path: Path) -> None:
    folder = patients(tmp_path, "ill/a0", "ill/a1", "well/b0")
    words = (
        "class '.*well' to train on some and test on others: 3 images in 1 group, none of which is "
        "divided .*Add images of other groups, or say with `groups`"
    )
    for load in (load_image_folder, load_image_folds):
        with pytest.raises(ValueError, match=words):
            load(folder)
    assert len(load_image_folder(folder, groups=False).x_test) == 3
