"""The frame bounds of a model's layers."""

from __future__ import annotations

import sys

import keras

from keras_lateral.analysis.frame_bounds_report import FrameBoundsReport
from keras_lateral.analysis.layer_frame_bounds import layer_frame_bounds
from keras_lateral.analysis.measurement import Measurement
from keras_lateral.models.all_layers import all_layers
from keras_lateral.models.layer_choice import Choice, choose_layers
from keras_lateral.models.layer_kernels import layer_kernels


def model_frame_bounds(
    model: keras.Model, how: Measurement, choice: Choice | None = None, verbose: int = 0
) -> FrameBoundsReport:
    """Returns the records of a model's layers.

    Args:
        model: Any built model.
        how: How to measure.
        choice: Which layers. Defaults to all that have a kernel known here.
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
    return FrameBoundsReport(tuple(records), tuple(_not_measured(_chosen(model, choice))))


def layers_to_measure(
    model: keras.Model, choice: Choice | None = None
) -> dict[str, keras.layers.Layer]:
    """Returns those of the layers that have a kernel, by names of which each stands for one.

    Raises:
        ValueError: If there is none, or `choice` names one without.
    """
    layers = _chosen(model, choice)
    ones = choice if isinstance(choice, (list, tuple, set, frozenset)) else [choice]
    without = [one.name for one in layers if one.name in ones and not layer_kernels(one)]
    named: dict[str, keras.layers.Layer] = {}
    for layer in filter(layer_kernels, layers):
        name, number = layer.name, 1
        while name in named:
            name, number = f"{layer.name}_{number}", number + 1
        named[name] = layer
    if without or not named:
        raise ValueError(
            "Invalid value for argument `layers`. Expected dense layers and convolutions. "
            f"Received: {without or [one.name for one in layers]} of model {model.name!r}, which "
            "have no kernel that is known here"
        )
    return named


def _chosen(model: keras.Model, choice: Choice | None) -> list[keras.layers.Layer]:
    layers = list(all_layers(model))
    return layers if choice is None else choose_layers(model, choice, layers)


def _not_measured(layers: list[keras.layers.Layer]) -> list[str]:
    """Names of layers with matrices of their own, and no kernel that is known here."""
    return [
        one.name
        for one in layers
        if not layer_kernels(one)
        and any(len(variable.shape) > 1 for variable in one.trainable_variables)
        and not list(all_layers(one))
    ]
