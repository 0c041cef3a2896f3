"""One form for every kind of layer and both sides of its Gram matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keras import ops

from keras_lateral.frame.gram.row_classes import RowClasses, border_classes, interior_classes
from keras_lateral.keras_tools.arguments import Padding, Side, Tensor, check_choice
from keras_lateral.keras_tools.kernel_geometry import KernelAxis, KernelGeometry


@dataclass(frozen=True)
class GramProblem:
    """A kernel, the axis of the rows of V first.

        v[i, j, lag] = sum_m sum_p  t[i, p, m] t[j, p + lag, m]     over the pairs of a row's class

    Args:
        taps: Tensor (groups, n, *taps, m), float32 or float64.
        axes: Size, stride and dilation of each spatial axis.
        side: Side of the convolution (not of a transposed one): what n counts.
    """

    taps: Tensor
    axes: list[KernelAxis]
    side: Side

    @property
    def size(self) -> int:
        """N, the rows of V in a class and group."""
        return int(self.taps.shape[1])

    def interior(self) -> list[RowClasses]:
        """Returns the classes far from the borders, axis by axis."""
        return [interior_classes(axis, self.side) for axis in self.axes]

    def with_borders(self, lengths: Sequence[int], padding: Padding) -> list[RowClasses]:
        """Returns the classes of a map of `lengths` pixels at the convolution's input."""
        return [
            border_classes(axis, self.side, length, padding)
            for axis, length in zip(self.axes, lengths, strict=True)
        ]


def gram_problem(kernel: Tensor, geometry: KernelGeometry, side: Side | None) -> GramProblem:
    """Returns the problem for a kernel; `side=None` is the side where A > 0 is possible.

    Raises:
        ValueError: If the kernel does not fit the geometry.
    """
    shape = tuple(kernel.shape)
    if side is None:
        side = geometry.default_side(shape)
    check_choice("side", side, Side)
    of_convolution = geometry.sides(shape)[side].of_convolution
    taps = geometry.split(at_least_float32(kernel))  # (groups, *taps, inputs, outputs)
    taps = ops.moveaxis(taps, -2 if of_convolution == "columns" else -1, 1)
    return GramProblem(taps, geometry.axes(shape), of_convolution)


def at_least_float32(kernel: Tensor) -> Tensor:
    """Returns float64 unchanged and everything else in float32, for sums of many products."""
    kernel = ops.convert_to_tensor(kernel)
    return kernel if ops.dtype(kernel) == "float64" else ops.cast(kernel, "float32")
