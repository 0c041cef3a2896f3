import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, load_image_folder
from tests.datasets.image_files import Image, image_folder, pixels, save


def notes(path: Path, **options: Any) -> str:
    return "\n".join(load_image_folder(path, **options).notes)


def images_of(dataset: ImageDataset, label: int) -> set[bytes]:
    every = [(dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)]
    return {image.tobytes() for x, y in every for image in x[y == label]}


def test_each_folder_is_a_class_and_every_pixel_arrives(tmp_path: Path) -> None:
    dataset = load_image_folder(image_folder(tmp_path, per_class=8))
    assert dataset.class_names == ("cat", "dog")
    assert (dataset.image_shape, dataset.x_train.dtype) == ((12, 12, 3), np.uint8)
    assert np.bincount(dataset.y_train).tolist() == [6, 6]
    assert np.bincount(dataset.y_test).tolist() == [2, 2]
    for label in range(2):
        expected = {pixels(100 * label + number).tobytes() for number in range(8)}
        assert images_of(dataset, label) == expected


def test_the_split_depends_only_on_the_seed_and_not_on_the_limit(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=8)
    first, again, other = (load_image_folder(folder, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.x_test, again.x_test)
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert not np.array_equal(first.x_test, other.x_test)
    few = load_image_folder(folder, seed=1, limit_per_class=3)
    np.testing.assert_array_equal(few.x_test, first.x_test)
    assert np.bincount(few.y_train).tolist() == [3, 3]


@pytest.mark.parametrize(("share", "tested"), [(0.01, 1), (0.5, 4), (0.99, 7)])
def test_every_class_keeps_images_for_training_and_for_testing(
    tmp_path: Path, share: float, tested: int
) -> None:
    dataset = load_image_folder(image_folder(tmp_path, per_class=8), test_share=share)
    assert np.bincount(dataset.y_test).tolist() == [tested] * 2


def test_an_existing_split_is_used_as_it_is(tmp_path: Path) -> None:
    image_folder(tmp_path / "train", per_class=3)
    save(tmp_path / "val" / "cat" / "a.png", pixels(60))
    save(tmp_path / "val" / "dog" / "a.png", pixels(61))
    save(tmp_path / "test" / "cat" / "a.png", pixels(50))
    save(tmp_path / "test" / "dog" / "a.png", pixels(51))
    dataset = load_image_folder(tmp_path)
    assert dataset.class_names == ("cat", "dog")
    assert images_of(dataset, 0) == {pixels(n).tobytes() for n in (0, 1, 2, 50)}
    assert dataset.x_test[1].tobytes() == pixels(51).tobytes()
    assert "trained on 'train', tested on 'test'; 'val' is kept apart" in dataset.notes[0]
    assert dataset.x_validation is not None
    assert dataset.y_validation is not None
    np.testing.assert_array_equal(dataset.x_validation, [pixels(60), pixels(61)])
    np.testing.assert_array_equal(dataset.y_validation, [0, 1])


def test_an_existing_split_with_different_classes_is_refused_with_their_names(
    tmp_path: Path,
) -> None:
    image_folder(tmp_path / "train", names=("cat", "dog"))
    image_folder(tmp_path / "test", names=("cat", "dog", "fox"))
    with pytest.raises(ValueError, match=r"Found in only one of them: '.*fox'"):
        load_image_folder(tmp_path)


def a_path_that_does_not_exist(root: Path) -> tuple[Path, str]:
    return root / "nowhere", "nowhere'. It does not exist"


def a_file(root: Path) -> tuple[Path, str]:
    return save(root / "image.png", pixels(0)), "image.png'. It is a file"


def an_empty_folder(root: Path) -> tuple[Path, str]:
    return root, "Found no folder and no image"


def images_without_class_folders(root: Path) -> tuple[Path, str]:
    save(root / "one.png", pixels(0))
    return root, "Found 1 images and no folder"


def one_class(root: Path) -> tuple[Path, str]:
    return image_folder(root, names=("cat",)), "two classes or more. Found one folder, '.*cat'"


def an_empty_class(root: Path) -> tuple[Path, str]:
    (image_folder(root) / "fox").mkdir()
    return root, "class folder '.*fox' holds no images .* Found none"


def two_empty_classes(root: Path) -> tuple[Path, str]:
    for name in ("fox", "owl"):
        (image_folder(root) / name).mkdir()
    return root, "2 class folders hold no images .* in '.*fox': none; in '.*owl': none"


def a_class_of_other_files(root: Path) -> tuple[Path, str]:
    (image_folder(root) / "fox").mkdir()
    (root / "fox" / "raw.cr2").write_bytes(b"raw")
    return root, "class folder '.*fox' holds no images .* Found 1 other files, '.*raw.cr2'"


def a_class_of_one_image(root: Path) -> tuple[Path, str]:
    save(image_folder(root) / "fox" / "only.png", pixels(0))
    return root, "Too few images of the class '.*fox'"


def a_truncated_image(root: Path) -> tuple[Path, str]:
    path = save(image_folder(root) / "cat" / "cut.jpg", pixels(9, 64, 64))
    path.write_bytes(path.read_bytes()[:-400])
    return root, r"1 of 9 images in .* cannot be read:\n- '.*cut.jpg': image file is truncated"


def a_text_with_an_image_suffix(root: Path) -> tuple[Path, str]:
    (image_folder(root) / "dog" / "text.png").write_text("no image")
    return root, "'.*text.png': it is damaged, or none of AVIF, BMP"


def an_empty_file(root: Path) -> tuple[Path, str]:
    (image_folder(root) / "dog" / "none.gif").touch()
    return root, "'.*none.gif': it is empty"


def a_broken_link(root: Path) -> tuple[Path, str]:
    (image_folder(root) / "dog" / "link.png").symlink_to(root / "gone.png")
    return root, "'.*link.png': it is a link to a file that does not exist"


def an_image_of_floats(root: Path) -> tuple[Path, str]:
    save(image_folder(root) / "dog" / "float.tif", np.ones((12, 12), np.float32))
    return root, "'.*float.tif': its pixels are floating-point numbers"


def an_image_of_too_many_pixels(root: Path) -> tuple[Path, str]:
    path = save(image_folder(root) / "dog" / "huge.bmp", pixels(0))
    header = bytearray(path.read_bytes())
    header[18:26] = (20_000).to_bytes(4, "little") * 2  # width and height
    path.write_bytes(header)
    return root, "'.*huge.bmp': it has too many pixels"


BAD_FOLDERS = [
    a_path_that_does_not_exist,
    a_file,
    an_empty_folder,
    images_without_class_folders,
    one_class,
    an_empty_class,
    two_empty_classes,
    a_class_of_other_files,
    a_class_of_one_image,
    a_truncated_image,
    a_text_with_an_image_suffix,
    an_empty_file,
    a_broken_link,
    an_image_of_floats,
    an_image_of_too_many_pixels,
]


@pytest.mark.parametrize("bad", BAD_FOLDERS, ids=lambda bad: bad.__name__)
def test_a_bad_folder_is_refused_with_a_message_that_names_it(tmp_path: Path, bad: Any) -> None:
    path, words = bad(tmp_path)
    with pytest.raises(ValueError, match=words):
        load_image_folder(path)


def test_all_damaged_images_are_named_at_once(tmp_path: Path) -> None:
    for number in range(25):
        (image_folder(tmp_path) / "dog" / f"bad{number}.png").write_bytes(b"?")
    with pytest.raises(ValueError, match="25 of 33 images") as error:
        load_image_folder(tmp_path)
    assert str(error.value).count("bad") == 20
    assert "and 5 more" in str(error.value)


def test_an_image_without_read_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = save(image_folder(tmp_path) / "dog" / "secret.png", pixels(9))
    opened = Image.open

    def open_as_a_user(path: Path, **options: Any) -> Any:  # root may read everything
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return opened(path, **options)

    monkeypatch.setattr(Image, "open", open_as_a_user)
    with pytest.raises(ValueError, match="secret.png': permission to read it was denied"):
        load_image_folder(tmp_path)


def test_a_folder_without_read_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = image_folder(tmp_path) / "dog" / "deeper"
    secret.mkdir()
    listed = Path.iterdir

    def list_as_a_user(path: Path) -> Any:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", list_as_a_user)
    with pytest.raises(PermissionError, match="'.*deeper' cannot be read"):
        load_image_folder(tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"image_size": 0}, "image_size=0"),
        ({"image_size": (8, 8, 3)}, "image_size"),
        ({"test_share": 1.0}, "test_share=1.0"),
        ({"seed": -1}, "seed=-1"),
        ({"limit_per_class": 0}, "limit_per_class=0"),
    ],
)
def test_a_number_out_of_its_range_is_refused(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        load_image_folder(image_folder(tmp_path), **options)


def test_hidden_and_other_files_are_left_out_and_noted(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    before = load_image_folder(folder)
    (folder / "cat" / ".DS_Store").write_bytes(b"litter")
    (folder / "cat" / "Thumbs.db").write_bytes(b"litter")
    (folder / "dog" / "._0.png").write_bytes(b"litter")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "dog" / "notes.txt").write_text("text")
    save(folder / "loose.png", pixels(0))
    (folder / "dog" / "round").symlink_to(folder, target_is_directory=True)
    after = load_image_folder(folder)
    np.testing.assert_array_equal(after.x_train, before.x_train)
    text = "\n".join(after.notes)
    assert "Hidden files, left out: 3 (.DS_Store, ._0.png, Thumbs.db)" in text
    assert "belong to no class, left out: 1 ('" in text
    assert "Files of other kinds and links to folders, left out: 2" in text
    assert "notes.txt" in text


def test_images_in_deeper_folders_and_a_linked_class_are_read(tmp_path: Path) -> None:
    image_folder(tmp_path / "elsewhere", names=("hen", "owl", "fox"))
    folder = image_folder(tmp_path / "images")
    (folder / "cat" / "more").mkdir()
    shutil.move(folder / "cat" / "0.png", folder / "cat" / "more" / "0.png")
    (folder / "fox").symlink_to(tmp_path / "elsewhere" / "fox", target_is_directory=True)
    dataset = load_image_folder(folder)
    assert dataset.class_names == ("cat", "dog", "fox")
    assert images_of(dataset, 0) == {pixels(number).tobytes() for number in range(4)}


def test_names_are_plain_text_whatever_they_contain(tmp_path: Path) -> None:
    names = ("<script>alert(1)<", "Füchse und 猫", "a class", "line\nbreak", "\x1b[31mred")
    dataset = load_image_folder(image_folder(tmp_path, names=names))
    assert set(dataset.class_names) == {*names[:3], r"line\nbreak", r"\x1b[31mred"}
    assert all(name.isprintable() for name in dataset.class_names)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf_8_are_escaped(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    (folder / "dog").rename(folder / os.fsdecode(b"dog\xff"))
    dataset = load_image_folder(folder)
    assert dataset.class_names == ("cat", r"dog\udcff")
    (folder / "cat" / os.fsdecode(b"\xfe.png")).write_bytes(b"?")
    with pytest.raises(ValueError, match=r"\\udcfe.png': it is damaged") as error:
        load_image_folder(folder)
    str(error.value).encode("utf-8")


def test_classes_that_differ_only_in_case_are_noted(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, names=("cat", "Cat"))
    if len(list(folder.iterdir())) < 2:
        pytest.skip("this file system ignores case")
    assert "differ in capital letters alone" in notes(folder)


def test_different_sizes_are_resized_to_the_median_side_and_noted(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=2)
    for number, (height, width) in enumerate([(30, 20), (40, 20), (20, 50), (24, 20), (20, 20)]):
        save(folder / "cat" / f"large{number}.png", pixels(50 + number, height, width))
    dataset = load_image_folder(folder)
    assert dataset.image_shape == (20, 20, 3)  # four sides of 12 before, five of 20 and more
    expected = "6 different sizes, from 12 x 12 to 40 x 20 pixels, and were brought to 20 x 20"
    assert expected in "\n".join(dataset.notes)
    assert "another shape were stretched" in "\n".join(dataset.notes)


def test_a_size_shared_by_all_is_kept_up_to_64_pixels(tmp_path: Path) -> None:
    for number in range(4):
        label = "cat" if number % 2 else "dog"
        save(tmp_path / "small" / label / f"{number}.png", pixels(number, 30, 50))
        save(tmp_path / "large" / label / f"{number}.png", pixels(number, 100, 150))
    assert load_image_folder(tmp_path / "small").image_shape == (30, 50, 3)
    dataset = load_image_folder(tmp_path / "large")
    assert dataset.image_shape == (43, 64, 3)
    assert "one size, 100 x 150 pixels, and were brought to 43 x 64" in dataset.notes[0]
    assert "stretched" not in dataset.notes[0]


@pytest.mark.parametrize(("asked", "shape"), [(6, (6, 6, 3)), ((5, 9), (5, 9, 3))])
def test_images_are_resized_to_the_requested_size(tmp_path: Path, asked: Any, shape: Any) -> None:
    assert load_image_folder(image_folder(tmp_path), image_size=asked).image_shape == shape


def test_grey_images_have_one_channel_and_grey_among_coloured_ones_three(tmp_path: Path) -> None:
    for number in range(6):
        label = "cat" if number % 2 else "dog"
        save(tmp_path / label / f"{number}.png", pixels(number, channels=1))
    dataset = load_image_folder(tmp_path)
    assert dataset.image_shape == (12, 12, 1)
    save(tmp_path / "dog" / "colour.png", pixels(99))
    mixed = load_image_folder(tmp_path)
    assert mixed.image_shape == (12, 12, 3)
    assert "6 of 7 images are grey and got three equal channels" in "\n".join(mixed.notes)
    assert "1 of 7 images have colours, now grey" in notes(tmp_path, grayscale=True)


def test_few_test_images_and_unequal_classes_are_noted(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=4)
    for number in range(12):
        save(folder / "cat" / f"more{number}.png", pixels(200 + number))
    text = notes(folder)
    assert "There are 5 test images: each is 20.0 points" in text
    assert "3 to 12 training images" in text
