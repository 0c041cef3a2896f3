"""A freeze without a callback."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.receptive_field.freeze.chosen_layers import (
    layers_to_freeze,
    training_variables,
    union,
)
from keras_lateral.receptive_field.freeze.frozen_function import FrozenFunction, build_optimizer


@contextmanager
def frozen(model: keras.Model, layers: Choice = "paper") -> Iterator[list[str]]:
    """Within this context `fit` and `train_on_batch` leave some layers' weights unchanged.

    Their optimizer slots stay unchanged too; the others train as with `trainable=False` in these
    layers, so clipping by a global norm sees the gradients that are applied. The layers'
    `trainable` flags are not touched and the model is not recompiled, see `ReceptiveFieldFreeze`.

    Args:
        model: A built and compiled model.
        layers: As for `ReceptiveFieldFreeze`: a rule of `expanding_layers`, a name, a layer
            class, a function from a layer to bool, or a list of these.

    Yields:
        The labels of the frozen layers: names, or paths where several layers have a name.

    Raises:
        ValueError: If the model is not built or compiled, or no layer with weights matches.
        RuntimeError: If a step has changed a frozen weight nevertheless.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import frozen
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="first")])
    >>> model.add(keras.layers.Dense(1, name="second"))
    >>> model.compile("adam", "mse")
    >>> before = model.get_weights()
    >>> with frozen(model, "first"):
    ...     _ = model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
    >>> [bool(np.array_equal(a, b)) for a, b in zip(before, model.get_weights())]
    [True, True, False, False]
    """
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so its layers have no weights to freeze yet. "
            "Give it a `keras.Input`, or call it on a batch first."
        )
    chosen = layers_to_freeze(model, layers)
    check_compiled(model)
    build_optimizer(model)
    model.make_train_function()
    names, variables = LayerLabels(model).of_all(chosen), training_variables(chosen)
    before = model.train_function
    around = before if isinstance(before, FrozenFunction) else None  # one context within another
    function = FrozenFunction(model, union(variables, around.variables if around else ()))
    function.begin(around, verify=True)
    model.train_function = function
    try:
        with function.values_at_the_end():
            yield names
    finally:
        if isinstance(model.train_function, FrozenFunction):
            model.make_train_function()  # ends a frozen epoch left by an exception
        held = model.train_function is function
        if held:
            model.train_function = before
    if not held:
        _warn(
            f"Model {model.name!r} was compiled while its layers were frozen, which ended "
            "the freeze. Compile it before `with frozen(...)`."
        )
    elif function.check is not None:
        function.check.raise_if_changed()
    if not variables:
        _warn(f"`frozen` changed nothing: the weights of layers {names} are not trainable anyway.")
    elif held and not function.calls:
        _warn(
            "`frozen` changed nothing: no `fit` or `train_on_batch` of model "
            f"{model.name!r} has made a step within it. It stops no other steps."
        )


def _warn(what: str) -> None:
    # Through `frozen`, `contextlib` and to the `with` of the user.
    warnings.warn(what, UserWarning, stacklevel=4)


def check_compiled(model: Any) -> None:
    """Raises if a model cannot train."""
    if not model.compiled or model.optimizer is None:
        raise ValueError(
            f"Model {model.name!r} is not compiled with an optimizer, so it has no training step "
            "to freeze layers in. Call `model.compile(...)` first."
        )
