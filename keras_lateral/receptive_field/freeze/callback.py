"""Epochs in which the layers that expand the receptive field do not train."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras

from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.receptive_field.freeze.epochs import Epochs, epochs_of
from keras_lateral.receptive_field.freeze.frozen_function import (
    FrozenEpoch,
    FrozenFunction,
    build_optimizer,
)
from keras_lateral.receptive_field.freeze.frozen_layers import (
    Values,
    check_compiled,
    layers_to_freeze,
    union,
    variables_of,
)


class ReceptiveFieldFreeze(keras.callbacks.Callback):
    """Stops, in chosen epochs of `fit`, the layers that expand the receptive field.

        theta <- theta                      of the frozen layers, with their optimizer slots
        theta <- update(theta, gradient)    of all others, as always

    In a frozen epoch the frozen weights stay what they are, bit for bit, under any optimizer of
    Keras: no momentum, weight decay or moving average moves them, and their slots rest. Their
    gradients are not computed (but in eager mode), so a frozen epoch costs a little less. Losses
    of their regularizers are still reported. BatchNormalization is used and updated as in any
    other epoch of training; so are other layers, whose `trainable` flags nobody touches.
    When `fit` ends, an optimizer with moving averages puts them in the place of all weights, as
    ever.

    Nothing is compiled anew. The first frozen epoch traces the step once more; later ones use
    that again. Which epochs are frozen follows from the epoch's number, so that training which is
    interrupted and resumed (`initial_epoch`, `BackupAndRestore`) ends with the weights of training
    that was not.

    Args:
        layers: A rule of `expanding_layers` (`"paper"`, the default, `"strided"`,
            `"after_pooling"`, `"first_kernel_above_one"`), or any layers: a name, a layer class,
            a function from a layer to bool, or a list of these.
        epochs: An epoch counted from 0; `"last"`; a list of epochs and ranges `(first, end)`,
            `end` not included; or a function from the epoch to bool, such as
            `AlternatingEpochs()`. `WhenRising()` waits until the validation loss rises.
        verify: Compares the frozen weights before and after each frozen epoch.

    Raises:
        ValueError: If `epochs` is none of these; when training begins, if the model is not built,
            or `layers` names or means no layer with weights.
        RuntimeError: If a frozen weight has changed (with `verify`), or this version of Keras
            offers no way to freeze it.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import ReceptiveFieldFreeze
    >>> layers = keras.layers
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.MaxPooling2D(),
    ...     layers.Conv2D(2, 3, name="expands"), layers.Flatten(), layers.Dense(1),
    ... ])
    >>> model.compile("adam", "mse")
    >>> freeze = ReceptiveFieldFreeze(epochs=[1])
    >>> x, y = np.ones((4, 8, 8, 1)), np.ones((4, 1))
    >>> _ = model.fit(x, y, epochs=3, verbose=0, callbacks=[freeze])
    >>> freeze.layer_names, freeze.frozen_epochs
    (['expands'], [1])

    Reference:

    - The receptive-field freeze, and eq. 5-15 for receptive fields: see the method's card.
    """

    def __init__(
        self, layers: Choice = "paper", epochs: Epochs = "last", *, verify: bool = True
    ) -> None:
        super().__init__()
        self.layers, self.epochs, self.verify = layers, epochs, verify
        self.layer_names: list[str] = []
        self.frozen_epochs: list[int] = []
        self._in_epoch = epochs_of(epochs)
        self._function: FrozenFunction | None = None
        self._epoch: FrozenEpoch | None = None
        self._values: Values | None = None
        self._variables: list[Any] = []
        self._first: int | None = None

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        # Before a callback restores what an optimizer built on all variables has saved.
        build_optimizer(model)

    def on_train_begin(self, logs: Any = None) -> None:
        chosen = layers_to_freeze(self.model, self.layers)
        check_compiled(self.model)
        build_optimizer(self.model)
        self.layer_names = [layer.name for layer in chosen]
        self._variables = variables_of(chosen)
        self.frozen_epochs, self._first = [], None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._values = self._epoch = None
        self._first = epoch if self._first is None else self._first
        if self._is_meant(epoch) and self._variables:
            self._values = Values(self._variables)
            self._epoch = FrozenEpoch(self.model, self._frozen_function())
            self.frozen_epochs.append(epoch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._epoch is not None:
            self._epoch.end()
            self._epoch = None
        if self._values is not None and self.verify:
            self._values.check()
        observe = getattr(self.epochs, "observe", None)
        if observe is not None:
            observe(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        # What is resumed after its frozen epochs has none to come.
        before = any(self._is_meant(epoch) for epoch in range(self._first or 0))
        if not self.frozen_epochs and not (before and self._variables):
            why = (
                f"no epoch that was trained is meant by epochs={self.epochs!r}"
                if self._variables
                else f"the weights of layers {self.layer_names} are not trainable anyway"
            )
            warnings.warn(
                f"ReceptiveFieldFreeze changed nothing: {why}.", UserWarning, stacklevel=2
            )

    def _is_meant(self, epoch: int) -> bool:
        return self._in_epoch(epoch, (self.params or {}).get("epochs"))

    def _frozen_function(self) -> FrozenFunction:
        """Compiled once for the same variables of the same compiled model."""
        outer = self.model.train_function
        around = outer.variables if isinstance(outer, FrozenFunction) else ()
        variables = union(self._variables, around)
        if self._function is None or not self._function.fits(self.model, variables):
            self._function = FrozenFunction(self.model, variables)
        return self._function
