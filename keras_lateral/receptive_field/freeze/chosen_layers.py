"""The layers and variables that a freeze affects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.receptive_field.expanding_layers import RULES, expanding_layers


def layers_to_freeze(model: Any, layers: Choice) -> list[keras.layers.Layer]:
    """Returns the layers that match a choice or a rule of `expanding_layers`.

    Layers inside layers are found too: in blocks, wrappers, lists and nested models.

    Args:
        model: A model, built or not.
        layers: As for `ReceptiveFieldFreeze`.

    Raises:
        ValueError: If no layer with weights matches, or a matching one is not built.
    """
    chosen = _matching(model, layers)
    labels = LayerLabels(model)
    unbuilt = labels.of_all(layer for layer in chosen if _waits(layer))
    if unbuilt:
        raise ValueError(
            f"Layers {unbuilt} of model {model.name!r} are not built, so they have no weights to "
            "freeze yet. Give the model a `keras.Input`, or call it on a batch first."
        )
    empty = labels.of_all(layer for layer in chosen if not layer.weights)
    if empty:
        raise ValueError(
            "Invalid value for argument `layers`. Expected layers with weights; no others can be "
            f"frozen. Received layers without any: {empty}"
        )
    return chosen


def layers_or_later(model: Any, layers: Choice) -> list[keras.layers.Layer] | None:
    """Returns the layers to freeze, or `None` if they must wait for the step that builds them.

    Raises:
        ValueError: If waiting would not help.
    """
    by_rule = isinstance(layers, str) and layers in RULES
    # A subclassed model has no graph for a rule, whenever it is built.
    if not model.built and not (by_rule and not isinstance(model, keras.Sequential)):
        return None
    if any(_waits(layer) for layer in _matching(model, layers)):
        return None
    return layers_to_freeze(model, layers)


def training_variables(layers: Sequence[Any]) -> list[Any]:
    """Returns the variables of layers that training changes, each once."""
    return union(*(layer.trainable_variables for layer in layers))


def union(*groups: Sequence[Any]) -> list[Any]:
    """Returns the variables of all groups, each once."""
    return list({id(variable): variable for group in groups for variable in group}.values())


def _waits(layer: keras.layers.Layer) -> bool:
    return not layer.built and not layer.weights


def _matching(model: Any, layers: Choice) -> list[keras.layers.Layer]:
    if isinstance(layers, str) and layers in RULES:
        return [found.layer for found in expanding_layers(model, rule=layers)]
    return choose_layers(model, layers, among=LayerLabels(model).layers)
