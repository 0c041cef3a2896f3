"""The rows of V = W^T W or W W^T of a layer, without building W."""

from __future__ import annotations

from collections.abc import Sequence

from keras_lateral.frame.gram.entries import GramEntries, gram_entries
from keras_lateral.frame.gram.methods import cheapest_method, gram_size
from keras_lateral.frame.gram.problem import GramProblem, gram_problem
from keras_lateral.frame.gram.rows import (
    KernelGram,
    rows_by_fourier,
    rows_by_shifts,
    rows_from_entries,
)
from keras_lateral.keras_tools.arguments import GramMethod, Padding, Side, Tensor, check_choice
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry


def kernel_gram(
    kernel: Tensor,
    geometry: KernelGeometry | None = None,
    *,
    side: Side | None = None,
    method: GramMethod = "auto",
    rows: Tensor | None = None,
    input_shape: Sequence[int] | None = None,
    padding: Padding = "valid",
) -> KernelGram:
    """Returns diagonal and off-diagonal row sums of V = W^T W or W W^T.

    W is the matrix of the layer as a linear operator, block-Toeplitz for a convolution. It is
    never built; an entry of V is a correlation of the kernel with itself at some lag:

        W^T W, class rho:  v[c, c', d] = sum_o sum_{p = rho (mod s)} th[p, c, o] th[p + d, c', o]
        W W^T:             v[o, o', d] = sum_c sum_p th[p, c, o] th[p + s d, c, o']

    Pixels that no tap reaches (a 1 x 1 kernel with stride 2 reads one pixel of four) have no row.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        side: `"columns"` for W^T W, `"rows"` for W W^T. Defaults to W^T W, and to W W^T where
            W^T W is singular whatever the weights are: with fewer outputs than inputs, that is
            o < s^dim c per group.
        method: `"shifts"` multiplies at half of the lags, `"fourier"` at half of the frequencies,
            `"pairs"` all taps at once. `"auto"` takes the cheapest for the kernel's size: pairs for
            few channels, shifts for strides, otherwise Fourier.
        rows: Int tensor of rows to compute, the same in each group and class. Defaults to all.
        input_shape: Lengths of the layer's input maps in pixels, for rows at the borders too,
            with zeros around the map. By default, only rows far from all borders.
        padding: With `input_shape`: `"valid"`, `"same"` or `"causal"`.

    Returns:
        `KernelGram(diagonal, radius, counts)`, float32 or, for a kernel in float64 on TensorFlow,
        float64. On JAX and torch, Keras' products are float32.

    Raises:
        ValueError: If the kernel does not fit the geometry, or the map the kernel.

    Example:

    >>> from keras import ops
    >>> identity = ops.reshape(ops.eye(4), (1, 1, 4, 4))
    >>> gram = kernel_gram(identity)
    >>> float(ops.max(gram.diagonal)), float(ops.max(gram.radius))
    (1.0, 0.0)

    Reference:

    - Gneushev, A., Grigor'ev, A., Matveev, I. (2022). Regularization of a neural network layer
      by building a frame in the parameter space.
    """
    geometry = geometry or KernelGeometry()
    check_choice("method", method, GramMethod)
    problem = gram_problem(kernel, geometry, side)
    if not problem.axes:  # a dense layer has no lags
        method = "shifts"
    elif method == "auto":
        method = cheapest_method(gram_size(tuple(kernel.shape), geometry, side))
    if input_shape is not None or method == "pairs":
        return rows_from_entries(_entries(problem, geometry, kernel, input_shape, padding), rows)
    compute_rows = rows_by_fourier if method == "fourier" else rows_by_shifts
    return compute_rows(problem, rows)


def kernel_gram_entries(
    kernel: Tensor,
    geometry: KernelGeometry | None = None,
    *,
    side: Side | None = None,
    input_shape: Sequence[int] | None = None,
    padding: Padding = "valid",
) -> GramEntries:
    """Returns every entry of V = W^T W or W W^T, by class of rows and lag.

    Args:
        kernel: As for `kernel_gram`, like the other arguments.
        geometry: How the kernel acts.
        side: `"columns"` or `"rows"`.
        input_shape: Lengths of the layer's input maps, for rows at the borders too.
        padding: `"valid"`, `"same"` or `"causal"`.

    Returns:
        `GramEntries(values, counts)`, values of shape (groups, *classes, *lags, N, N).

    Example:

    >>> from keras import ops
    >>> entries = kernel_gram_entries(ops.ones((3, 1, 1)))
    >>> [float(v) for v in entries.values[0, 0, :, 0, 0]]
    [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    geometry = geometry or KernelGeometry()
    problem = gram_problem(kernel, geometry, side)
    return _entries(problem, geometry, kernel, input_shape, padding)


def _entries(
    problem: GramProblem,
    geometry: KernelGeometry,
    kernel: Tensor,
    input_shape: Sequence[int] | None,
    padding: Padding,
) -> GramEntries:
    if input_shape is None:
        return gram_entries(problem, problem.interior())
    if len(input_shape) != len(problem.axes):
        raise ValueError(
            "Invalid value for argument `input_shape`. Expected the length of each of the "
            f"{len(problem.axes)} spatial axes. Received: input_shape={tuple(input_shape)}"
        )
    lengths = geometry.input_lengths(tuple(kernel.shape), input_shape, padding)
    return gram_entries(problem, problem.with_borders(lengths, padding))
