"""What the library itself wrote among somebody's images is never one of their classes."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, load_image_folder
from tests.datasets.image_files import image_folder, pixels, save

pytestmark = pytest.mark.home

RESULTS = Path(__file__).parents[2] / "saved_before" / "files" / "results"


def put_results(folder: Path) -> None:
    """Puts results where the command writes them by default, and where a user may want them."""
    shutil.copytree(RESULTS / "comparison", folder / "keras-lateral-results" / "digits-1a2b3c4d")
    shutil.copytree(RESULTS / "comparison", folder / "my results")
    shutil.copy(RESULTS / "comparison.json", folder / "all.json")
    (folder / "page.html").write_text("<html></html>")


def same(first: ImageDataset, second: ImageDataset) -> bool:
    parts = ("x_train", "y_train", "x_test", "y_test")
    return first.class_names == second.class_names and all(
        np.array_equal(getattr(first, part), getattr(second, part)) for part in parts
    )


@pytest.mark.parametrize("place", ["", "cat"])
def test_results_among_the_images_change_nothing(tmp_path: Path, place: str) -> None:
    root = image_folder(tmp_path / "photos", per_class=4)
    before = load_image_folder(root)
    put_results(root / place)
    assert same(load_image_folder(root), before)


def test_results_beside_a_split_change_nothing(tmp_path: Path) -> None:
    image_folder(tmp_path / "photos" / "train", per_class=3)
    for number, name in enumerate(("cat", "dog")):
        save(tmp_path / "photos" / "test" / name / "0.png", pixels(1000 + number))
    before = load_image_folder(tmp_path / "photos")
    put_results(tmp_path / "photos")
    put_results(tmp_path / "photos" / "train")
    assert same(load_image_folder(tmp_path / "photos"), before)
