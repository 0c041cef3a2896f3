"""The penalty on a convolution whose operator is not orthogonal."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, replace
from itertools import product

import keras
from keras import ops

from keras_lateral.frame.gram.entries import gram_entries
from keras_lateral.frame.gram.lag_fourier import fourier_products
from keras_lateral.frame.gram.lag_products import lag_products
from keras_lateral.frame.gram.methods import cheapest_method, gram_size, multiplications
from keras_lateral.frame.gram.problem import GramProblem, gram_problem
from keras_lateral.frame.penalty import Penalty
from keras_lateral.frame.rivals.filters import root, squared_distance_from_identity
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.keras_tools.arguments import GramMethod, SelfPadding, Side, Tensor, check_choice
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry


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
            the diagonal blocks of one matrix; a transposed convolution has the W of its transpose.
        padding: `"full"`, the P above, or `"published"`, 1.
        squared: Whether R is the square, as in the paper, or the norm itself, as in the published
            code.
        side: With `"full"`: `"columns"` for W^T W, `"rows"` for W W^T. Defaults to the side that
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
        square = _square_with_padding_of_one(kernel, geometry)
    else:
        problem = gram_problem(kernel, geometry, side)
        if method == "auto":
            method = cheapest_method(gram_size(tuple(kernel.shape), geometry, side))
        square = _square_at_all_lags(problem, method)
    return square if squared else root(square)


def _square_at_all_lags(problem: GramProblem, method: GramMethod) -> Tensor:
    """||V - I||^2; half of the lags other than 0 are enough, the others are their transposes."""
    if not problem.axes or method == "shifts":
        return _square_by_shifts(problem)
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


def _square_by_shifts(problem: GramProblem) -> Tensor:
    square = 0.0
    for (_, lag), entries in lag_products(problem).items():
        if any(lag):
            square = square + 2 * ops.sum(ops.square(entries))
        else:
            square = square + squared_distance_from_identity(entries)
    return square


def _square_with_padding_of_one(kernel: Tensor, geometry: KernelGeometry) -> Tensor:
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


@keras.saving.register_keras_serializable(package="keras_lateral")
@dataclass(eq=False)
class OrthogonalConvolution(Penalty):
    """Draws a layer's operator towards an orthogonal one (OCNN).

        R = ||Conv(K, K, stride = s, padding = P) - I_0||_F,    P = floor((k - 1) / s) s

    the kernel convolved with itself, I_0 the identity in the middle and 0 elsewhere: all entries of
    W W^T - I for one output pixel, W the layer's block-Toeplitz matrix. Where W W^T cannot be I
    (more outputs than a step of the stride has inputs), W^T W takes its place, whose R^2 differs by
    a constant. Groups, and the channels of a depthwise convolution, are the diagonal blocks of
    one matrix; a transposed convolution is the transpose of one with the same kernel. On a dense
    layer it is `SoftOrthogonality`. See `ops.orthogonal_convolution`.

    The published code has P = 1 for every kernel and stride, as with `padding="published"`. This
    lets some operators pass that are far from orthogonal, and penalizes some orthogonal ones.

    Args:
        factor: Strength; can be set at any time (on JAX see `FrameRegularizer`), and a
            `RegularizerSchedule` scales it. The published 0.1 belongs to the norm; the square is,
            for 3 x 3 taps and 64 channels at He's initialization, 18 times as large.
        padding: `"full"`, the P above, or `"published"`, 1.
        squared: Whether R is the square of the norm, as in the paper, or the norm itself, as in
            the published code.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: The layer's strides.
        dilation_rate: The layer's dilation rate.
        groups: The layer's groups.
        seed: Seed of the random numbers for `every`.
        beside: Another regularizer that acts on the same kernel.

    Raises:
        ValueError: If an argument is out of its range or, when called, if the kernel does not fit.

    Example:

    >>> import keras
    >>> from keras_lateral import DeltaOrthogonal, OrthogonalConvolution
    >>> conv = keras.layers.Conv2D(
    ...     8,
    ...     3,
    ...     strides=2,
    ...     kernel_initializer=DeltaOrthogonal(strides=2),
    ...     kernel_regularizer=OrthogonalConvolution(strides=2),
    ... )
    >>> conv.build((None, 8, 8, 4))
    >>> bool(conv.losses[0] < 1e-5)  # it starts orthogonal
    True

    Reference:

    - Wang, J., Chen, Y., Chakraborty, R., Yu, S. X. (2020). Orthogonal convolutional neural
      networks. CVPR.
    """

    factor: float = 0.1
    _: KW_ONLY
    padding: SelfPadding = "full"
    squared: bool = False

    def __post_init__(self) -> None:
        check_choice("padding", self.padding, SelfPadding)
        super().__post_init__()

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R."""
        return orthogonal_convolution(
            kernel, self.geometry, padding=self.padding, squared=self.squared
        )

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications the penalty makes."""
        return multiplications(shape, self.geometry, None)
