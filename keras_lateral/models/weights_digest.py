"""A digest of weights, by which they are recognized."""

from __future__ import annotations

import hashlib

import numpy as np


def digest_of_arrays(*arrays: np.ndarray) -> str:
    """Returns a text that is the same for arrays of the same shapes and bytes."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]
