"""Which layers and variables a freeze means, and a freeze without a callback."""

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
    """Within this context `fit` and `train_on_batch` leave some layers' weights as they are.

    Their optimizer slots rest too; everything else goes on as always. The layers' `trainable`
    flags are not touched and the model is not compiled anew, see `ReceptiveFieldFreeze`.

    Args:
        model: A built and compiled model.
        layers: As for `ReceptiveFieldFreeze`: a rule of `expanding_layers`, a name, a layer
            class, a function from a layer to bool, or a list of these.

    Yields:
        The names of the frozen layers.

    Raises:
        ValueError: If the model is not built or compiled, or `layers` means no layer with weights.
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
    variables = variables_of(chosen)
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
            model.make_train_function()  # ends a frozen epoch that an exception has left
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
    """Returns the layers that a choice or a rule of `expanding_layers` means.

    Raises:
        ValueError: If the model is not built, or no layer with weights is meant.
    """
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so its layers have no weights to freeze yet. "
            "Give it a `keras.Input`, or call `model.build(input_shape)` before."
        )
    if isinstance(layers, str) and layers in RULES:
        chosen = [one.layer for one in expanding_layers(model, rule=layers)]
    else:
        chosen = choose_layers(model, layers, among=all_layers(model))
    empty = [layer.name for layer in chosen if not layer.weights]
    if empty:
        raise ValueError(
            "Invalid value for argument `layers`. Expected layers with weights, which alone can be "
            f"frozen. Received layers without any: {empty}"
        )
    return chosen


def variables_of(layers: Sequence[Any]) -> list[Any]:
    """Returns the variables of layers that training changes, each once."""
    return union(*(layer.trainable_variables for layer in layers))


def union(*groups: Sequence[Any]) -> list[Any]:
    """Returns the variables of all groups, each once."""
    return list({id(one): one for group in groups for one in group}.values())


def check_compiled(model: Any) -> None:
    """Raises if a model can not train."""
    if not model.compiled or model.optimizer is None:
        raise ValueError(
            f"Model {model.name!r} is not compiled with an optimizer, so it has no training step "
            "to freeze layers in. Call `model.compile(...)` before."
        )


class Values:
    """What variables held, to be compared with what they hold later."""

    def __init__(self, variables: Sequence[Any]) -> None:
        self._variables = list(variables)
        self._before = [keras.ops.convert_to_numpy(one).copy() for one in self._variables]

    def check(self) -> None:
        """Raises if a variable has changed.

        Raises:
            RuntimeError: With the names of the variables.
        """
        pairs = zip(self._variables, self._before, strict=True)
        now = [(v.path, keras.ops.convert_to_numpy(v), before) for v, before in pairs]
        # Bytes, since a value that is not a number equals nothing.
        changed = [path for path, a, b in now if np.asarray(a).tobytes() != b.tobytes()]
        if changed:
            raise RuntimeError(
                f"These frozen variables have changed: {changed}. Something else than "
                "`model.optimizer` writes them, such as an optimizer of the model's own in a "
                "custom `train_step`, a layer or another callback."
            )
