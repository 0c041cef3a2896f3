"""Learning rates that decay to nearly 0: a callback, and a test for them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import keras


class CosineLearningRate(keras.callbacks.Callback):
    """Decays the learning rate along half a cosine over the epochs of `fit`.

        rate_e = rate (1 + cos(pi e / E)) / 2        in epoch e = 0 ... E-1 of E

    A network trained with large steps to the end is tested in the noise of its last steps, which
    on little data can be several points from one seed to the next. With small last steps, fewer
    seeds show the differences between methods. Keras' own `schedules.CosineDecay` needs the number
    of steps when the model is compiled; this callback reads the number of epochs from `fit`, so it
    works with any model.

    When `fit` ends, the optimizer gets back the rate that it began with. Nothing else should set
    the rate in between, such as `ReduceLROnPlateau` or `LearningRateScheduler`: each epoch begins
    with the cosine's rate all the same, and a warning says so.

    Raises:
        ValueError: When training begins, if the optimizer has no learning rate that can be set: it
            has a schedule, or is made of several optimizers.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import CosineLearningRate
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> x = np.ones((4, 1))
    >>> cosine = CosineLearningRate()
    >>> _ = model.fit(x, x, epochs=4, verbose=0, callbacks=[cosine])
    >>> [round(rate, 4) for rate in cosine.rates]
    [0.1, 0.0854, 0.05, 0.0146]

    Reference:

    - Loshchilov, I., Hutter, F. (2017). SGDR: Stochastic Gradient Descent with Warm Restarts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rates: list[float] = []
        self._rate = 0.0
        self._set: float | None = None
        self._told = False

    def on_train_begin(self, logs: Any = None) -> None:
        optimizer = innermost(self.model.optimizer)
        if hasattr(optimizer, "optimizers"):
            raise ValueError(
                "CosineLearningRate expects an optimizer with one `learning_rate`. Received: "
                f"{type(optimizer).__name__}, whose optimizers have one each"
            )
        schedule = optimizer.get_config().get("learning_rate")
        if not isinstance(schedule, (int, float)):
            raise ValueError(
                "CosineLearningRate expects an optimizer with a number as `learning_rate`. "
                f"Received: {schedule}, which is a schedule already. Leave the callback out, or "
                "compile the model with a number"
            )
        self._rate, self.rates = current_rate(optimizer), []
        self._set, self._told = None, False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._look(epoch)
        self.rates.append(self._rate * self.share(epoch, self.params["epochs"]))
        innermost(self.model.optimizer).learning_rate = self.rates[-1]
        self._set = current_rate(self.model.optimizer)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._look(epoch)

    def _look(self, epoch: int) -> None:
        """Warns, once, if something else has set the learning rate since this callback did."""
        found = current_rate(self.model.optimizer)
        if self._told or self._set is None or found == self._set:
            return
        self._told = True
        warnings.warn(
            f"CosineLearningRate has set the learning rate to {self._set:g}, and in epoch {epoch} "
            f"it is {found:g}: something else sets it too, such as `ReduceLROnPlateau` or "
            "`LearningRateScheduler`. Every epoch begins with the cosine's rate all the same. Give "
            "`fit` one of them.",
            UserWarning,
            stacklevel=3,
        )

    @staticmethod
    def share(epoch: int, epochs: int) -> float:
        """Returns the learning rate of an epoch as a share of the first one's."""
        return (1 + math.cos(math.pi * epoch / epochs)) / 2

    def on_train_end(self, logs: Any = None) -> None:
        self._look(len(self.rates) - 1)
        innermost(self.model.optimizer).learning_rate = self._rate


class CosineDecay(CosineLearningRate):
    """The earlier name of `CosineLearningRate`; Keras has a schedule of this name.

    Example:

    >>> import warnings
    >>> from keras_lateral import CosineDecay
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     _ = CosineDecay()
    >>> print(said[0].message)
    `keras_lateral.CosineDecay` is now `keras_lateral.CosineLearningRate`, ...
    """

    def __init__(self) -> None:
        warnings.warn(
            "`keras_lateral.CosineDecay` is now `keras_lateral.CosineLearningRate`, since "
            "`CosineDecay` is the name of a schedule of Keras. Version 0.4 removes the old name.",
            DeprecationWarning,
            stacklevel=2,
        )
        super().__init__()


def innermost(optimizer: Any) -> Any:
    """Returns the optimizer inside its wrappers, such as that of mixed precision."""
    while (inner := getattr(optimizer, "inner_optimizer", None)) is not None:
        optimizer = inner
    return optimizer


def has_plain_rate(optimizer: Any) -> bool:
    """Returns whether an optimizer has one learning rate that is a number, and no schedule."""
    optimizer = innermost(optimizer)
    if optimizer is None or hasattr(optimizer, "optimizers"):
        return False
    return isinstance(optimizer.get_config().get("learning_rate"), (int, float))


def current_rate(optimizer: Any) -> float:
    """Returns the learning rate of the next step; NaN where an optimizer has several."""
    try:
        rate = innermost(optimizer).learning_rate
    except AttributeError:  # `MultiOptimizer`
        return math.nan
    return float(keras.ops.convert_to_numpy(rate))  # of several devices, too


def setters_of_rate(callbacks: Sequence[keras.callbacks.Callback]) -> list[str]:
    """Returns the names of Keras' callbacks that set the learning rate themselves.

    Args:
        callbacks: The callbacks of one training.

    Example:

    >>> import keras
    >>> setters_of_rate([keras.callbacks.ReduceLROnPlateau(), keras.callbacks.TerminateOnNaN()])
    ['ReduceLROnPlateau']
    """
    kinds = (keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler)
    return [type(callback).__name__ for callback in callbacks if isinstance(callback, kinds)]


NEAR_ZERO = 0.05
"""The share of the largest learning rate below which steps hardly change the weights."""


def rate_ends_near_zero(
    model: keras.Model,
    callbacks: Sequence[keras.callbacks.Callback],
    epochs: int,
    steps_per_epoch: int | None,
) -> bool:
    """Returns whether the last epoch's learning rate is below `NEAR_ZERO` of the largest.

    What an optimizer's schedule, `CosineLearningRate` and Keras' `LearningRateScheduler` will do is
    known before training; what depends on the training itself is not, and counts as no change.

    Args:
        model: A compiled model.
        callbacks: The callbacks of its training.
        epochs: Number of epochs that it will be trained for.
        steps_per_epoch: Batches in an epoch, or `None` if not known: then the optimizer's
            schedule is treated as constant.
    """
    rates = learning_rates(model, callbacks, epochs, steps_per_epoch)
    return rates[-1] < NEAR_ZERO * max(rates)


def learning_rates(
    model: keras.Model,
    callbacks: Sequence[keras.callbacks.Callback],
    epochs: int,
    steps_per_epoch: int | None,
) -> list[float]:
    """Returns the learning rate with which each epoch begins; see `rate_ends_near_zero`."""
    optimizer = innermost(model.optimizer)
    rates = [_rate_at(optimizer, epoch * (steps_per_epoch or 0)) for epoch in range(epochs)]
    for callback in callbacks:
        if isinstance(callback, CosineLearningRate):
            shares = [callback.share(epoch, epochs) for epoch in range(epochs)]
            rates = [rates[0] * share for share in shares]
        elif isinstance(callback, keras.callbacks.LearningRateScheduler):
            rates = _scheduled(callback, rates[0], epochs)
    return rates


def _rate_at(optimizer: Any, step: int) -> float:
    before = int(keras.ops.convert_to_numpy(optimizer.iterations))  # of several devices, too
    optimizer.iterations.assign(step)
    try:
        return current_rate(optimizer)
    finally:
        optimizer.iterations.assign(before)


def _scheduled(callback: Any, rate: float, epochs: int) -> list[float]:
    rates = []
    for epoch in range(epochs):
        try:
            rate = float(callback.schedule(epoch, rate))
        except TypeError:  # Keras also takes functions of the epoch alone
            rate = float(callback.schedule(epoch))
        rates.append(rate)
    return rates
