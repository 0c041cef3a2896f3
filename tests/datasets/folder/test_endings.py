"""Which files are read, and what happens to those that are not."""

import re
from pathlib import Path

import numpy as np
import pytest

from keras_lateral.datasets import load_image_folder
from keras_lateral.datasets.folder.formats import FORMATS, endings, formats_read
from tests.datasets.image_files import Image, image_folder, pixels, save

pytestmark = pytest.mark.home


@pytest.mark.parametrize("ending", ["jfif", "jpe", "ppm", "pgm", "avif", "jp2", "dib", "tif"])
def test_what_pillow_reads_is_read(tmp_path: Path, ending: str) -> None:
    if f".{ending}" not in Image.registered_extensions():
        pytest.skip("this Pillow has no such format")
    smooth = np.linspace(40, 200, 24 * 24).reshape(24, 24).astype(np.uint8)
    colours = np.stack([smooth, smooth.T, 255 - smooth], axis=-1)
    array = smooth if ending == "pgm" else colours
    rolled = [np.roll(array, 5 * number, 0) for number in range(4)]
    for number, image in enumerate(rolled):
        path = tmp_path / ("cat" if number % 2 else "dog") / f"{number}.{ending}"
        try:
            save(path, image)
        except (OSError, KeyError) as error:
            pytest.skip(f"this Pillow writes no such files: {error}")
    dataset = load_image_folder(tmp_path, grayscale=ending == "pgm", seed=0)
    read = np.concatenate([dataset.x_train, dataset.x_test]).astype(int)
    wanted = np.stack(rolled).reshape(4, 24, 24, -1).astype(int)
    error = np.abs(read[:, None] - wanted).mean(axis=(2, 3, 4))
    assert error.min(axis=1).max() < 8  # some of the formats are lossy
    assert sorted(error.argmin(axis=1)) == [0, 1, 2, 3]


def test_the_guide_lists_the_formats_that_are_read() -> None:
    guide = (Path(__file__).parents[3] / "docs/guides/compare.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"whatever a file's ending: ([^;]*); HEIF where", guide)
    named = [name.strip("` \n") for name in listed.replace(" and ", ", ").split(",")]
    assert named == [name for name in FORMATS if name != "HEIF"]


def test_a_format_that_cannot_be_read_here_is_not_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    Image.init()
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    assert set(FORMATS) - set(formats_read()) <= {"HEIF", "AVIF"}
    assert ".heic" not in endings()
    monkeypatch.setitem(Image.OPEN, "HEIF", (None, None))
    monkeypatch.setitem(Image.EXTENSION, ".heic", "HEIF")
    assert "HEIF" in formats_read()
    assert ".heic" in endings()


def test_a_class_that_loses_many_files_to_their_endings_is_refused(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=10)
    (folder / "dog" / "a.heic2").write_bytes(b"?")
    load_image_folder(folder)  # 1 of 11 is few
    for number in range(3):
        (folder / "dog" / f"b{number}.psd").write_bytes(b"?")
    (folder / "dog" / "noending").write_bytes(b"?")
    words = r"dog' would lose 5 of 15 files.*: \.psd 3, \(none\) 1, \.heic2 1 \(first: '.*a.heic2'"
    with pytest.raises(ValueError, match=words):
        load_image_folder(folder)


def test_files_that_accompany_images_are_no_lost_images(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=4)
    for number in range(4):
        (folder / "cat" / f"{number}.cr2").write_bytes(b"the raw file of the photo")
        (folder / "cat" / f"{number}.xml").write_text("boxes")
        (folder / "dog" / f"about{number}.txt").write_text("words")
    dataset = load_image_folder(folder)
    assert "Files of other kinds and links to folders, left out: 12" in " ".join(dataset.notes)


def test_thumbnails_in_hidden_folders_are_no_images(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, per_class=4)
    for place in (".thumbnails", "@eaDir", "__MACOSX"):
        save(folder / "cat" / place / "0.png", pixels(0))
    dataset = load_image_folder(folder)
    assert len(dataset.x_train) + len(dataset.x_test) == 8
