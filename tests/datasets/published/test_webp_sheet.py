import re
import sys

import numpy as np
import pytest

from keras_lateral.datasets.published.file_formats import cut_sheet, read_sheet


def test_tiles_are_cut_left_to_right_and_top_to_bottom():
    sheet = np.random.default_rng(0).integers(0, 256, (3 * 4, 5 * 4, 2))
    tiles = cut_sheet(sheet, tile=4)
    assert tiles.shape == (15, 4, 4, 2)
    for index, tile in enumerate(tiles):
        row, column = index // 5 * 4, index % 5 * 4
        np.testing.assert_array_equal(tile, sheet[row : row + 4, column : column + 4])


@pytest.mark.parametrize("shape", [(64, 96), (64, 32), (32, 32)])
def test_a_sheet_comes_back_bit_for_bit_and_writable(tmp_path, shape):
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    image.fromarray(pixels).save(tmp_path / "a.webp", lossless=True)
    tiles = read_sheet(tmp_path / "a.webp")
    np.testing.assert_array_equal(tiles, cut_sheet(pixels, 32))
    assert tiles.dtype == np.uint8
    assert tiles.flags.writeable


def test_a_sheet_of_the_wrong_size_is_named(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (40, 64)).save(tmp_path / "a.webp", lossless=True)
    with pytest.raises(
        ValueError, match=r"a\.webp is not a sheet of 32 x 32 tiles: it has 64 x 40"
    ):
        read_sheet(tmp_path / "a.webp")


@pytest.mark.parametrize("cut", [0, 20, 2000])
def test_a_damaged_sheet_is_named(tmp_path, cut):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "a.webp"
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    image.fromarray(pixels).save(path, lossless=True)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=f"{re.escape(str(path))} cannot be read as an image"):
        read_sheet(path)


def test_without_pillow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    with pytest.raises(ImportError, match=r'pillow.*pip install "keras-lateral\[datasets\]"'):
        read_sheet(tmp_path / "a.webp")


def test_a_pillow_without_webp_is_reported(tmp_path, monkeypatch):
    features = pytest.importorskip("PIL.features")
    monkeypatch.setattr(features, "check", lambda _: False)
    with pytest.raises(ImportError, match=r"build of Pillow cannot read WebP, and .*a\.webp"):
        read_sheet(tmp_path / "a.webp")
