"""What is wrong with a table of labels is said with its lines, all at once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import load_labelled_images
from tests.datasets.labels.test_labelled_images import flat, lines_of, same, write

GOOD = lines_of()
CATS_TESTED = [f"{line},{'test' if n < 2 else 'train'}" for n, line in enumerate(GOOD)]


def read(root: Path, *lines: str, encoding: str = "utf-8", **options: Any) -> Any:
    return load_labelled_images(write(flat(root) / "l.csv", *lines, encoding=encoding), **options)


CASES: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "missing files": (
        ["path,label", *GOOD, "c.png,cat", "", "d.png,dog"],
        {},
        r"2 problems in '.*l.csv':\n- line 10: there is no file 'c.png' in '.*'\n- line 12: .*'d",
    ),
    "no label": (["path,label", "a0.png,", *GOOD[1:]], {}, "- line 2: it has no label"),
    "no path": (["path,label", *GOOD, ",cat"], {}, "- line 10: it has no path"),
    "two labels": (
        ["path,label", *GOOD, "./a1.png,dog"],
        {},
        "- line 10: './a1.png' has the label 'dog', and 'cat' in line 3",
    ),
    "two parts": (
        ["path,label,split", *(f"{line},train" for line in GOOD), "a1.png,cat,test"],
        {},
        "- line 10: 'a1.png' has the part 'test', and 'train' in line 3",
    ),
    "unknown part": (
        ["path,label,split", *(f"{line},{'train' if n else 'A'}" for n, line in enumerate(GOOD))],
        {},
        "- line 2: expected one of train, val, test as the split, not 'A'",
    ),
    "a class without test images": (
        ["path,label,split", *CATS_TESTED],
        {},
        "each class in each part of the split in .*'dog' has no test images",
    ),
    "cells": (
        ["path,label", *GOOD, "a,0.png,cat"],
        {},
        r"- line 10: 3 cells, where most have 2\n.*The delimiter is taken to be a comma",
    ),
    "cells, and a file that is missing": (
        ["path,label", "a0.png", "c.png,cat", *GOOD, "b0.png,"],
        {},
        r"3 problems in '.*l.csv':\n- line 2: 1 cell, where most have 2\n- line 3: there is no "
        r"file 'c.png' in '.*'\n- line 12: it has no label\nCorrect .* The delimiter is",
    ),
    "cells, and columns that cannot be told": (
        ["x,y,z", *(f"{line},1" for line in GOOD), "a0.png"],
        {},
        r"1 problem in '.*l.csv':\n- line 10: 1 cell, where most have 3\n[^\n]*\n.*"
        r"which column",
    ),
    "cells of the header": (
        ["path,label,", *GOOD],
        {"label": "label"},
        r"1 problem in '.*l.csv':\n- line 1: 3 cells, where most have 2\n[^\n]*marks.$",
    ),
    "one column": (["path", "a0.png", "a1.png"], {}, "no delimiter .* divides its lines"),
    "an unknown column": (
        ["path,label", *GOOD],
        {"label": "kind"},
        "Expected a column of .*: 'path'",
    ),
    "two columns of labels": (
        ["path,label,class", *(f"{line},1" for line in GOOD)],
        {},
        "which column of .* holds the labels. Say with `label` which of these it is: 'path'",
    ),
    "many columns": (
        ["x,y,z", *(f"{line},1" for line in GOOD)],
        {},
        "holds the labels. Say with `label` which of these it is: 'x', 'y', 'z'",
    ),
    "no column of paths": (
        ["x,y", "c0,cat", "c1,dog"],
        {},
        "holds the paths: none names files that are there. Line 1 is 'x', 'y'.",
    ),
    "one class": (["path,label", *GOOD[:4]], {}, "Expected two classes or more in .*one: 'cat'"),
    "only a header": (["path,label"], {}, "holds only a header"),
    "nothing": (["", ""], {}, "it is empty"),
    "one image of a class": (
        ["path,label", *GOOD[:5]],
        {},
        r"Too few images of the class 'dog' in '.*l.csv' to train",
    ),
    "a truth value": (["path,label", *GOOD], {"path": True}, "name of a column or its number"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, case: str) -> None:
    lines, options, message = CASES[case]
    with pytest.raises(ValueError, match=message):
        read(tmp_path / "photos", *lines, **options)


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"line 2 is not in UTF-8 \(byte 0xfc\). Save it as UTF-8"):
        read(tmp_path, "path,label", "a0.png,Füchse", encoding="latin-1")


def test_a_spreadsheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a spreadsheet or an archive; save it as CSV"):
        read(tmp_path, "PK\x03\x04")


@pytest.mark.parametrize("place", ["labels", "folder"])
def test_what_is_not_there_is_named(tmp_path: Path, place: str) -> None:
    table = write(tmp_path / "l.csv", *GOOD)
    given = {"labels": table, "folder": tmp_path, place: tmp_path / "nowhere"}
    with pytest.raises(ValueError, match=f"`{place}`.*It does not exist"):
        load_labelled_images(**given)
    given[place] = tmp_path if place == "labels" else table
    with pytest.raises(ValueError, match=f"`{place}`.*It is a (file|folder)"):
        load_labelled_images(**given)


def test_a_name_that_may_be_two_files_is_an_error(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos" / "one")
    flat(folder.parent / "two")
    with pytest.raises(ValueError, match="'a0.png' may be any of '.*one/a0.png', '.*two/a0.png'"):
        load_labelled_images(write(tmp_path / "l.csv", *GOOD), tmp_path / "photos")


def test_images_without_a_label_are_noted(tmp_path: Path) -> None:
    images = load_labelled_images(
        write(tmp_path / "l.csv", "path,label", *GOOD[1:]), flat(tmp_path / "photos")
    )
    assert "Images in the folder that have no label, left out: 1 ('" in "\n".join(images.notes)


def test_damaged_files_are_named_or_left_out(tmp_path: Path) -> None:
    folder = flat(tmp_path / "photos")
    (folder / "a1.png").write_bytes(b"")
    table = write(folder / "l.csv", *GOOD)
    with pytest.raises(ValueError, match="1 of 8 images in .* cannot be read"):
        load_labelled_images(table)
    with pytest.warns(UserWarning, match="The class 'cat' has lost 1 of 4"):
        images = load_labelled_images(table, skip_damaged=True)
    assert len(images.x_train) + len(images.x_test) == 7


def test_one_hot_columns_are_labels(tmp_path: Path) -> None:
    folder = flat(tmp_path)
    rows = [
        f"{letter}{n},{x}" for letter, x in (("a", "1.0,0.0"), ("b", "0.0,1.0")) for n in range(4)
    ]
    images = load_labelled_images(write(folder / "truth.csv", "image,MEL,NV", *rows))
    assert images.class_names == ("MEL", "NV")
    same(images, load_labelled_images(write(folder / "l.csv", *GOOD)))


def test_columns_may_be_numbers(tmp_path: Path) -> None:
    folder = flat(tmp_path)
    rows = [f"{n},{','.join(reversed(line.split(',')))}" for n, line in enumerate(GOOD)]
    table = write(folder / "l.csv", *rows)
    expected = load_labelled_images(write(folder / "m.csv", *GOOD))
    same(expected, load_labelled_images(table, path=3, label="2"))
    with pytest.raises(ValueError, match="`label`. Expected a column of .*: a number from 1 to 3"):
        load_labelled_images(table, label=4)


def test_a_data_frame_is_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = flat(tmp_path)
    cells = [tuple(line.split(",")) for line in GOOD]

    def frame(rows: Any) -> Any:
        return SimpleNamespace(columns=["path", "label"], itertuples=lambda index, name: iter(rows))

    expected = load_labelled_images(write(folder / "m.csv", *GOOD))
    same(expected, load_labelled_images(frame(cells), folder))
    monkeypatch.chdir(folder)
    same(expected, load_labelled_images(frame(cells)))
    with pytest.raises(ValueError, match="in the SimpleNamespace:\n- row 9: it has no label"):
        load_labelled_images(frame([*cells, ("a0.png", np.nan)]))
