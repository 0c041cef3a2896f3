"""Dropout before the last layer."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.followed_layer import follow
from keras_lateral.keras_tools.attaching.lost_on_saving import holds_its_class, warn_when_lost
from keras_lateral.keras_tools.attaching.strategy_scope import strategy_scope
from keras_lateral.keras_tools.head.head_layer import head_layer
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method, setting_text
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Srivastava, N., Hinton, G., Krizhevsky, A., Sutskever, I., Salakhutdinov, R. (2014). Dropout: "
    "A Simple Way to Prevent Neural Networks from Overfitting. Journal of Machine Learning "
    "Research 15, 1929-1958"
)

ATTRIBUTE = "dropout_before"


def add_dropout(
    model: keras.Model, layers: Choice | None = None, *, rate: float = 0.5
) -> keras.Model:
    """Puts a `keras.layers.Dropout` before some layers of a model, in place, and returns it.

    In training each number that the layer takes is 0 with probability p, and divided by 1 - p
    otherwise. The model keeps its class, weights and compilation, and its outputs in inference. A
    layer's dropout is its attribute `dropout_before`; it is saved with the model.

    Args:
        model: Any model; its layers are found however deep they lie.
        layers: The layers: a name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to the last dense layer or convolution.
        rate: p, from 0 to below 1.

    Returns:
        `model`.

    Raises:
        ValueError: If there is no such layer, it has such a dropout already, or `rate` is out of
            its range.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="scores")])
    >>> add_dropout(model, rate=0.25).get_layer("scores").dropout_before.rate
    0.25
    """
    check_number("rate", rate, low=0, below=1)
    chosen: list[Any] = [head_layer(model)] if layers is None else choose_layers(model, layers)
    present = LayerLabels(model).of_all(
        layer for layer in all_layers(model) if hasattr(layer, ATTRIBUTE)
    )
    if present:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model to which no dropout was added. "
            f"Received: model {model.name!r}, with dropout before {present}"
        )
    with strategy_scope(model):
        for layer in chosen:
            name = f"{layer.name}_{ATTRIBUTE}"
            dropout = keras.layers.Dropout(rate, dtype=layer.dtype_policy, name=name)
            dropout.build(())
            follow(layer, ATTRIBUTE, dropout, first=True)
    rebuild_compiled_functions(model)
    again = "`keras_lateral.add_dropout(model)`, with the same arguments."
    warn_when_lost(model, chosen, holds_its_class, what="added dropouts", again=again)
    return model


def dropout_method(
    *, rate: float = 0.5, layers: Choice | None = None, name: str = "dropout"
) -> Method:
    """Returns the method that puts a `keras.layers.Dropout` before the last layer.

    Dropout that the model has already stays.

    Args:
        rate: Probability p of dropping a number. The default is the paper's for hidden layers; it
            drops inputs and convolutions' outputs too, with smaller probabilities.
        layers: The layers to put it before: a name, a layer class, a function from a layer to bool,
            or a list of these. Defaults to the last dense layer or convolution.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `rate`.

    Raises:
        ValueError: If `rate` is out of its range.

    Example:

    >>> from keras_lateral import dropout_method
    >>> dict(dropout_method().settings)
    {'rate': 0.5}

    Reference:

    - Srivastava, N. et al. (2014). Dropout: A Simple Way to Prevent Neural Networks from
      Overfitting. Journal of Machine Learning Research 15, 1929-1958
    """
    check_number("rate", rate, above=0, below=1)
    settings: dict[str, Any] = {"rate": float(rate)}
    if layers is not None:
        settings["layers"] = setting_text(layers)
    return Method(
        name,
        partial(add_dropout, layers=layers, rate=float(rate)),
        settings=settings,
        space=SearchedMethod(dropout_method, name, {"rate": (0.1, 0.8)}, {"layers": layers}),
        reference=REFERENCE,
        exclusive=frozenset({"dropout before the last layer"}),
    )
