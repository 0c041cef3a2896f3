"""The layers and variables that a freeze affects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers, functional_copy
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.receptive_field.expanding_layers import RULES, expanding_layers


def layers_to_freeze(model: Any, layers: Choice) -> list[keras.layers.Layer]:
    """Returns the layers that match a choice or a rule of `expanding_layers`.

    Layers inside layers are found too: in blocks, wrappers, lists and nested models. A name means
    every layer with that name; `"block/conv"` those named `"conv"` inside one named `"block"`.

    Args:
        model: A model, built or not.
        layers: As for `ReceptiveFieldFreeze`.

    Raises:
        ValueError: If no layer with weights matches, or a matching one is not built.
    """
    chosen = _matching(model, layers)
    unbuilt = [layer.name for layer in chosen if _waits(layer)]
    if unbuilt:
        raise ValueError(
            f"Layers {unbuilt} of model {model.name!r} are not built, so they have no weights to "
            "freeze yet. Give the model a `keras.Input`, or call it on a batch first."
        )
    empty = [layer.name for layer in chosen if not layer.weights]
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


def telling_names(model: Any, layers: Sequence[keras.layers.Layer]) -> list[str]:
    """Returns the layers' names; where several of the model have the same one, where they are.

    Of several with the same name in the same place, the later ones get a number.

    Args:
        model: The model.
        layers: Some of its layers.

    Example:

    >>> import keras
    >>> part = lambda name: keras.Sequential([keras.layers.Dense(1, name="dense")], name=name)
    >>> model = keras.Sequential([part("left"), part("right"), keras.layers.Dense(1, name="last")])
    >>> telling_names(model, layers_to_choose_from(model))
    ['left', 'left/dense', 'right', 'right/dense', 'last']
    """
    known = layers_to_choose_from(model)
    count = Counter(layer.name for layer in known)
    inside = {id(owner): {id(layer) for layer in all_layers(owner)} for owner in known}

    def name(layer: keras.layers.Layer) -> str:
        if count[layer.name] < 2:
            return str(layer.name)
        owners = [owner.name for owner in known if id(layer) in inside[id(owner)]]
        return "/".join([*owners, layer.name])

    names: dict[str, None] = {}
    for layer in layers:
        path = name(layer)
        number = sum(other.partition(" (")[0] == path for other in names)
        names[f"{path} ({number + 1})" if number else path] = None
    return list(names)


def layers_to_choose_from(model: Any) -> list[keras.layers.Layer]:
    """Returns the layers that have names to call them by.

    A Sequential model keeps the functional model that it makes of itself among its attributes; it
    holds the same layers.
    """
    layers = list(all_layers(model))
    hidden = {id(functional_copy(layer)) for layer in [model, *layers]}
    return [layer for layer in layers if id(layer) not in hidden]


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
    return choose_layers(model, layers, among=layers_to_choose_from(model))
