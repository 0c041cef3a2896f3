"""File formats: sheets of tiles, and gzipped IDX files, the format of the published MNIST."""

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.extras import import_optional


def cut_sheet(pixels: NDArray[Any], tile: int) -> NDArray[Any]:
    """Cuts a sheet into its tiles, left to right and top to bottom.

    Args:
        pixels: Array of shape `(rows * tile, columns * tile, channels)`.
        tile: Side of a tile, in pixels.

    Returns:
        Array of shape `(rows * columns, tile, tile, channels)`.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.published.file_formats import cut_sheet
    >>> cut_sheet(np.arange(8).reshape(2, 4, 1), tile=2)[..., 0].tolist()
    [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
    """
    height, width, channels = pixels.shape
    grid = pixels.reshape(height // tile, tile, width // tile, tile, channels)
    return grid.swapaxes(1, 2).reshape(-1, tile, tile, channels)


def read_sheet(path: Path, tile: int = 32) -> NDArray[np.uint8]:
    """Reads the tiles of one sheet.

    Args:
        path: An image file with rows of tiles.
        tile: Side of a tile, in pixels.

    Returns:
        `uint8` array of shape `(tiles, tile, tile, 3)`.

    Raises:
        ImportError: If Pillow is missing, or cannot read WebP.
        ValueError: If the file is damaged or is not a sheet. The message names the file.
    """
    image = import_optional("PIL.Image", "pillow", "read WebP sheets", "datasets")
    features = import_optional("PIL.features", "pillow", "read WebP sheets", "datasets")
    if path.suffix == ".webp" and not features.check("webp"):
        raise ImportError(f"This build of Pillow cannot read WebP, and {path} needs it.")
    try:
        with image.open(path) as opened:
            # A copy: Pillow returns read-only arrays, about which torch warns.
            pixels: NDArray[np.uint8] = np.array(opened.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"The file {path} cannot be read as an image: {error}") from error
    height, width, _ = pixels.shape
    if height % tile or width % tile:
        raise ValueError(
            f"The file {path} is not a sheet of {tile} x {tile} tiles: it has {height} x {width} "
            "pixels"
        )
    return cut_sheet(pixels, tile)


_UNSIGNED_BYTE = 8


def read_idx(path: Path, ndim: int) -> NDArray[np.uint8]:
    """Reads one array of unsigned bytes.

    The file starts with two zero bytes, the type of the numbers, the number of axes, and the size
    of each axis as a big-endian 32-bit integer.

    Args:
        path: A `.gz` file.
        ndim: Expected number of axes.

    Returns:
        A writable `uint8` array (torch warns about read-only ones).

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged. The message names it.
    """
    try:
        with gzip.open(path) as file:
            raw = file.read()
    except FileNotFoundError:
        raise FileNotFoundError(f"The file {path} is missing.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"The file {path} cannot be unpacked: {error}") from error
    header = 4 + 4 * ndim
    if len(raw) < header or raw[:4] != bytes((0, 0, _UNSIGNED_BYTE, ndim)):
        raise ValueError(
            f"The file {path} is not an IDX file of bytes with {ndim} axes. It starts with "
            f"{raw[:4].hex(' ')!r}"
        )
    shape: Any = np.frombuffer(raw, ">u4", count=ndim, offset=4).tolist()
    values = np.frombuffer(raw, np.uint8, offset=header)
    if values.size != np.prod(shape, dtype=np.int64):
        raise ValueError(
            f"The file {path} is damaged: its header says {tuple(shape)}, and {values.size} "
            "bytes follow"
        )
    return values.reshape(shape).copy()
