"""The callback that freezes, in some epochs, the layers that expand the receptive field."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras

from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.learning_rate import NEAR_ZERO, current_rate
from keras_lateral.receptive_field.freeze.epochs import Epochs, epoch_rule
from keras_lateral.receptive_field.freeze.frozen_function import (
    FrozenEpoch,
    FrozenFunction,
    build_optimizer,
)
from keras_lateral.receptive_field.freeze.frozen_layers import (
    Values,
    check_compiled,
    layers_to_freeze,
    training_variables,
    union,
)


class ReceptiveFieldFreeze(keras.callbacks.Callback):
    """Freezes, in chosen epochs of `fit`, the layers that expand the receptive field.

        theta <- theta                      of the frozen layers, with their optimizer slots
        theta <- update(theta, gradient)    of all others, as always

    In a frozen epoch the frozen weights stay the same, bit for bit, under any optimizer of Keras:
    no momentum, weight decay or moving average changes them, and their slots stay the same too.
    Their gradients are not computed (except in eager mode), so a frozen epoch costs a little less.
    Losses of their regularizers are still reported. BatchNormalization is used and updated as in
    any other epoch of training; so are other layers. No `trainable` flag changes.
    When `fit` ends, an optimizer with moving averages replaces all weights by them, as always.

    Nothing is recompiled. The first frozen epoch traces the step once more; later ones reuse it.
    Which epochs are frozen depends only on the epoch's number, so training that is interrupted and
    resumed (`initial_epoch`, `BackupAndRestore`) ends with the weights of uninterrupted training.

    Args:
        layers: A rule of `expanding_layers` (`"paper"`, the default, `"strided"`,
            `"after_pooling"`, `"first_kernel_above_one"`), or any layers: a name, a layer class,
            a function from a layer to bool, or a list of these.
        epochs: An epoch counted from 0; `"last"`; a list of epochs and ranges `(first, end)`,
            `end` not included; or a function from the epoch to bool, such as
            `AlternatingEpochs()`. `WhenRising()` waits until the validation loss rises.
        verify: Whether to compare the frozen weights before and after each frozen epoch.

    Raises:
        ValueError: If `epochs` is none of these; when training begins, if the model is not built,
            or `layers` matches no layer with weights.
        RuntimeError: If a frozen weight has changed (with `verify`), or this version of Keras
            offers no known way to freeze it.

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
        self._in_epoch = epoch_rule(epochs)
        self._function: FrozenFunction | None = None
        self._epoch: FrozenEpoch | None = None
        self._values: Values | None = None
        self._variables: list[Any] = []
        self._first: int | None = None
        self._rates: dict[int, float] = {}

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        # Before a callback restores the saved state of an optimizer built on all variables.
        build_optimizer(model)

    def on_train_begin(self, logs: Any = None) -> None:
        chosen = layers_to_freeze(self.model, self.layers)
        check_compiled(self.model)
        build_optimizer(self.model)
        self.layer_names = [layer.name for layer in chosen]
        self._variables = training_variables(chosen)
        self.frozen_epochs, self._first, self._rates = [], None, {}

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._values = self._epoch = None
        self._first = epoch if self._first is None else self._first
        if self._is_frozen(epoch) and self._variables:
            self._values = Values(self._variables)
            self._epoch = FrozenEpoch(self.model, self._frozen_function())
            self.frozen_epochs.append(epoch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._epoch is not None:
            self._epoch.end()
            self._epoch = None
        if self._values is not None and self.verify:
            self._values.check()
        self._rates[epoch] = current_rate(self.model.optimizer)
        observe = getattr(self.epochs, "observe", None)
        if observe is not None:
            observe(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        # A run resumed after its frozen epochs has none left.
        before = any(self._is_frozen(epoch) for epoch in range(self._first or 0))
        if not self.frozen_epochs and not (before and self._variables):
            self._warn(f"nothing: {self._why_nothing()}")
        frozen = [self._rates[epoch] for epoch in self.frozen_epochs]
        if frozen and max(frozen) < NEAR_ZERO * max(self._rates.values()):
            self._warn(
                f"next to nothing: in the frozen epochs {self.frozen_epochs} the learning rate was "
                f"below {NEAR_ZERO:.0%} of the largest. Freeze other epochs, such as every other "
                "one with `AlternatingEpochs()`"
            )

    def _why_nothing(self) -> str:
        if self._variables:
            return f"no epoch of this training matches epochs={self.epochs!r}"
        return f"the weights of layers {self.layer_names} are not trainable anyway"

    @staticmethod
    def _warn(what: str) -> None:
        warnings.warn(f"ReceptiveFieldFreeze changed {what}.", UserWarning, stacklevel=3)

    def _is_frozen(self, epoch: int) -> bool:
        return self._in_epoch(epoch, (self.params or {}).get("epochs"))

    def _frozen_function(self) -> FrozenFunction:
        """Returns the function, compiled once for the same variables of the same compiled model."""
        outer = self.model.train_function
        around = outer.variables if isinstance(outer, FrozenFunction) else ()
        variables = union(self._variables, around)
        if self._function is None or not self._function.fits(self.model, variables):
            self._function = FrozenFunction(self.model, variables)
        return self._function
