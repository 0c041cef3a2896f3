"""A pretrained network in two phases within one `fit`: first its head alone, then all layers."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.learning_rate import current_rate, has_plain_rate, innermost
from keras_lateral.receptive_field.freeze.chosen_layers import training_variables, union
from keras_lateral.receptive_field.freeze.frozen_function import (
    FrozenEpoch,
    FrozenFunction,
    build_optimizer,
    frozen_function,
)

HEAD = "classifier"
"""Name of the layer that is new, and trains from the first epoch on."""

SHARE = 1 / 3
"""Of the epochs, with a frozen base."""

RATE = 0.1
"""Of the learning rate, when the base trains too."""


def frozen_epochs_of(epochs: int, frozen_epochs: int | None) -> int:
    """Returns how many epochs train the head alone.

    Args:
        epochs: Number of epochs of the training.
        frozen_epochs: Their number; `None` for a third, of which at least one epoch remains.

    Example:

    >>> frozen_epochs_of(30, None), frozen_epochs_of(1, None), frozen_epochs_of(30, 5)
    (10, 0, 5)
    """
    if frozen_epochs is not None:
        return frozen_epochs
    return min(max(1, round(SHARE * epochs)), epochs - 1)


def phases_identity(frozen_epochs: int | None, factor: float) -> dict[str, Any]:
    """Returns the two phases as JSON-compatible values."""
    return {
        "frozen_epochs": "a third" if frozen_epochs is None else frozen_epochs,
        "factor": factor,
    }


def check_phases(frozen_epochs: Any, fine_tuning_rate: Any) -> None:
    """Raises if a number is out of its range.

    Raises:
        ValueError: With what was expected.
    """
    whole = isinstance(frozen_epochs, Integral) and not isinstance(frozen_epochs, bool)
    if frozen_epochs is not None and (not whole or frozen_epochs < 0):
        raise ValueError(
            "Invalid value for argument `frozen_epochs`. Expected a whole number of at least 0. "
            f"Received: frozen_epochs={frozen_epochs!r}"
        )
    if fine_tuning_rate is not None and not fine_tuning_rate > 0:
        raise ValueError(
            "Invalid value for argument `fine_tuning_rate`. Expected a number above 0. "
            f"Received: fine_tuning_rate={fine_tuning_rate!r}"
        )


class FineTuning(keras.callbacks.Callback):
    """Trains the head of a network alone for some epochs, then all layers at a smaller rate.

        theta_base <- theta_base                     in the first epochs
        rate <- factor * rate                        in the others

    In the first epochs no step changes a bit of the other layers. Nothing is recompiled, and no
    flag changes, so training is one `fit`. Within an epoch of the second phase the optimizer has
    the smaller rate; between epochs it has the one that schedules and callbacks set, to which they
    go on referring.

    Args:
        head: Name of the layers that train from the first epoch on.
        frozen_epochs: Number of epochs in which they train alone. Defaults to a third of them.
        factor: What the learning rate is multiplied with afterwards.

    Raises:
        ValueError: When training begins, if no layer has the name of the head, or the optimizer has
            no learning rate that can be set.

    Reference:

    - Chollet, F. (2020). Transfer learning and fine-tuning. keras.io/guides/transfer_learning
    """

    def __init__(
        self, head: str = HEAD, frozen_epochs: int | None = None, factor: float = RATE
    ) -> None:
        super().__init__()
        self.head, self.number, self.factor = head, frozen_epochs, factor
        self.rates: list[float] = []
        self._frozen: list[Any] = []
        self._function: FrozenFunction | None = None
        self._epoch: FrozenEpoch | None = None
        self._tuning = False
        self._rate: float | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        heads = [layer for layer in all_layers(self.model) if layer.name == self.head]
        if not heads:
            raise ValueError(
                f"FineTuning expects a layer named {self.head!r}, which trains from the first "
                f"epoch on. Model {self.model.name!r} has none."
            )
        if self.factor != 1 and not has_plain_rate(self.model.optimizer):
            raise ValueError(
                "FineTuning expects an optimizer with a number as `learning_rate`, which it makes "
                "smaller. Received one with a schedule, or with several optimizers."
            )
        build_optimizer(self.model)
        own = {id(variable) for variable in training_variables(heads)}
        self._frozen = [v for v in self.model.trainable_variables if id(v) not in own]
        self.rates, self._epoch, self._rate = [], None, None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        frozen = epoch < frozen_epochs_of(self.params["epochs"], self.number)
        self._tuning = not frozen
        if not frozen or not self._frozen:
            return
        outer = self.model.train_function
        around = outer if isinstance(outer, FrozenFunction) else None
        variables = union(self._frozen, around.variables if around else ())
        self._function = frozen_function(self.model, variables, self._function)
        self._function.begin(around, verify=False)
        self._epoch = FrozenEpoch(self.model, self._function)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Sets the rate of an epoch when all callbacks that set it at its begin have done so."""
        if self._rate is not None:
            return
        self._rate = current_rate(self.model.optimizer)
        if self._tuning and self.factor != 1:
            innermost(self.model.optimizer).learning_rate = self.factor * self._rate
        self.rates.append(current_rate(self.model.optimizer))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._epoch is not None:
            self._epoch.end()
            self._epoch = None
        if self._rate is not None and self._tuning and self.factor != 1:
            innermost(self.model.optimizer).learning_rate = self._rate
        self._rate = None
