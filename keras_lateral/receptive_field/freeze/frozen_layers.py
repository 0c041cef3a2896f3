"""The layers and variables that a freeze affects, and a freeze without a callback."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.receptive_field.expanding_layers import RULES, expanding_layers
from keras_lateral.receptive_field.freeze.frozen_function import FrozenFunction, build_optimizer


@contextmanager
def frozen(model: keras.Model, layers: Choice = "paper") -> Iterator[list[str]]:
    """Within this context `fit` and `train_on_batch` leave some layers' weights unchanged.

    Their optimizer slots stay unchanged too; everything else goes on as always. The layers'
    `trainable` flags are not touched and the model is not recompiled, see `ReceptiveFieldFreeze`.

    Args:
        model: A built and compiled model.
        layers: As for `ReceptiveFieldFreeze`: a rule of `expanding_layers`, a name, a layer
            class, a function from a layer to bool, or a list of these.

    Yields:
        The names of the frozen layers.

    Raises:
        ValueError: If the model is not built or compiled, or no layer with weights matches.
        RuntimeError: If a frozen weight has changed nevertheless.

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
    chosen = layers_to_freeze(model, layers)
    check_compiled(model)
    build_optimizer(model)
    model.make_train_function()
    variables = training_variables(chosen)
    before, values = model.train_function, Values(variables)
    if isinstance(before, FrozenFunction):  # one context within another
        variables = union(variables, before.variables)
    function = FrozenFunction(model, variables)
    model.train_function = function
    try:
        with function.values_at_the_end():
            yield [layer.name for layer in chosen]
    finally:
        if isinstance(model.train_function, FrozenFunction):
            model.make_train_function()  # ends a frozen epoch left by an exception
        held = model.train_function is function
        if held:
            model.train_function = before
    if held:
        values.check()
    else:
        warnings.warn(
            f"Model {model.name!r} was compiled while its layers were frozen, which ended "
            "the freeze. Compile it before `with frozen(...)`.",
            UserWarning,
            stacklevel=3,
        )


def layers_to_freeze(model: Any, layers: Choice) -> list[keras.layers.Layer]:
    """Returns the layers that match a choice or a rule of `expanding_layers`.

    Raises:
        ValueError: If the model is not built, or no layer with weights matches.
    """
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so its layers have no weights to freeze yet. "
            "Give it a `keras.Input`, or call `model.build(input_shape)` first."
        )
    if isinstance(layers, str) and layers in RULES:
        chosen = [found.layer for found in expanding_layers(model, rule=layers)]
    else:
        chosen = choose_layers(model, layers, among=all_layers(model))
    empty = [layer.name for layer in chosen if not layer.weights]
    if empty:
        raise ValueError(
            "Invalid value for argument `layers`. Expected layers with weights; no others can be "
            f"frozen. Received layers without any: {empty}"
        )
    return chosen


def training_variables(layers: Sequence[Any]) -> list[Any]:
    """Returns the variables of layers that training changes, each once."""
    return union(*(layer.trainable_variables for layer in layers))


def union(*groups: Sequence[Any]) -> list[Any]:
    """Returns the variables of all groups, each once."""
    return list({id(variable): variable for group in groups for variable in group}.values())


def check_compiled(model: Any) -> None:
    """Raises if a model cannot train."""
    if not model.compiled or model.optimizer is None:
        raise ValueError(
            f"Model {model.name!r} is not compiled with an optimizer, so it has no training step "
            "to freeze layers in. Call `model.compile(...)` first."
        )


class Values:
    """The values of variables, for comparison with their values later."""

    def __init__(self, variables: Sequence[Any]) -> None:
        self._variables = list(variables)
        self._before = [keras.ops.convert_to_numpy(v).copy() for v in self._variables]

    def check(self) -> None:
        """Raises if a variable has changed.

        Raises:
            RuntimeError: With the names of the variables.
        """
        pairs = zip(self._variables, self._before, strict=True)
        now = [(v.path, keras.ops.convert_to_numpy(v), before) for v, before in pairs]
        # Bytes, since NaN does not equal itself.
        changed = [path for path, a, b in now if np.asarray(a).tobytes() != b.tobytes()]
        if changed:
            raise RuntimeError(
                f"These frozen variables have changed: {changed}. Something other than "
                "`model.optimizer` writes them, such as the model's own optimizer in a "
                "custom `train_step`, a layer or another callback."
            )
