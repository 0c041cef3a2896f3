"""Tiny image sets in the layout of a local folder, written by the tests."""

import gzip
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

RNG_SEED = 7
TILE = 32


def write_idx(path: Path, values: np.ndarray) -> None:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    path.write_bytes(gzip.compress(header + values.astype(np.uint8).tobytes()))


def write_sheet(path: Path, tiles: np.ndarray, columns: int) -> None:
    """Joins the tiles one by one, the slow and simple way."""
    image = pytest.importorskip("PIL.Image")
    rows = -(-len(tiles) // columns)
    sheet = np.zeros((rows * TILE, columns * TILE, 3), np.uint8)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        sheet[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE] = tile
    image.fromarray(sheet).save(path, lossless=True)


@pytest.fixture
def idx_root(tmp_path: Path) -> Path:
    """A root folder with a `mnist` of 20 training and 10 test images of 5 x 4 pixels."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    rng = np.random.default_rng(RNG_SEED)
    for prefix, count in (("train", 20), ("t10k", 10)):
        images = rng.integers(0, 256, (count, 5, 4), np.uint8)
        write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", np.arange(count) % 10)
    return tmp_path


@pytest.fixture
def sheet_tiles() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(RNG_SEED)
    return {
        part: rng.integers(0, 256, (count, TILE, TILE, 3), np.uint8)
        for part, count in (("train_2", 6), ("train_10", 3), ("test", 4))
    }


@pytest.fixture
def sheet_root(tmp_path: Path, sheet_tiles: dict[str, np.ndarray]) -> Path:
    """A root folder with a `cifar10` of 9 training images on two sheets and 4 test images."""
    folder = tmp_path / "cifar10"
    folder.mkdir()
    for part, tiles in sheet_tiles.items():
        write_sheet(folder / f"{part}.webp", tiles, columns=3 if part != "test" else 2)
    labels = {"train": np.arange(9, dtype=np.uint8), "test": np.arange(4, dtype=np.uint8)}
    np.savez(folder / "labels.npz", **labels)
    (folder / "names.json").write_text(json.dumps([f"class {i}" for i in range(10)]))
    return tmp_path


@pytest.fixture(scope="session")
def real_root() -> Path:
    """The folder of the real images."""
    root = os.environ.get("KERAS_LATERAL_DATA", "")
    if not root:
        pytest.skip("KERAS_LATERAL_DATA is not set: no real images")
    return Path(root)


@pytest.fixture(scope="session")
def idx_writer() -> Callable[[Path, np.ndarray], None]:
    return write_idx
