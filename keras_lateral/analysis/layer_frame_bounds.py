"""The frame bounds of one layer."""

from __future__ import annotations

from typing import Any

from keras_lateral.analysis.frame_bounds_record import FrameBounds
from keras_lateral.analysis.layer_operator import LayerOperator, layer_operator
from keras_lateral.analysis.map_lengths import (
    Lengths,
    convolution_lengths,
    known_lengths,
    ring_lengths,
    ring_outputs,
)
from keras_lateral.analysis.measured_operator import (
    MeasuredOperator,
    measured_on_ring,
    measured_with_zeros,
)
from keras_lateral.analysis.measurement import Measurement

GRID = 32
"""Output positions along each axis of a ring, where the map's size is not known."""

QUANTILES = 129
"""Values kept of a spectrum."""

DEAD_CHANNEL = 1e-4
"""Share of the mean v_ii. Random channels are all near 1, those that died below 1e-5."""


def layer_frame_bounds(
    layer: Any, how: Measurement, name: str | None = None, lengths: Lengths | None = None
) -> FrameBounds:
    """Returns the record of a layer.

    Args:
        layer: A built layer.
        how: How to measure.
        name: Name in the record. Defaults to the layer's.
        lengths: Lengths of its input maps. Defaults to those in its model's graph.
    """
    operator = layer_operator(layer)
    name = name or layer.name
    if lengths is None:
        lengths = known_lengths(layer, len(operator.axes))
    if how.borders == "circular":
        outputs = _ring(operator, lengths, how.grid)
        found = measured_on_ring(operator, outputs)
        return _record(name, operator, found, ring_lengths(operator, outputs), how)
    lengths = _needed(layer, operator, lengths)
    found = measured_with_zeros(operator, convolution_lengths(operator, lengths), how.accuracy)
    return _record(name, operator, found, lengths, how)


def _record(
    name: str, operator: LayerOperator, found: MeasuredOperator, lengths: Lengths, how: Measurement
) -> FrameBounds:
    values, (m, n), reached, certificate = found
    v = certificate.diagonal
    return FrameBounds(
        lower=values.lower,
        upper=values.upper,
        name=name,
        lower_error=values.lower_error,
        upper_error=values.upper_error,
        gershgorin_lower=certificate.lower,
        gershgorin_upper=certificate.upper,
        scaled_lower=certificate.scaled_lower,
        scaled_upper=certificate.scaled_upper,
        shape=(n, m) if operator.transposed else (m, n),
        dead=values.at_most(how.tolerance * values.upper),
        dead_channels=int((v <= DEAD_CHANNEL * v.mean()).sum()),
        reached=reached,
        borders=how.borders,
        map_shape=lengths,
        spectrum=values.quantiles(QUANTILES),
    )


def _ring(operator: LayerOperator, lengths: Lengths | None, grid: int | None) -> Lengths:
    if grid is None and lengths is not None:
        return ring_outputs(operator, lengths)
    return (grid or GRID,) * len(operator.axes)


def _needed(layer: Any, operator: LayerOperator, lengths: Lengths | None) -> Lengths:
    if getattr(layer, "output_padding", None) is not None:
        raise ValueError(
            f"Layer {layer.name!r} has output_padding={layer.output_padding}: where its zeros lie "
            'differs between backends. Use borders="circular".'
        )
    if lengths is not None:
        return lengths
    if all(axis.size == 1 for axis in operator.axes):  # as on one pixel
        return tuple(axis.stride for axis in operator.axes)
    raise ValueError(
        f"The size of the maps that layer {layer.name!r} acts on is not known, and with zeros "
        "around them the bounds depend on it. Measure the layer alone with `input_shape`, such as "
        'frame_bounds(layer, borders="zeros", input_shape=(32, 32)), or use borders="circular".'
    )
