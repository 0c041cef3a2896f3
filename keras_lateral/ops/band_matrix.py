"""A one-dimensional filter with its border as a matrix: filtering is then one product."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from keras_lateral.types import InhibitionPadding, Tensor


def reflect(index: Tensor, length: Any, xp: Any = np) -> Tensor:
    """Folds indices outside `0 .. length - 1` back inside, as mirrors at both ends would.

    The end itself is not repeated (NumPy's "reflect", SciPy's "mirror"). Indices are folded as
    often as it takes; on one position all of them become 0.

    Args:
        index: Integers.
        length: Number of positions; an int, or a scalar int tensor with `xp=keras.ops`.
        xp: `numpy` or `keras.ops`.

    Returns:
        Integers of the same shape.

    Example:

    >>> reflect(np.arange(-3, 6), 3).tolist()
    [1, 2, 1, 0, 1, 2, 1, 0, 1]
    """
    period = xp.maximum(2 * length - 2, 1)
    index = xp.abs(index) % period
    return xp.minimum(index, period - index)


def band_matrix(taps: Tensor, length: Any, padding: InhibitionPadding) -> Tensor:
    """Returns the matrix that filters `length` positions with `taps`.

    Args:
        taps: A vector with an odd number of taps.
        length: Number of positions, an int or a scalar int tensor.
        padding: `"reflect"` or `"zeros"`: what lies outside.

    Returns:
        A float32 matrix of shape `(length, length)`, symmetric only away from the border.
    """
    xp = np if isinstance(length, int) else ops
    size = int(taps.shape[0])
    index = xp.expand_dims(xp.arange(length), 1) + np.arange(size, dtype="int32") - size // 2
    index = reflect(index, length, xp) if padding == "reflect" else index
    # An index outside the map equals no position and so contributes nothing: zero padding.
    reads = xp.expand_dims(index, 2) == xp.arange(length)
    reads = reads.astype("float32") if xp is np else ops.cast(reads, "float32")
    return ops.einsum("k,ikj->ij", taps, reads)
