"""One table of everything that the library does to a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.frame.bounds.of_layers import Measurement
from keras_lateral.keras_tools.arguments import Borders
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.overview.layer_facts import LayerFacts
from keras_lateral.overview.layer_places import layer_places
from keras_lateral.overview.model_summary import ModelSummary
from keras_lateral.overview.planned import planned_by
from keras_lateral.receptive_field.freeze.frozen_function import variables_frozen_now
from keras_lateral.robustness.pruning.prune import synchronize


def summary(
    model: keras.Model,
    *,
    layers: Choice | None = None,
    callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = None,
    frame_bounds: bool = False,
    borders: Borders = "circular",
) -> ModelSummary:
    """Returns what is masked, regularized, pruned and frozen in a model, layer by layer.

    Like `model.summary()`, with what this library adds: each layer's receptive field; its gradient
    mask; its regularizer, Keras' own included; the zeros that are in its kernel and those that a
    pruning mask holds; whether it trains, a freeze holds it at the moment, or it expands the
    receptive field; and its frame bounds, where asked. What is not in the model has no column.

    Nothing in the model changes. Schedules and freezes are callbacks and no part of a model: give
    them as `callbacks` to see on what they act. Receptive fields are read from the graph, which a
    subclassed model does not have.

    Only the frame bounds take more than a moment, see `frame_bounds`.

    Args:
        model: A built model: functional, Sequential or subclassed, compiled or not.
        layers: The layers to show: a name, a layer class, a function from a layer to bool, or a
            list of these. Defaults to all. The totals are always those of the whole model.
        callbacks: A callback to be used in `fit`, or several; those of other libraries are left
            out.
        frame_bounds: Whether to compute the exact frame bounds A and B of the layers shown, see
            `frame_bounds`.
        borders: As for `frame_bounds`.

    Returns:
        A `ModelSummary`, which prints as a table that fits the terminal, shows itself in a
        notebook, and writes JSON.

    Raises:
        ValueError: If `model` is no model or not built, no layer matches `layers`, or one of
            `callbacks` is none or finds nothing in the model to act on.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer, GradientMaskConv2D, summary
    >>> layers = keras.layers
    >>> model = keras.Sequential([
    ...     keras.Input((32, 32, 1)),
    ...     GradientMaskConv2D(8, 3, name="conv1"),
    ...     layers.MaxPooling2D(name="pool"),
    ...     layers.Conv2D(8, 3, name="conv2", kernel_regularizer=FrameRegularizer()),
    ... ], name="small")
    >>> print(summary(model).text(width=90))
    summary of "small"
    layer  output       params  field  stride  sigma  threshold  sets
    conv1  30 x 30 x 8      80      3       1      1   0.1 mean     1
    pool   15 x 15 x 8       0      4       2
    conv2  13 x 13 x 8     584      8       2
    <BLANKLINE>
    layer  regularizer       factor    bounds  state
    conv2  FrameRegularizer    0.01  0.5 to 2  expands
    <BLANKLINE>
    664 parameters, all of them trainable
    1 layer masked; 1 layer regularized; 1 layer expanding the field
    sigma: in pixels; threshold: of the mean or maximum of |delta|, or as named; sets: K
    """
    _check_model(model)
    planned = planned_by(model, callbacks)
    synchronize(model)
    measurement = Measurement(borders)
    places = layer_places(model)
    shown = {id(place.layer) for place in places}
    if layers is not None:
        among = {place.name: place.layer for place in places}
        chosen = choose_layers(model, layers, among.values(), list(among))
        shown = {id(layer) for layer in chosen}
    facts = LayerFacts(model, planned)
    rows = [
        facts.of(place, measurement if frame_bounds and id(place.layer) in shown else None)
        for place in places
    ]
    return ModelSummary(
        model=model.name,
        layers=tuple(rows),
        parameters=_size(model.weights),
        trained=_size(model.trainable_weights),
        frozen=_size(variables_frozen_now(model)),
        shown=tuple(
            row.name for row, place in zip(rows, places, strict=True) if id(place.layer) in shown
        ),
        notes=(*planned.notes, *facts.notes),
    )


def _size(variables: Sequence[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _check_model(model: Any) -> None:
    if not isinstance(model, keras.Model):
        raise ValueError(
            "Invalid value for argument `model`. Expected a Keras model. "
            f"Received: model={model!r} of type {type(model).__name__}"
        )
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so its layers have no weights and shapes yet. "
            "Give it a `keras.Input`, call it on a batch, or call `model.build(input_shape)` first."
        )
