"""How far a convolution's operator is from orthogonal."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

from keras import ops

from keras_lateral.ops.checks import check_choice
from keras_lateral.ops.gram_entries import gram_entries
from keras_lateral.ops.gram_methods import cheapest_method, gram_size
from keras_lateral.ops.gram_problem import GramProblem, gram_problem
from keras_lateral.ops.kernel_geometry import KernelGeometry
from keras_lateral.ops.lag_fourier import fourier_products
from keras_lateral.ops.lag_products import lag_products
from keras_lateral.ops.norms import root, squared_distance_from_identity
from keras_lateral.types import GramMethod, SelfPadding, Side, Tensor


def orthogonal_convolution(
    kernel: Tensor,
    geometry: KernelGeometry | None = None,
    *,
    padding: SelfPadding = "full",
    squared: bool = True,
    side: Side | None = None,
    method: GramMethod = "auto",
) -> Tensor:
    """Returns the distance of W W^T (or W^T W) from the identity, W the layer's operator.

        R = ||Conv(K, K, stride = s, padding = P) - I_0||_F^2,    P = floor((k - 1) / s) s,

    the kernel convolved with itself, I_0 the identity in the middle and 0 elsewhere. These are all
    entries of V = W W^T of one output pixel, for W block-Toeplitz, far from the borders; R = 0
    exactly where W W^T = I. They are computed as the lag products that `kernel_gram` adds up, with
    half of the multiplications. V = W^T W, per step of the stride, differs by a constant.

    The published code has P = 1 whatever kernel and stride are. With more than two taps it leaves
    lags out, and with a stride it expects the identity at a lag that is not 0.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype. Without
            spatial axes this is `soft_orthogonality`.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution. Groups are
            the diagonal blocks of one matrix; a transposed convolution has W of its transpose.
        padding: `"full"`, the P above, or `"published"`, 1.
        squared: The square, as in the paper, or the norm itself, as in the published code.
        side: With `"full"`: `"columns"` for W^T W, `"rows"` for W W^T. Defaults to the one that
            can be the identity.
        method: With `"full"`: how V is computed, as in `kernel_gram`; the result is the same.

    Returns:
        Scalar tensor, computed in float32 at least.

    Raises:
        ValueError: If the kernel does not fit the geometry.

    Example:

    >>> from keras import ops
    >>> kernel = ops.reshape(ops.convert_to_tensor([0.5**0.5, 0.0, 0.5**0.5]), (3, 1, 1))
    >>> for padding in ("full", "published"):  # an operator with singular values from 0 to sqrt(2)
    ...     print(round(float(orthogonal_convolution(kernel, padding=padding)), 5))
    0.5
    0.0

    Reference:

    - Wang, J., Chen, Y., Chakraborty, R., Yu, S. X. (2020). Orthogonal convolutional neural
      networks. CVPR.
    """
    check_choice("padding", padding, SelfPadding)
    check_choice("method", method, GramMethod)
    geometry = geometry or KernelGeometry()
    if padding == "published":
        square = _with_padding_of_one(kernel, geometry)
    else:
        problem = gram_problem(kernel, geometry, side)
        if method == "auto":
            method = cheapest_method(gram_size(tuple(kernel.shape), geometry, side))
        square = _at_all_lags(problem, method)
    return square if squared else root(square)


def _at_all_lags(problem: GramProblem, method: GramMethod) -> Tensor:
    """||V - I||^2; of the lags beside 0 half will do, the others are their transposes."""
    if not problem.axes or method == "shifts":
        return _by_shifts(problem)
    if method == "fourier":
        entries, _ = fourier_products(problem)
        return squared_distance_from_identity(entries[0]) + 2 * ops.sum(ops.square(entries[1:]))
    entries = gram_entries(problem, problem.interior()).values
    lags = math.prod(2 * axis.size - 1 for axis in problem.axes)
    n = problem.size
    entries = ops.reshape(entries, (-1, lags, n, n))
    half = lags // 2
    return squared_distance_from_identity(entries[:, half]) + 2 * ops.sum(
        ops.square(entries[:, half + 1 :])
    )


def _by_shifts(problem: GramProblem) -> Tensor:
    square = 0.0
    for (_, lag), entries in lag_products(problem).items():
        if any(lag):
            square = square + 2 * ops.sum(ops.square(entries))
        else:
            square = square + squared_distance_from_identity(entries)
    return square


def _with_padding_of_one(kernel: Tensor, geometry: KernelGeometry) -> Tensor:
    """The kernel convolved with itself at the lags -1, s - 1, 2 s - 1, ... up to 1."""
    shape = tuple(kernel.shape)
    lags = [list(range(-1, 2, axis.stride)) for axis in geometry.axes(shape)]
    middle = tuple(along[len(along) // 2] for along in lags)
    side: Side = "columns" if geometry.kind_for(shape) == "transposed" else "rows"
    problem = gram_problem(kernel, replace(geometry, strides=1, dilation_rate=1), side)
    products = lag_products(problem)
    square = 0.0
    for lag in product(*lags):
        half = max(lag, tuple(-d for d in lag))  # the other half are transposes
        entries = products.get((tuple(0 for _ in lag), half))
        if entries is None:  # further than the kernel is long
            entries = ops.zeros_like(products[tuple(0 for _ in lag), tuple(0 for _ in lag)])
        if lag == middle:
            square = square + squared_distance_from_identity(entries)
        else:
            square = square + ops.sum(ops.square(entries))
    return square
