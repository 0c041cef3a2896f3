"""Batches of few different lengths, since every new one is compiled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def in_few_shapes(
    function: Callable[..., np.ndarray], *arrays: np.ndarray, batch_size: int
) -> np.ndarray:
    """Applies a function to the rows of arrays, in batches that are filled up to few lengths.

    A batch of `batch_size` rows is what most are; what is left over is filled up to a power of 2
    with its own last row, and cut off again.

    Args:
        function: Takes as many arrays as there are, of one length, and returns one of it. What
            it does with a row must not depend on the others.
        *arrays: Arrays of one length, at least 1.
        batch_size: The longest batch.

    Returns:
        What the function returned, for all rows.
    """
    found = []
    for start in range(0, len(arrays[0]), batch_size):
        batch = [array[start : start + batch_size] for array in arrays]
        rows = len(batch[0])
        more = min(batch_size, 1 << (rows - 1).bit_length()) - rows
        filled = [np.concatenate([one, np.repeat(one[-1:], more, axis=0)]) for one in batch]
        found.append(function(*filled)[:rows])
    return np.concatenate(found)
