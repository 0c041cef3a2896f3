"""Arrays as short texts, for JSON."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np


def packed(array: np.ndarray) -> dict[str, Any]:
    """Returns an array as JSON-compatible values.

    Args:
        array: An array of numbers or truth values.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.comparison.per_image.packed import packed, unpacked
    >>> unpacked(packed(np.array([[1, 2], [3, 4]], "uint8")))
    array([[1, 2],
           [3, 4]], dtype=uint8)
    """
    array = np.ascontiguousarray(array)
    little = array.astype(array.dtype.newbyteorder("<"))
    data = base64.b64encode(zlib.compress(little.tobytes(), 6)).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}


def unpacked(values: dict[str, Any]) -> np.ndarray:
    """Returns the array that `packed` was called on.

    Raises:
        ValueError: If the values are anything else, or were cut off.
    """
    try:
        data = zlib.decompress(base64.b64decode(values["data"]))
        dtype = np.dtype(values["dtype"])
        flat = np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype)
        return flat.reshape(values["shape"])
    except (KeyError, TypeError, zlib.error) as error:
        raise ValueError(f"Not a packed array: {type(error).__name__}: {error}") from error
