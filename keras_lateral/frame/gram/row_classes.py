"""Which pairs of taps meet in a row of V: the rows of a convolution's Gram matrix, by class.

V is the Gram matrix of a convolution's operator W: V = W^T W has a row for each input pixel and
channel, V = W W^T for each output. Along one axis,

    output q reads input u = s q + D p - P with tap p,

so an entry of V adds the products of those taps p, p' that meet in the same output (or input).
Which pairs (p, p') these are depends on the row's place alone, through the stride and the borders:
rows with the same pairs are one class. With several axes the classes are all combinations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keras_lateral.keras_tools.arguments import Padding, Side, check_choice
from keras_lateral.keras_tools.kernel_geometry import KernelAxis


@dataclass(frozen=True)
class RowClasses:
    """The classes of rows along one axis.

    Args:
        pairs: Bool array (classes, taps, taps): whether tap p of the row meets tap p'.
        counts: Int array (classes,): number of rows that a class stands for, per channel.
    """

    pairs: np.ndarray
    counts: np.ndarray

    def by_lag(self) -> np.ndarray:
        """Returns a float array (classes, 2 k - 1, taps, taps): the pairs with p' - p = lag."""
        size = self.pairs.shape[1]
        p = np.arange(size)
        lags = p[None, :] - p[:, None]
        of_lag = lags[None] == np.arange(1 - size, size)[:, None, None]
        return (self.pairs[:, None] & of_lag[None]).astype("float32")


def interior_classes(axis: KernelAxis, side: Side) -> RowClasses:
    """Returns the classes far from every border.

    W^T W: an input is met by the taps p = rho modulo the step, one class for each rho.
    W W^T: an output meets another one only through lags that are multiples of the step.

    Args:
        axis: The kernel along this axis.
        side: Side of the convolution.
    """
    p = np.arange(axis.size)
    if side == "rows":
        pairs = (p[None, :] - p[:, None]) % axis.step == 0
        return RowClasses(pairs[None], np.ones(1, int))
    rho = np.arange(axis.reached)
    pairs = np.repeat((p % axis.step == rho[:, None])[:, :, None], axis.size, axis=2)
    return RowClasses(pairs, np.ones(axis.reached, int))


def border_classes(axis: KernelAxis, side: Side, length: int, padding: Padding) -> RowClasses:
    """Returns the classes of all rows of a map with zeros around it.

    Args:
        axis: The kernel along this axis.
        side: Side of the convolution.
        length: Pixels of the convolution's input along this axis.
        padding: `"valid"`, `"same"` or `"causal"`.

    Raises:
        ValueError: If the padding is none of these, no output fits into the map, or no tap
            meets it.
    """
    check_choice("padding", padding, Padding)
    outputs, before = output_length(axis, length, padding)
    p = np.arange(axis.size)
    if side == "columns":
        u = np.arange(length)
        q, rest = np.divmod(u[:, None] + before - axis.dilation * p, axis.stride)
        meets = (rest == 0) & (q >= 0) & (q < outputs)  # (inputs, taps)
        other = u[:, None, None] + axis.dilation * (p[None, :] - p[:, None])
        pairs = meets[:, :, None] & (other >= 0) & (other < length)
    else:
        q = np.arange(outputs)
        u = axis.stride * q[:, None] + axis.dilation * p - before
        meets = (u >= 0) & (u < length)  # (outputs, taps)
        shift, rest = np.divmod(axis.dilation * (p[:, None] - p[None, :]), axis.stride)
        other = q[:, None, None] + shift
        pairs = meets[:, :, None] & (rest == 0) & (other >= 0) & (other < outputs)
    reached = pairs.any((1, 2))
    if not reached.any():
        raise ValueError(
            f"No tap of a kernel that spans {axis.extent} pixels meets a map of {length} with "
            f"padding={padding!r}: all outputs are zero."
        )
    pairs, counts = np.unique(pairs[reached], axis=0, return_counts=True)
    return RowClasses(pairs, counts)


def output_length(axis: KernelAxis, length: int, padding: Padding) -> tuple[int, int]:
    """Returns the number of outputs and the zeros before the first input, as Keras has them."""
    if padding == "same":
        outputs = -(-length // axis.stride)
        return outputs, max((outputs - 1) * axis.stride + axis.extent - length, 0) // 2
    before = axis.extent - 1 if padding == "causal" else 0
    outputs = (length + before - axis.extent) // axis.stride + 1
    if outputs < 1:
        raise ValueError(
            f"A kernel that spans {axis.extent} pixels does not fit into a map of {length} with "
            f"padding={padding!r}."
        )
    return outputs, before
