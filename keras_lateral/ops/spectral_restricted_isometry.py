"""How far the worst direction is from keeping its length, by a power step."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_lateral.ops.filters import filters
from keras_lateral.ops.kernel_geometry import KernelGeometry
from keras_lateral.ops.norms import root
from keras_lateral.types import Tensor


def spectral_restricted_isometry(
    kernel: Tensor,
    geometry: KernelGeometry | None = None,
    *,
    seed: Any = None,
    power_steps: int = 1,
    squared: bool = True,
) -> Tensor:
    """Returns an estimate, from below, of the squared spectral norm of W^T W - I.

        u = M v / |M v|,   v <- M u,   R = |v|^2      M = W^T W - I, v random, uniform in [0, 1)

    W has the filters for columns, see `filters`; with more filters than a filter has weights, M is
    W W^T - I. Groups are the diagonal blocks of one matrix. M is not built: two products with
    vectors stand for it.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        seed: Int or `keras.random.SeedGenerator` for the first v.
        power_steps: How often u and v are computed anew.
        squared: The square, or the norm itself.

    Returns:
        Scalar tensor, computed in float32 at least. The gradient goes through the
        power step too.

    Raises:
        ValueError: If the kernel does not fit the geometry.

    Example:

    >>> from keras import ops
    >>> round(float(spectral_restricted_isometry(3 * ops.eye(4), seed=0)), 3)  # (3^2 - 1)^2
    64.0

    Reference:

    - Bansal, N., Chen, X., Wang, Z. (2018). Can we gain more from orthogonality regularizations in
      training deep networks? NeurIPS.
    """
    W = filters(kernel, geometry)
    if W.shape[-1] > W.shape[-2]:
        W = ops.swapaxes(W, -1, -2)
    turned = ops.swapaxes(W, -1, -2)
    v = keras.random.uniform((W.shape[0], W.shape[-1], 1), dtype=ops.dtype(W), seed=seed)
    for _ in range(power_steps):
        u = _direction(ops.matmul(turned, ops.matmul(W, v)) - v)
        v = ops.matmul(turned, ops.matmul(W, u)) - u
    square = ops.sum(ops.square(v))
    return square if squared else root(square)


def _direction(v: Tensor) -> Tensor:
    """Returns v / |v|, and 0 where v is 0, as it is where W is orthogonal."""
    length = root(ops.sum(ops.square(v)))
    return v / ops.where(length > 0, length, 1.0)
