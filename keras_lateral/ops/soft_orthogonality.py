"""How far a kernel's filters are from an orthonormal set."""

from __future__ import annotations

from keras import ops

from keras_lateral.ops.filters import filters
from keras_lateral.ops.kernel_geometry import KernelGeometry
from keras_lateral.ops.norms import root, squared_distance_from_identity
from keras_lateral.types import Tensor


def soft_orthogonality(
    kernel: Tensor, geometry: KernelGeometry | None = None, *, squared: bool = True
) -> Tensor:
    """Returns the distance of the filters' Gram matrix from the identity.

        R = ||W^T W - I||_F^2,    W with the filters for columns, see `filters`

    With more filters than a filter has weights, W^T W can not be I; then W W^T stands for it. The
    squares of the two differ by a constant, so their gradients are the same. Groups are the
    diagonal blocks of one matrix.

    Of a convolution with more than one tap this is *not* the orthogonality of the layer's
    operator, which `orthogonal_convolution` measures.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        squared: The square, as published, or the norm itself.

    Returns:
        Scalar tensor, computed in float32 at least.

    Raises:
        ValueError: If the kernel does not fit the geometry.

    Example:

    >>> from keras import ops
    >>> float(soft_orthogonality(ops.eye(4))), float(soft_orthogonality(ops.zeros((5, 4))))
    (0.0, 4.0)

    Reference:

    - Bansal, N., Chen, X., Wang, Z. (2018). Can we gain more from orthogonality regularizations in
      training deep networks? NeurIPS.
    """
    square = squared_distance_from_identity(_smaller_gram(filters(kernel, geometry)))
    return square if squared else root(square)


def _smaller_gram(W: Tensor) -> Tensor:
    turned = ops.swapaxes(W, -1, -2)
    return ops.matmul(turned, W) if W.shape[-1] <= W.shape[-2] else ops.matmul(W, turned)
