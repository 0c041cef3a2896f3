"""Pixels as a PNG file within a page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""PNG's number for grey, RGB and RGBA, by the number of channels."""


def png_bytes(pixels: np.ndarray) -> bytes:
    """Returns an image as a PNG file: the same bytes for the same pixels.

    Args:
        pixels: uint8 array of shape `(height, width, channels)` with 1, 3 or 4 channels.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.comparison.report.png import png_bytes
    >>> png_bytes(np.zeros((2, 2, 3), "uint8"))[1:4]
    b'PNG'
    """
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    # Each row begins with the number of its filter, 0: none.
    rows = np.zeros((height, 1 + width * channels), "uint8")
    rows[:, 1:] = np.asarray(pixels, "uint8").reshape(height, -1)
    data = zlib.compress(rows.tobytes(), 9)
    parts = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def png_uri(pixels: np.ndarray) -> str:
    """Returns an image as the address of an `img` element, its pixels included."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(pixels)).decode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum
