"""The frame bounds of a model's layers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import keras

from keras_lateral.frame.bounds.layer_operator import (
    LayerOperator,
    convolution_lengths,
    layer_operator,
    ring_lengths,
    ring_outputs,
)
from keras_lateral.frame.bounds.measured_operator import (
    MeasuredOperator,
    measured_on_ring,
    measured_with_zeros,
)
from keras_lateral.frame.bounds.record import FrameBounds, FrameBoundsReport
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import Borders, check_choice
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import layer_kernels
from keras_lateral.keras_tools.map_lengths import Lengths, known_lengths


@dataclass(frozen=True)
class Measurement:
    """The settings of a measurement, documented in `frame_bounds`.

    Raises:
        ValueError: If one is out of its range.
    """

    borders: Borders = "circular"
    grid: int | None = None
    tolerance: float = 1e-6
    accuracy: float = 1e-4

    def __post_init__(self) -> None:
        check_choice("borders", self.borders, Borders)
        if self.grid is not None and (not isinstance(self.grid, Integral) or self.grid < 1):
            raise ValueError(
                "Invalid value for argument `grid`. Expected a positive number of output "
                f"positions, or None for the map's own. Received: grid={self.grid!r}"
            )
        if self.grid is not None and self.borders == "zeros":
            raise ValueError(
                'Invalid value for argument `grid`. It is for borders="circular"; with zeros the '
                f"map's own size counts. Received: grid={self.grid}"
            )
        for name in ("tolerance", "accuracy"):
            value = getattr(self, name)
            if not isinstance(value, Real) or not 0 <= float(value) < 1:
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected a share of B, from 0 to below "
                    f"1. Received: {name}={value!r}"
                )


GRID = 32
"""Output positions along each axis of a ring, where the map's size is not known."""

QUANTILES = 129
"""Number of values kept from a spectrum."""

DEAD_CHANNEL = 1e-4
"""Share of the mean v_ii. Random channels are all near 1, dead ones below 1e-5."""


def layer_frame_bounds(
    layer: Any, how: Measurement, name: str | None = None, lengths: Lengths | None = None
) -> FrameBounds:
    """Returns the record of a layer.

    Args:
        layer: A built layer.
        how: Settings of the measurement.
        name: Name in the record. Defaults to the layer's.
        lengths: Lengths of its input maps. Defaults to those in its model's graph.
    """
    name = name or layer.name
    operator = layer_operator(layer, name)
    if lengths is None:
        lengths = known_lengths(layer, len(operator.axes))
    if how.borders == "circular":
        outputs = _ring_positions(operator, lengths, how.grid)
        found = measured_on_ring(operator, outputs)
        return _record(name, operator, found, ring_lengths(operator, outputs), how)
    lengths = _lengths_with_zeros(layer, name, operator, lengths)
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


def _ring_positions(operator: LayerOperator, lengths: Lengths | None, grid: int | None) -> Lengths:
    if grid is None and lengths is not None:
        return ring_outputs(operator, lengths)
    return (grid or GRID,) * len(operator.axes)


def _lengths_with_zeros(
    layer: Any, name: str, operator: LayerOperator, lengths: Lengths | None
) -> Lengths:
    if getattr(layer, "output_padding", None) is not None:
        raise ValueError(
            f"Layer {name!r} has output_padding={layer.output_padding}: where its zeros lie "
            'differs between backends. Use borders="circular".'
        )
    if lengths is not None:
        return lengths
    if all(axis.size == 1 for axis in operator.axes):  # as on one pixel
        return tuple(axis.stride for axis in operator.axes)
    raise ValueError(
        f"The size of the maps that layer {name!r} acts on is not known, and with zeros "
        "around them the bounds depend on it. Measure the layer alone with `input_shape`, such as "
        'frame_bounds(layer, borders="zeros", input_shape=(32, 32)), or use borders="circular".'
    )


def model_frame_bounds(
    model: keras.Model, how: Measurement, choice: Choice | None = None, verbose: int = 0
) -> FrameBoundsReport:
    """Returns the records of a model's layers.

    Args:
        model: Any built model.
        how: Settings of the measurement.
        choice: Which layers to measure. Defaults to all that have a known kernel.
        verbose: 1 prints a line for each layer.

    Raises:
        ValueError: If there is no such layer.
    """
    records = []
    for name, layer in layers_to_measure(model, choice).items():
        record = layer_frame_bounds(layer, how, name)
        records.append(record)
        if verbose:
            sys.stdout.write(f"{name}: A = {record.lower:.3g}, B = {record.upper:.3g}\n")
            sys.stdout.flush()
    not_measured = _not_measured(model, _chosen_layers(model, choice))
    return FrameBoundsReport(tuple(records), tuple(not_measured))


def layers_to_measure(
    model: keras.Model, choice: Choice | None = None
) -> dict[str, keras.layers.Layer]:
    """Returns the chosen layers that have a kernel, by their labels.

    Raises:
        ValueError: If there is none, or `choice` names a layer without a kernel.
    """
    layers = _chosen_layers(model, choice)
    labels = LayerLabels(model)
    choices = choice if isinstance(choice, (list, tuple, set, frozenset)) else [choice]
    names = [name for name in choices if isinstance(name, str)]
    by_name = choose_layers(model, names, layers) if names else []
    without = labels.of_all(layer for layer in by_name if not layer_kernels(layer))
    named: dict[str, Any] = {labels.of(own): own for own in layers if layer_kernels(own)}
    if without or not named:
        raise ValueError(
            "Invalid value for argument `layers`. Expected dense layers and convolutions. "
            f"Received: {without or labels.of_all(layers)} of model {model.name!r}, "
            "which have no known kernel"
        )
    return named


def _chosen_layers(model: keras.Model, choice: Choice | None) -> list[keras.layers.Layer]:
    layers = list(all_layers(model))
    return layers if choice is None else choose_layers(model, choice, layers)


def _not_measured(model: keras.Model, layers: list[keras.layers.Layer]) -> list[str]:
    """Returns the labels of layers with matrices of their own, and no known kernel."""
    return LayerLabels(model).of_all(
        layer
        for layer in layers
        if not layer_kernels(layer)
        and any(len(variable.shape) > 1 for variable in layer.trainable_variables)
        and not list(all_layers(layer))
    )
