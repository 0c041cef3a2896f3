"""Gzipped IDX files, the format that MNIST was published in."""

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UNSIGNED_BYTE = 8


def read_idx(path: Path, ndim: int) -> NDArray[np.uint8]:
    """Reads one array of unsigned bytes.

    The file starts with two zero bytes, the type of the numbers, the number of axes, and the size
    of each axis as a big-endian 32-bit integer.

    Args:
        path: A `.gz` file.
        ndim: Number of axes that is expected.

    Returns:
        A writable `uint8` array (torch warns about others).

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged. The message names the file.
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
            f"The file {path} is no IDX file of bytes with {ndim} axes. It starts with "
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
