"""A value for each test image as text, for a record in JSON."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

COMPRESSED = "z:"
"""How the text of compressed bits begins; no text of plain ones does."""


def packed(right: np.ndarray) -> str:
    """Returns bits as text, compressed where that is shorter: where few are wrong, or few right."""
    plain = np.packbits(right).tobytes()
    small = zlib.compress(plain, 9)
    content, begin = (small, COMPRESSED) if len(small) < len(plain) else (plain, "")
    return begin + base64.b64encode(content).decode("ascii")


def unpacked(text: str, images: int) -> np.ndarray:
    """Returns the bits that `packed` was called on, one for each image."""
    content = base64.b64decode(text.removeprefix(COMPRESSED))
    plain = zlib.decompress(content) if text.startswith(COMPRESSED) else content
    return np.unpackbits(np.frombuffer(plain, "uint8"), count=images) == 1


def to_text(values: np.ndarray) -> dict[str, Any]:
    """Returns a value an image as text: a bit each where they are right or wrong, else float16."""
    if values.dtype == bool:
        kind, text = "right", packed(values)
    else:
        kind, text = "number", base64.b64encode(values.astype("<f2").tobytes()).decode("ascii")
    return {"kind": kind, "images": len(values), "text": text}


def from_text(record: Mapping[str, Any]) -> np.ndarray:
    """Returns the values that `to_text` was called on, as float64."""
    if record["kind"] == "right":
        return unpacked(record["text"], record["images"]).astype("float64")
    return np.frombuffer(base64.b64decode(record["text"]), "<f2").astype("float64")
