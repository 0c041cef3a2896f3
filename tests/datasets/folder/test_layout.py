from pathlib import Path

import pytest

from keras_lateral.datasets import load_image_folder
from keras_lateral.datasets.folder.layout import Layout, find_layout
from tests.datasets.image_files import pixels, save

pytestmark = pytest.mark.home

SPLIT = ("train/cat", "train/dog", "test/cat", "test/dog")


def laid_out(root: Path, *places: str) -> Path:
    """A folder with an image in each of the places; one that ends in / stays empty."""
    for number, place in enumerate(places):
        if place.endswith("/"):
            (root / place).mkdir(parents=True)
        else:
            save(root / place / "0.png", pixels(number))
            save(root / place / "1.png", pixels(1000 + number))
    return root


def found(layout: Layout) -> dict[str, list[str]]:
    """The class folders of each part, below the root."""
    return {
        role: sorted({path.parent.as_posix() for paths in part.images.values() for path in paths})
        for role, part in layout.parts.items()
    }


def relative_to(root: Path, **parts: tuple[str, ...]) -> dict[str, list[str]]:
    return {role: [(root / place).as_posix() for place in places] for role, places in parts.items()}


LAYOUTS = {
    "classes": (("cat", "dog"), {"train": ("cat", "dog")}),
    "a class named like a part": (("bus", "car", "train"), {"train": ("bus", "car", "train")}),
    "classes with one folder inside each": (
        ("cat/images", "dog/images"),
        {"train": ("cat/images", "dog/images")},
    ),
    "classes with their own folders inside": (
        ("cat/old", "cat/new", "dog/old", "dog/tall"),
        {"train": ("cat/new", "cat/old", "dog/old", "dog/tall")},
    ),
    "something beside": (
        (*SPLIT, "annotations/", "extra", "other/cat", "other/dog"),
        {"train": ("train/cat", "train/dog"), "test": ("test/cat", "test/dog")},
    ),
    "three parts": (
        (*SPLIT, "Valid/cat", "Valid/dog"),
        {
            "train": ("train/cat", "train/dog"),
            "validation": ("Valid/cat", "Valid/dog"),
            "test": ("test/cat", "test/dog"),
        },
    ),
    "no test": (
        ("training/cat", "training/dog", "dev/cat", "dev/dog"),
        {"train": ("training/cat", "training/dog"), "test": ("dev/cat", "dev/dog")},
    ),
    "eval": (
        ("train/cat", "train/dog", "eval/cat", "eval/dog", "val/cat", "val/dog"),
        {
            "train": ("train/cat", "train/dog"),
            "validation": ("val/cat", "val/dog"),
            "test": ("eval/cat", "eval/dog"),
        },
    ),
    "names with more in them, and folders around": (
        ("seg_train/seg_train/cat", "seg_train/seg_train/dog", "seg_test/cat", "seg_test/dog"),
        {
            "train": ("seg_train/seg_train/cat", "seg_train/seg_train/dog"),
            "test": ("seg_test/cat", "seg_test/dog"),
        },
    ),
    "an unlabelled test": (
        ("train/cat", "train/dog", "test"),
        {"train": ("train/cat", "train/dog")},
    ),
    "an unlabelled test in a folder, and a val": (
        ("train/cat", "train/dog", "val/cat", "val/dog", "test/images"),
        {"train": ("train/cat", "train/dog"), "test": ("val/cat", "val/dog")},
    ),
    "train alone": (("train/cat", "train/dog"), {"train": ("train/cat", "train/dog")}),
    "a split in each class": (
        ("cat/train", "cat/test", "dog/train", "dog/test"),
        {"train": ("cat/train", "dog/train"), "test": ("cat/test", "dog/test")},
    ),
    "hidden folders and those of a system": (
        ("cat", "dog", ".thumbs", "__MACOSX", "@eaDir"),
        {"train": ("cat", "dog")},
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_told_by_names_and_by_what_repeats(tmp_path: Path, name: str) -> None:
    places, expected = LAYOUTS[name]
    layout = find_layout(laid_out(tmp_path, *places))
    wanted = {role: sorted(folders) for role, folders in relative_to(tmp_path, **expected).items()}
    assert found(layout) == wanted


UNCLEAR = {
    "names that say nothing": (
        ("fold1/cat", "fold1/dog", "fold2/cat", "fold2/dog"),
        "'.*fold1' and '.*fold2' hold folders of the same names, 'cat' and 'dog'.*'train'.*'test'",
    ),
    "one name that says nothing": (
        ("train/cat", "train/dog", "rest/cat", "rest/dog"),
        "'.*train' and '.*rest' hold folders of the same names",
    ),
    "test without train": (
        ("test/cat", "test/dog", "photos/cat", "photos/dog"),
        "name the one to train on 'train'",
    ),
    "masks beside images": (
        ("images/cat", "images/dog", "masks/cat", "masks/dog"),
        "or pass the path of one of them",
    ),
    "a class that may be a part": (
        ("train/steam", "train/diesel", "bus", "car"),
        "unclear what the classes in .* are: '.*train' holds the folders 'diesel' and 'steam'",
    ),
    "two folders to train on": (
        ("train1/cat", "train1/dog", "train2/cat", "train2/dog", "test/cat", "test/dog"),
        "Expected one folder for the training images .*Name the one to use 'train'",
    ),
    "parts without classes": (
        ("train", "test"),
        "parts of a split by their names. Found 2 images in '.*test', 2 images in '.*train'",
    ),
    "a class in one part only": (
        ("train/cat", "train/dog", "test/cat"),
        "Found in only one of them: '.*train/dog'",
    ),
    "a class without its parts": (
        ("cat/train", "cat/test", "dog/train", "dog/test", "fox"),
        "Expected the folders 'test' and 'train' in each class folder.*fox': 2 images",
    ),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_an_unclear_layout_is_an_error_that_says_what_to_name_how(
    tmp_path: Path, name: str
) -> None:
    places, words = UNCLEAR[name]
    with pytest.raises(ValueError, match=words):
        load_image_folder(laid_out(tmp_path, *places))


def test_what_lies_beside_a_split_is_named(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, *SPLIT, "annotations/", "extra", "other/cat", "other/dog")
    save(folder / "cover.png", pixels(9))
    notes = " ".join(find_layout(folder).notes)
    assert "'annotations' (no images), 'extra' (2 images), 'other' (the folders 'cat' and" in notes
    assert "Images beside the folders, which belong to no class, left out: 1." in notes


def test_an_unlabelled_test_folder_is_said_to_be_one(tmp_path: Path) -> None:
    notes = find_layout(laid_out(tmp_path, "train/cat", "train/dog", "test")).notes
    assert notes[0] == "Only 'train' holds class folders: it is divided for testing."
    assert notes[1] == (
        "'test' holds 2 images and no class folders: it has no labels, and is not used."
    )


def test_it_is_said_what_the_validation_images_are_for(tmp_path: Path) -> None:
    three = laid_out(tmp_path / "three", *SPLIT, "val/cat", "val/dog")
    assert find_layout(three).notes[0] == (
        "Divided as found: trained on 'train', tested on 'test'; 'val' is kept apart for "
        "validation (`x_validation`), neither trained nor tested on."
    )
    two = laid_out(tmp_path / "two", "train/cat", "train/dog", "val/cat", "val/dog")
    assert "tested on 'val', as no other folder" in find_layout(two).notes[0]
