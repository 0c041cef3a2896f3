"""How far the rows of V are from what guarantees the frame bounds A and B."""

from __future__ import annotations

import numpy as np
from keras import ops

from keras_lateral.ops.gram_rows import KernelGram
from keras_lateral.types import Tensor


def frame_penalty(gram: KernelGram, lower: float | None, upper: float | None) -> Tensor:
    """Returns R, the mean over the rows of V of their squared distance from the bounds.

        R(W) = 1/n sum_i [ M(v_ii - A - r_i)^2 + M(B - v_ii - r_i)^2 ],   M(v) = min(v, 0)

    By Gershgorin's theorem R = 0 means that all squared singular values of W lie in [A, B].

    Args:
        gram: Diagonal and row sums of V.
        lower: A, or `None` for no lower bound.
        upper: B, or `None` for no upper bound.

    Returns:
        Scalar tensor.

    Example:

    >>> from keras import ops
    >>> from keras_lateral.ops import kernel_gram
    >>> float(frame_penalty(kernel_gram(2 * ops.eye(3)), lower=1.0, upper=2.0))
    4.0

    Reference:

    - Gneushev, A., Grigor'ev, A., Matveev, I. (2022). Regularization of a neural network layer
      by building a frame in the parameter space.
    """
    v, r, counts = gram
    gaps = [] if lower is None else [v - lower - r]
    gaps += [] if upper is None else [upper - v - r]
    distance = sum((ops.square(ops.minimum(gap, 0)) for gap in gaps), ops.zeros_like(v))
    if np.ptp(counts):  # else each class stands for as many pixels
        weights = (counts / counts.mean())[:, None].astype(ops.dtype(v))
        distance = distance * ops.convert_to_tensor(weights)
    return ops.mean(distance)
