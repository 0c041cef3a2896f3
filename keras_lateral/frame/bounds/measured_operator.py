"""The measured frame bounds of a convolution, on a ring or with zeros around the map."""

from __future__ import annotations

import math
from typing import NamedTuple

from keras_lateral.frame.bounds.circular_borders import circular_values
from keras_lateral.frame.bounds.gershgorin import Certificate, gershgorin, lower_at_borders
from keras_lateral.frame.bounds.lag_gram import lag_gram
from keras_lateral.frame.bounds.layer_operator import LayerOperator
from keras_lateral.frame.bounds.squared_singular_values import SquaredSingularValues
from keras_lateral.frame.bounds.zero_borders import (
    blocks_along_axes,
    matrix_shape,
    zero_border_values,
)
from keras_lateral.keras_tools.arguments import Side
from keras_lateral.keras_tools.map_lengths import Lengths


class MeasuredOperator(NamedTuple):
    """The measurements of a convolution.

    Args:
        values: Its squared singular values.
        shape: m and n, without pixels that no tap reads and outputs that read none.
        reached: Share of its pixels that some tap reads.
        certificate: Gershgorin's bounds.
    """

    values: SquaredSingularValues
    shape: tuple[int, int]
    reached: float
    certificate: Certificate


def measured_on_ring(operator: LayerOperator, outputs: Lengths) -> MeasuredOperator:
    """Returns the measurements on a circular map with these output positions."""
    positions = operator.groups * math.prod(outputs)
    reached = math.prod(axis.reached for axis in operator.axes)
    shape = (positions * operator.outputs, positions * reached * operator.inputs)
    gram = lag_gram(operator, certified_side(operator, shape))
    return MeasuredOperator(
        circular_values(gram, operator.axes, outputs),
        shape,
        reached / math.prod(axis.stride for axis in operator.axes),
        gershgorin(gram),
    )


def measured_with_zeros(
    operator: LayerOperator, lengths: Lengths, accuracy: float
) -> MeasuredOperator:
    """Returns the measurements on input maps of these lengths with zeros around them.

    Raises:
        ValueError: If no output reads any pixel.
    """
    blocks = blocks_along_axes(operator, lengths)
    shape = matrix_shape(operator, blocks)
    if not all(shape):
        raise ValueError(
            f"On a map of {lengths} pixels with padding={operator.padding!r} every tap reads zeros."
        )
    pixels = [
        sum(times * block.inputs for block, times in blocks_of_axis.items())
        for blocks_of_axis in blocks
    ]
    return MeasuredOperator(
        zero_border_values(operator, blocks, accuracy),
        shape,
        math.prod(pixels) / math.prod(lengths),
        _certificate_with_borders(operator, certified_side(operator, shape), lengths),
    )


def certified_side(operator: LayerOperator, shape: tuple[int, int]) -> Side:
    """Returns the side where A > 0 is possible; the layer's W^T W where both are."""
    m, n = shape
    return "columns" if m > n or (m == n and not operator.transposed) else "rows"


def _certificate_with_borders(operator: LayerOperator, side: Side, lengths: Lengths) -> Certificate:
    certificate = gershgorin(lag_gram(operator, side))
    if side == "rows" and operator.padding == "valid":
        return certificate  # no row of W is cut, so V is a part of that on an infinite map
    lower, scaled_lower = lower_at_borders(operator, side, lengths)
    return certificate._replace(lower=lower, scaled_lower=scaled_lower)
