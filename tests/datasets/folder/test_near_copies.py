"""Copies of a picture that were saved again, resized or made brighter."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets.folder.looks import Looks, looks_of
from keras_lateral.datasets.folder.near_copies import groups_of_copies
from tests.datasets.image_copies import as_jpeg, brighter, grey, half, scene
from tests.datasets.image_files import Image, pixels

pytestmark = pytest.mark.home

PHOTOS = 300


def sheet(path: Path) -> Any:
    array = np.asarray(Image.open(path).convert("RGB"))
    rows, columns = array.shape[0] // 32, array.shape[1] // 32
    return array.reshape(rows, 32, columns, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)


@pytest.fixture(scope="module")
def photos(real_root: Path) -> list[Any]:
    """Real photos, which are as small as photos get."""
    return [Image.fromarray(image) for image in sheet(real_root / "cifar10" / "test_2000.webp")]


# A way to copy, and the least share that is found of real photos of 32 x 32 pixels.
COPIES: dict[str, tuple[Callable[[Any], Any], float]] = {
    "saved again at quality 50": (as_jpeg(50), 0.99),
    "saved again at quality 75": (as_jpeg(75), 1.0),
    "saved again at quality 90": (as_jpeg(90), 1.0),
    "of half the size": (half, 0.99),
    "brighter": (brighter, 0.97),
    "grey": (grey, 1.0),
}


def found_and_wrong(images: list[Any], copies: list[Any]) -> tuple[float, int]:
    """The share of copies that are found, and the number of groups of different pictures."""
    looks = [looks_of(image) for image in [*images, *copies]]
    groups = groups_of_copies(looks)
    together = {place: number for number, group in enumerate(groups) for place in group}
    count = len(images)
    found = sum(together.get(p, -1) == together.get(p + count, -2) for p in range(count))
    return found / count, sum(len({place % count for place in group}) > 1 for group in groups)


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_real_photos_are_found_and_no_other_photos(photos: list[Any], name: str) -> None:
    copy, least = COPIES[name]
    some = photos[::7][:PHOTOS]
    found, wrong = found_and_wrong(some, [copy(image) for image in some])
    assert found >= least
    assert wrong == 0


@pytest.mark.parametrize("name", COPIES)
def test_every_copy_of_a_larger_picture_is_found(name: str) -> None:
    scenes = [scene(number) for number in range(30)]
    assert found_and_wrong(scenes, [COPIES[name][0](image) for image in scenes]) == (1.0, 0)


def test_two_thousand_real_photos_are_called_two_thousand_pictures(photos: list[Any]) -> None:
    assert groups_of_copies([looks_of(image) for image in photos]) == []


@pytest.mark.slow
def test_real_photos_that_are_there_twice_are_found(real_root: Path) -> None:
    """Of CIFAR-100's test images, two are there twice, and two more as near copies: looked at."""
    images = sheet(real_root / "cifar100" / "test.webp")
    groups = groups_of_copies([looks_of(Image.fromarray(image)) for image in images])
    equal, near = [[269, 3544], [5533, 7279]], [[4523, 4553], [6722, 6770]]
    assert groups == sorted([*equal, *near])


def test_flat_pictures_and_tiny_ones_are_copies_only_if_they_are_equal() -> None:
    rng = np.random.default_rng(0)
    flat = [Image.fromarray(rng.integers(100, 104, (64, 64, 3), np.uint8)) for _ in range(5)]
    assert groups_of_copies([looks_of(image) for image in [*flat, flat[2]]]) == [[2, 5]]
    tiny = [Image.fromarray(pixels(0, 12, 12)), Image.fromarray(pixels(0, 12, 12) // 2)]
    assert groups_of_copies([looks_of(image) for image in tiny]) == []


def test_the_same_shapes_in_other_colours_are_other_pictures() -> None:
    array = np.asarray(scene(3))
    red = Image.fromarray(np.stack([array[..., 1], array[..., 1] // 4, array[..., 1] // 4], -1))
    blue = Image.fromarray(np.stack([array[..., 1] // 4, array[..., 1] // 4, array[..., 1]], -1))
    assert groups_of_copies([looks_of(image) for image in (red, blue)]) == []


def test_two_pictures_of_one_scene_are_two_pictures() -> None:
    """A small thing in front of the same background tells them apart."""
    one, two = np.array(scene(5)), np.array(scene(5))
    one[40:58, 20:38] = (250, 20, 20)
    two[40:58, 60:78] = (250, 20, 20)
    assert groups_of_copies([looks_of(Image.fromarray(image)) for image in (one, two)]) == []


def test_a_stretched_picture_is_another_one() -> None:
    picture = scene(1)
    stretched = picture.resize((96, 60))
    assert groups_of_copies([looks_of(picture), looks_of(stretched)]) == []


def test_a_copy_of_a_copy_is_in_the_same_group_and_the_order_does_not_matter() -> None:
    picture, other = scene(1), scene(2)
    images = [other, picture, as_jpeg(60)(picture), half(as_jpeg(60)(picture)), picture]
    looks = [looks_of(image) for image in images]
    assert groups_of_copies(looks) == [[1, 2, 3, 4]]
    assert groups_of_copies(looks[::-1]) == [[0, 1, 2, 3]]
    assert groups_of_copies([]) == groups_of_copies(looks[:1]) == []


def test_the_groups_are_those_of_comparing_every_pair() -> None:
    """The search in rows and the groups joined on the way, against all pairs one by one."""
    images = [as_jpeg(q)(scene(n % 4)) for n, q in enumerate((95, 90, 80, 70, 60, 50, 85, 75, 65))]
    looks: list[Looks] = [looks_of(image) for image in [*images, brighter(scene(1))]]
    pairs = {
        (a, b)
        for a in range(len(looks))
        for b in range(a + 1, len(looks))
        if groups_of_copies([looks[a], looks[b]])
    }
    joined: list[set[int]] = [{place} for place in range(len(looks))]
    for a, b in pairs:
        first, second = (next(group for group in joined if place in group) for place in (a, b))
        if first is not second:
            joined.remove(second)
            first |= second
    wanted = sorted(sorted(group) for group in joined if len(group) > 1)
    assert groups_of_copies(looks) == wanted
    assert len(wanted) == 4


def test_a_picture_in_many_sizes_is_one_group() -> None:
    looks = looks_of(scene(7))
    many = [replace(looks, digest=bytes([k]), height=96 + k, width=96 + k) for k in range(200)]
    assert groups_of_copies(many) == [list(range(200))]
