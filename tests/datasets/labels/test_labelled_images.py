"""A CSV file of paths and labels: read as the same images in class folders are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import ImageFolds, load_image_folder, load_labelled_images
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.image_folds import images_of_folder
from keras_lateral.datasets.labels.columns import as_asked
from keras_lateral.datasets.labels.labelled_images import images_of_labels
from tests.datasets.image_files import image_folder, pixels, save

NONE = as_asked(None, None, None, None)


def flat(root: Path, per_class: int = 4) -> Path:
    """A folder of cats and dogs without class folders, `a0.png` to `b3.png`."""
    for label, letter in enumerate("ab"):
        for number in range(per_class):
            save(root / f"{letter}{number}.png", pixels(100 * label + number))
    return root


def lines_of(per_class: int = 4, ending: str = ".png", delimiter: str = ",") -> list[str]:
    return [
        f"{letter}{number}{ending}{delimiter}{name}"
        for letter, name in (("a", "cat"), ("b", "dog"))
        for number in range(per_class)
    ]


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def same(first: Any, second: Any) -> None:
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_table_of_class_folders_gives_what_the_folders_give(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "photos", per_class=8)
    rows = [f"{name}/{number}.png,{name}" for name in ("dog", "cat") for number in range(8)]
    table = write(tmp_path / "labels.csv", "path,label", *rows)
    expected, found = load_image_folder(folder), load_labelled_images(table, folder)
    same(expected, found)
    assert (expected.names_test, expected.class_names) == (found.names_test, found.class_names)
    folds = images_of_labels(table, folder, NONE, FolderOptions())
    of_folder = images_of_folder(folder, FolderOptions())
    assert isinstance(folds, ImageFolds)
    assert isinstance(of_folder, ImageFolds)
    np.testing.assert_array_equal(folds.x, of_folder.x)
    np.testing.assert_array_equal(folds.tested(3), of_folder.tested(3))


def test_labels_that_differ_in_capital_letters_alone_are_noted(tmp_path: Path) -> None:
    rows = [row.replace("cat", "Dog") for row in lines_of()]
    table = write(flat(tmp_path) / "labels.csv", "path,label", *rows)
    (note,) = [n for n in load_labelled_images(table).notes if "capital letters" in n]
    assert (
        note == "The labels 'Dog' and 'dog' differ in capital letters alone, and are two classes."
    )


@pytest.mark.parametrize(
    ("header", "delimiter", "ending"),
    [
        (None, ",", ".png"),
        (None, " ", ""),
        ("file,label", ";", ".png"),
        ("Filename,Class", "\t", ""),
        ("image,category", "|", ".png"),
        ("image_id,target", ",", ""),
        ("x,y", ",", ""),
    ],
)
def test_columns_delimiters_and_ids_are_told(
    tmp_path: Path, header: str | None, delimiter: str, ending: str
) -> None:
    folder = flat(tmp_path / "photos")
    rows = lines_of(ending=ending, delimiter=delimiter)
    top = [] if header is None else [header.replace(",", delimiter)]
    images = load_labelled_images(write(folder / "labels.csv", *top, *rows, ""))
    assert images.class_names == ("cat", "dog")
    assert len(images.x_train) + len(images.x_test) == 8
    names = [*(images.names_train or ()), *(images.names_test or ())]
    labels = [*images.y_train.tolist(), *images.y_test.tolist()]
    assert all((name[0] == "b") == label for name, label in zip(names, labels, strict=True))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_an_encoding_and_quotation_marks_are_read(tmp_path: Path, encoding: str) -> None:
    folder = flat(tmp_path / "photos")
    save(folder / "Füchse, alle.png", pixels(500))
    rows = [*lines_of(), '"Füchse, alle.png","Füchse, ""alle"""', 'a0.png,"cat"']
    save(folder / "f.png", pixels(501))
    rows.append('f.png,"Füchse, ""alle"""')
    table = write(folder / "labels.csv", "path,label", *rows, encoding=encoding)
    images = load_labelled_images(table)
    assert images.class_names == ('Füchse, "alle"', "cat", "dog")
    assert "named more than once, with the same label: 1 row" in "\n".join(images.notes)


def test_a_name_is_found_in_a_sub_folder_and_with_backslashes(tmp_path: Path) -> None:
    flat(tmp_path / "photos" / "part 1")
    rows = [*lines_of(ending=""), "part 1\\a0.png,cat"]
    images = load_labelled_images(
        write(tmp_path / "labels.csv", "image_id,label", *rows), tmp_path / "photos"
    )
    assert set(images.names_test or ()) <= {f"part 1/{a}{n}.png" for a in "ab" for n in range(4)}


def test_numbers_are_classes_in_their_order(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos", per_class=6)
    rows = [f"{'ab'[n // 6]}{n % 6}.png,{(2, 10, 1)[n % 3]}" for n in range(12)]
    images = load_labelled_images(write(folder / "labels.csv", *rows))
    assert images.class_names == ("1", "2", "10")


def test_a_column_says_the_split(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos", per_class=6)
    words = ["Train", "training", "train", "val", "test", "holdout"]
    rows = [f"{line},{words[n % 6]}" for n, line in enumerate(lines_of(6))]
    table = write(folder / "labels.csv", "file,label,split", *rows)
    images = load_labelled_images(table)
    assert images.names_train == ("a0.png", "a1.png", "a2.png", "b0.png", "b1.png", "b2.png")
    assert images.names_test == ("a4.png", "a5.png", "b4.png", "b5.png")
    assert images.x_validation is not None
    np.testing.assert_array_equal(images.x_validation, [pixels(3), pixels(103)])
    assert "Divided as found, as the column 'split' says." in images.notes
    without = load_labelled_images(table, split=False)
    assert (without.x_validation, len(without.x_test)) == (None, 4)
    assert "not used: 'split'" in "\n".join(without.notes)
    other = images_of_labels(table, folder, NONE, FolderOptions())
    same(images, other)
    with pytest.raises(ValueError, match="has images for testing of its own: Divided as found"):
        images_of_labels(table, folder, NONE, FolderOptions(), folds=2)


def test_without_a_test_part_the_validation_images_are_tested(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos")
    rows = [f"{line},{'valid' if n % 4 > 1 else 'train'}" for n, line in enumerate(lines_of())]
    images = load_labelled_images(write(folder / "a.csv", "file,label,subset", *rows))
    assert images.names_test == ("a2.png", "a3.png", "b2.png", "b3.png")
    assert "Do not choose settings by them" in "\n".join(images.notes)


def test_a_column_of_other_words_is_no_split(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos")
    rows = [f"{line},{n}" for n, line in enumerate(lines_of())]
    images = load_labelled_images(write(folder / "labels.csv", "file,label,set", *rows))
    assert "not used: 'set'" in "\n".join(images.notes)


def test_images_of_a_group_stay_on_one_side(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos", per_class=8)
    rows = [f"{line},{'' if n % 8 == 7 else n % 8 // 2}" for n, line in enumerate(lines_of(8))]
    table = write(folder / "labels.csv", "file,label,patient_id", *rows)
    for seed in range(5):
        images = load_labelled_images(table, seed=seed)
        assert images.units_train is not None
        assert images.units_test is not None
        assert not set(images.units_train.tolist()) & set(images.units_test.tolist())
        assert len({*images.units_train.tolist(), *images.units_test.tolist()}) == 6
    assert load_labelled_images(table, group=False).units_train is None
    by_name = load_labelled_images(table, groups=lambda path: "one" if path[1] < "4" else None)
    assert by_name.units_train is not None
    assert len(set(by_name.units_train.tolist())) < len(by_name.units_train)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_ends_of_lines_of_other_systems_are_read(tmp_path: Path, end: str) -> None:
    folder = flat(tmp_path)
    path = folder / "labels.csv"
    path.write_bytes(end.join(["path,label", *lines_of()]).encode())
    same(load_labelled_images(path), load_labelled_images(write(folder / "l.csv", *lines_of())))


def test_a_folder_is_searched_in_any_spelling_and_that_of_the_table_is_not(tmp_path: Path) -> None:
    flat(tmp_path / "photos" / "part")
    (tmp_path / "other").mkdir()
    save(tmp_path / "elsewhere" / "c0.png", pixels(400))
    spelled = tmp_path / "other" / ".." / "photos"
    rows = [*lines_of(ending=""), "part/a0.png,cat"]  # twice the same file
    images = load_labelled_images(write(tmp_path / "labels.csv", *rows), spelled)
    assert len(images.x_train) + len(images.x_test) == 8
    with pytest.raises(ValueError, match="there is no file 'c0' in '.*photos' or '"):
        load_labelled_images(write(tmp_path / "labels.csv", *rows, "c0,dog"), spelled)


def test_a_class_may_be_called_as_nothing_is_asked_for(tmp_path: Path) -> None:
    folder = flat(tmp_path)
    rows = [line.replace("cat", "none") for line in lines_of(ending="")]
    assert len(load_labelled_images(write(folder / "l.csv", *rows)).x_train) == 6
