"""The callback that freezes, in some epochs, the layers that expand the receptive field."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.learning_rate import NEAR_ZERO
from keras_lateral.receptive_field.freeze.chosen_layers import (
    layers_or_later,
    layers_to_freeze,
    training_variables,
    union,
)
from keras_lateral.receptive_field.freeze.effect import Effect
from keras_lateral.receptive_field.freeze.epochs import Epochs, epoch_rule, plain_epochs
from keras_lateral.receptive_field.freeze.frozen_function import (
    FrozenEpoch,
    FrozenFunction,
    build_optimizer,
    frozen_function,
)
from keras_lateral.receptive_field.freeze.frozen_layers import check_compiled


class ReceptiveFieldFreeze(keras.callbacks.Callback):
    """Freezes, in chosen epochs of `fit`, the layers that expand the receptive field.

        theta <- theta                      of the frozen layers, with their optimizer slots
        theta <- update(theta, gradient)    of all others, as if these were not there

    In a frozen epoch no step changes a bit of the frozen weights, under any optimizer of Keras: no
    momentum, weight decay or moving average changes them, and their slots stay the same too. The
    others train as with `trainable=False` in the frozen layers: clipping by a global norm and
    checks for finite gradients see only the gradients that are applied.
    Their gradients are not computed (except in eager mode), so a frozen epoch costs a little less.
    Losses of their regularizers are still reported. BatchNormalization is used and updated as in
    any other epoch of training; so are other layers. No `trainable` flag changes.
    When `fit` ends, an optimizer with moving averages replaces all weights by them, as always.

    Nothing is recompiled. The first frozen epoch traces the step once more; later ones reuse it.
    Which epochs are frozen depends only on the epoch's number, so training that is interrupted and
    resumed (`initial_epoch`, `BackupAndRestore`) ends with the weights of uninterrupted training.

    Args:
        layers: A rule of `expanding_layers` (`"paper"`, the default, `"strided"`,
            `"after_pooling"`, `"first_kernel_above_one"`), or any layers, also those inside
            blocks, wrappers and lists: a name, which means all layers with that name, or the one in
            the model itself; a place such as `"block/conv"`; a layer class; a function from a layer
            to bool; or a list of these. Those of a model that is not built yet are looked up as
            soon as it is.
        epochs: An epoch counted from 0; `"last"`; a list of epochs and ranges `(first, end)`,
            `end` not included; a set or range of epochs; or a function from the epoch to bool, such
            as `AlternatingEpochs()`. `WhenRising()` waits until the validation loss rises.
        verify: Whether to compare the frozen weights before and after each step of a frozen epoch.
            It is done where they are, and read when the epoch ends. What callbacks do between
            epochs, such as swapping weights with their averages, is no matter.

    Raises:
        ValueError: If `epochs` is none of these; when training begins, or when the model is
            built, if `layers` matches no layer with weights.
        RuntimeError: If a step has changed a frozen weight or a callback has ended the freeze
            (with `verify`), or this version of Keras offers no known way to freeze it.

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
        self._layers: dict[str, Any] | None = None
        self._function: FrozenFunction | None = None
        self._epoch: FrozenEpoch | None = None
        self._first: int | None = None
        self._effect = Effect()
        self._told = False

    @property
    def epochs(self) -> Epochs:
        """The epochs that are frozen; others can be set at any time."""
        return self._epochs

    @epochs.setter
    def epochs(self, epochs: Epochs) -> None:
        self._in_epoch = epoch_rule(epochs)
        self._epochs: Epochs = plain_epochs(epochs)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        # Before a callback restores the saved state of an optimizer built on all variables.
        build_optimizer(model)

    def on_train_begin(self, logs: Any = None) -> None:
        self._layers, self.layer_names, self.frozen_epochs = None, [], []
        self._first, self._effect, self._told, self._epoch = None, Effect(), False, None
        found = layers_or_later(self.model, self.layers)
        check_compiled(self.model)
        build_optimizer(self.model)
        if found is not None:
            self._know(found)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = None
        self._first = epoch if self._first is None else self._first
        if not self._is_frozen(epoch):
            self._effect.begin_epoch(self._layers or {})
        elif self._layers is None or self._variables():
            around = self._around()
            function = self._frozen_function(around)
            function.begin(around, verify=self.verify)
            self._epoch = FrozenEpoch(self.model, function)
            self.frozen_epochs.append(epoch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._layers is None:
            self._look_up()  # what a frozen epoch's first step has not
        if self._epoch is not None:
            self._end(self._epoch, epoch)
            self._epoch = None
        self._effect.end_epoch(epoch, self.model, self._layers or {})
        observe = getattr(self.epochs, "observe", None)
        if observe is not None:
            observe(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        # A run resumed after its frozen epochs has none left.
        before = any(self._is_frozen(epoch) for epoch in range(self._first or 0))
        layers = self._layers or {}
        still = self._effect.standing_still(layers)
        if still:
            every = "" if len(still) == len(layers) else " for some layers"
            self._warn(
                f"nothing{every}: the weights of layers {still} are not trainable anyway, or no "
                "ordinary epoch of this training changed them either"
            )
        elif not self.frozen_epochs and not before:
            self._warn(f"nothing: no epoch of this training matches epochs={self.epochs!r}")
        elif self._effect.rate_is_near_zero(self.frozen_epochs):
            self._warn(
                f"next to nothing: in the frozen epochs {self.frozen_epochs} the learning rate was "
                f"below {NEAR_ZERO:.0%} of the largest. Freeze other epochs, such as every other "
                "one with `AlternatingEpochs()`"
            )

    @staticmethod
    def _warn(what: str) -> None:
        warnings.warn(f"ReceptiveFieldFreeze changed {what}.", UserWarning, stacklevel=3)

    def _is_frozen(self, epoch: int) -> bool:
        return self._in_epoch(epoch, (self.params or {}).get("epochs"))

    def _know(self, layers: Sequence[Any]) -> None:
        self.layer_names = LayerLabels(self.model).of_all(layers)
        self._layers = dict(zip(self.layer_names, layers, strict=True))

    def _look_up(self) -> None:
        self._know(layers_to_freeze(self.model, self.layers))

    def _variables(self) -> list[Any]:
        if self._layers is None:
            self._look_up()
        return training_variables(list((self._layers or {}).values()))

    def _around(self) -> FrozenFunction | None:
        outer = self.model.train_function
        return outer if isinstance(outer, FrozenFunction) else None

    def _frozen_function(self, around: FrozenFunction | None) -> FrozenFunction:
        """Returns the function, compiled once for the same variables of the same compiled model."""

        def variables() -> list[Any]:
            return union(self._variables(), around.variables if around else ())

        if self._layers is None:
            self._function = FrozenFunction(self.model, variables)
        else:
            self._function = frozen_function(self.model, variables(), self._function)
        return self._function

    def _end(self, frozen: FrozenEpoch, epoch: int) -> None:
        """Ends a frozen epoch, and says what went wrong in it."""
        early, check = frozen.ended, frozen.function.check
        frozen.end()
        if check is not None:
            check.raise_if_changed()
        if early:
            self._unfrozen(epoch)
        changed = check.changed_between_steps() if check is not None else []
        if changed and not self._told:
            self._told = True
            warnings.warn(
                f"ReceptiveFieldFreeze: between steps of epoch {epoch} something, such as another "
                f"callback, has changed weights that these steps left alone: {changed}.",
                UserWarning,
                stacklevel=3,
            )

    def _unfrozen(self, epoch: int) -> None:
        message = (
            f"Epoch {epoch} was frozen only in part: within it something, such as another "
            "callback, called `make_train_function`, `train_on_batch` or `fit` of the same model, "
            "which ends a freeze."
        )
        if self.verify:
            raise RuntimeError(message)
        warnings.warn(message, UserWarning, stacklevel=4)
