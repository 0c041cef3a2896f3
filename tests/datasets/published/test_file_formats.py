import gzip
import re

import numpy as np
import pytest

from keras_lateral.datasets.published.file_formats import read_idx


@pytest.mark.parametrize("shape", [(7,), (3, 4, 5), (0, 4, 5), (300, 1, 2)])
def test_an_array_is_read_as_it_was_written(tmp_path, idx_writer, shape):
    values = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    idx_writer(tmp_path / "a.gz", values)
    read = read_idx(tmp_path / "a.gz", len(shape))
    np.testing.assert_array_equal(read, values)
    assert read.dtype == np.uint8
    assert read.flags.writeable


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "a.gz"
    with pytest.raises(FileNotFoundError, match=f"{re.escape(str(path))} is missing"):
        read_idx(path, 1)


def good_file() -> bytes:
    return gzip.compress(b"\0\0\x08\x01\0\0\0\x20" + bytes(range(32)))


def test_the_good_file_is_good(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(good_file())
    np.testing.assert_array_equal(read_idx(path, 1), np.arange(32))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no gzip at all", "cannot be unpacked"),
        (good_file()[:-12], "cannot be unpacked"),
        (good_file()[:14] + b"\xff\xff\xff" + good_file()[17:], "cannot be unpacked"),
        (gzip.compress(b""), "not an IDX file"),
        (gzip.compress(b"\0\0\x08\x03\0\0\0\x01\x05"), "not an IDX file of bytes with 1 axes"),
        (gzip.compress(b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0"), "'00 00 0d 01'"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x05abc"), r"header says \(5,\), and 3 bytes follow"),
    ],
    ids=["text", "cut", "flipped", "empty", "three axes", "floats", "short"],
)
def test_a_damaged_file_is_named_and_the_damage_is_described(tmp_path, content, message):
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{re.escape(str(path))} .*{message}"):
        read_idx(path, 1)
