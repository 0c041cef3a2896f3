"""What is found out about the layers of a model, by the functions of each subject."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from keras_lateral.frame.bounds.of_layers import Measurement, layer_frame_bounds
from keras_lateral.frame.bounds.record import FrameBounds
from keras_lateral.frame.other_operators import other_operators
from keras_lateral.keras_tools.arguments import Shape
from keras_lateral.keras_tools.attaching.layer_shapes import known_output_shape
from keras_lateral.keras_tools.layer_kernels import LayerKernel, layer_kernels
from keras_lateral.keras_tools.model_graph import is_graph
from keras_lateral.overview.layer_places import LayerPlace
from keras_lateral.overview.layer_settings import mask_summary, penalty_summaries
from keras_lateral.overview.layer_summary import LayerSummary
from keras_lateral.overview.planned import Planned
from keras_lateral.receptive_field.expanding_layers import expanding_layers
from keras_lateral.receptive_field.fields import receptive_fields
from keras_lateral.receptive_field.fields_record import LayerReceptiveField
from keras_lateral.receptive_field.freeze.frozen_function import variables_frozen_now
from keras_lateral.robustness.pruning.kernels import values_of
from keras_lateral.robustness.pruning.sparsity import layer_sparsity


class LayerFacts:
    """What is known of the layers of one model.

    Args:
        model: A built model.
        planned: What callbacks will do to it.

    Attributes:
        notes: What could not be found out, and why.
    """

    def __init__(self, model: Any, planned: Planned) -> None:
        self.notes: list[str] = []
        self._planned = planned
        self._trained = {id(variable) for variable in model.trainable_variables}
        self._frozen = {id(variable) for variable in variables_frozen_now(model)}
        self._fields = self._fields_by_layer(model)
        self._expanding = _expanding(model, planned.rule)
        self.notes += other_operators(model)

    def of(self, place: LayerPlace, measurement: Measurement | None = None) -> LayerSummary:
        """Returns what is known of a layer; with a measurement, its frame bounds too."""
        layer, own = place.layer, {id(weight) for weight in place.weights}
        kernels = [kernel for kernel in layer_kernels(layer) if _has_values(kernel)]
        finite = all(bool(np.isfinite(values_of(kernel)).all()) for kernel in kernels)
        measures = measurement is not None and kernels and finite
        fields = self._fields.get(id(layer), ())
        return LayerSummary(
            name=place.name,
            layer_class=type(layer).__name__,
            output_shape=fields[0].output_shape if fields else _output_shape(layer),
            parameters=sum(math.prod(weight.shape) for weight in place.weights),
            trainable=bool(own & self._trained) if own else None,
            frozen_now=bool(own & self._frozen),
            freezes=id(layer) in self._planned.frozen,
            expands=self._expanding.get(id(layer)),
            fields=fields,
            mask=mask_summary(layer, self._planned),
            penalties=tuple(penalty_summaries(place.weights, self._planned)),
            kernels=tuple(map(layer_sparsity, kernels)),
            bounds=self._bounds(place, measurement) if measures else None,
            ours=type(layer).__module__.startswith("keras_lateral."),
            notes=tuple(_notes(layer, finite)),
        )

    def _fields_by_layer(self, model: Any) -> dict[int, tuple[LayerReceptiveField, ...]]:
        """Returns the receptive fields at each call of a layer, by the layer's id."""
        found: dict[int, tuple[LayerReceptiveField, ...]] = {}
        if not is_graph(model):
            self.notes.append(
                "receptive fields unknown: the layers are called by the code of a subclassed "
                "model, so there is no graph to read"
            )
            return found
        try:
            fields = receptive_fields(model)
        except ValueError as error:
            self.notes.append(f"receptive fields unknown: {error}")
            return found
        for record in fields.layers:
            key = id(record.layer)
            found[key] = (*found.get(key, ()), replace(record, layer=None))
        return found

    def _bounds(self, place: LayerPlace, measurement: Any) -> FrameBounds | None:
        try:
            return layer_frame_bounds(place.layer, measurement, place.name)
        except ValueError as error:
            self.notes.append(f"frame bounds of {place.name} not measured: {error}")
            return None


def _expanding(model: Any, rule: str) -> dict[int, str]:
    """Returns why layers expand the receptive field, by their ids; none where none is known to."""
    try:
        return {id(found.layer): found.why for found in expanding_layers(model, rule)}
    except ValueError:
        return {}


def _has_values(kernel: LayerKernel) -> bool:
    """Whether a kernel is a weight of numbers that are what the layer multiplies by."""
    if not kernel.layer.built:
        return False
    weight: Any = kernel.weight
    return isinstance(weight, keras.Variable) and keras.backend.is_float_dtype(weight.dtype)


def _output_shape(layer: Any) -> Shape | None:
    try:
        return known_output_shape(layer)
    except (TypeError, ValueError):  # code of the layer's own, or a shape that it does not expect
        return None


def _notes(layer: Any, finite: bool) -> Iterator[str]:
    quantized = getattr(layer, "quantization_mode", None)
    if quantized:
        yield str(quantized)
    if getattr(layer, "lora_enabled", False):
        yield "LoRA"
    if not finite:
        yield "weights not finite"
    if not layer.built:
        yield "not built"
