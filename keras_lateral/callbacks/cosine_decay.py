"""A learning rate that ends near 0, whatever the optimizer and the number of epochs."""

from __future__ import annotations

import math
from typing import Any

import keras


class CosineDecay(keras.callbacks.Callback):
    """Lets the learning rate fall along half a cosine over the epochs of `fit`.

        rate_e = rate (1 + cos(pi e / E)) / 2        in epoch e = 0 ... E-1 of E

    A network that is trained with large steps to the end is tested in the noise of its last steps,
    which on little data can be several points from one seed to the next. With small last steps
    differences between methods are seen with fewer seeds. Keras' own
    `schedules.CosineDecay` wants the number of steps when the model is compiled; this callback
    reads the number of epochs from `fit`, so it can be put beside any model.

    When `fit` ends, the optimizer has the rate again that it began with.

    Raises:
        ValueError: When training begins, if the optimizer's learning rate is a schedule already.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import CosineDecay
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> x = np.ones((4, 1))
    >>> decay = CosineDecay()
    >>> _ = model.fit(x, x, epochs=4, verbose=0, callbacks=[decay])
    >>> [round(rate, 4) for rate in decay.rates]
    [0.1, 0.0854, 0.05, 0.0146]

    Reference:

    - Loshchilov, I., Hutter, F. (2017). SGDR: Stochastic Gradient Descent with Warm Restarts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rates: list[float] = []
        self._rate = 0.0

    def on_train_begin(self, logs: Any = None) -> None:
        optimizer = self.model.optimizer
        schedule = optimizer.get_config().get("learning_rate")
        if not isinstance(schedule, (int, float)):
            raise ValueError(
                "CosineDecay expects an optimizer with a number as `learning_rate`. Received: "
                f"{schedule}, which changes by itself"
            )
        self._rate, self.rates = float(optimizer.learning_rate), []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        share = epoch / self.params["epochs"]
        self.rates.append(self._rate * (1 + math.cos(math.pi * share)) / 2)
        self.model.optimizer.learning_rate = self.rates[-1]

    def on_train_end(self, logs: Any = None) -> None:
        self.model.optimizer.learning_rate = self._rate
