"""The penalty on filters that are not orthonormal."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import keras
from keras import ops

from keras_lateral.frame.rivals.filter_penalty import FilterPenalty
from keras_lateral.frame.rivals.filters import (
    filters,
    filters_shape,
    root,
    squared_distance_from_identity,
)
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry


def soft_orthogonality(
    kernel: Tensor, geometry: KernelGeometry | None = None, *, squared: bool = True
) -> Tensor:
    """Returns the distance of the filters' Gram matrix from the identity.

        R = ||W^T W - I||_F^2,    W with the filters for columns, see `filters`

    With more filters than a filter has weights, W^T W cannot be I; then W W^T takes its place. The
    two values of R differ by a constant, so their gradients are the same. Groups are the diagonal
    blocks of one matrix.

    For a convolution with more than one tap this is *not* the orthogonality of the layer's
    operator, which `orthogonal_convolution` measures.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        squared: Whether R is the square, as published, or the norm itself.

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


@keras.saving.register_keras_serializable(package="keras_lateral")
@dataclass(eq=False)
class SoftOrthogonality(FilterPenalty):
    """Draws a layer's filters towards an orthonormal set.

        R(W) = ||W^T W - I||_F^2,    W with the filters for columns

    A filter holds the weights of an output, over all taps and inputs; for a transposed convolution,
    those of an input. Each group, and each channel of a depthwise convolution, has a set of its
    own, and R is summed over them. With more filters than a filter has weights, W W^T takes the
    place of W^T W, which changes R by a constant. See `ops.soft_orthogonality`.

    It is the usual baseline among weight orthogonalizations. For a convolution with more than one
    tap it does not make the layer's operator orthogonal: `OrthogonalConvolution` does.

    Args:
        factor: Strength; can be set at any time (on JAX see `FrameRegularizer`), and a
            `RegularizerSchedule` scales it.
        squared: Whether R is the square, as published, or the norm itself.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: Only 1: the penalty does not depend on the layer's strides, so leave them out.
            `attach_regularizer` takes layers with any strides.
        dilation_rate: Only 1, as for `strides`.
        groups: The layer's groups.
        seed: Seed of the random numbers for `every`.
        beside: Another regularizer that acts on the same kernel.

    Raises:
        ValueError: If an argument is out of its range or, when called, if the kernel does not fit.

    Example:

    >>> import keras
    >>> from keras_lateral import SoftOrthogonality
    >>> regularizer = SoftOrthogonality(factor=1.0)
    >>> float(regularizer(keras.ops.eye(4))), float(regularizer(2 * keras.ops.eye(4)))
    (0.0, 36.0)

    Reference:

    - Bansal, N., Chen, X., Wang, Z. (2018). Can we gain more from orthogonality regularizations in
      training deep networks? NeurIPS.
    """

    factor: float = 0.1
    _: KW_ONLY
    squared: bool = True

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R."""
        return soft_orthogonality(kernel, self.geometry, squared=self.squared)

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications the penalty makes."""
        groups, m, n = filters_shape(shape, self.geometry)
        return float(groups * m * n * min(m, n))
