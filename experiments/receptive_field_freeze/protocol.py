"""The parts of the protocol, for any network: an epoch, ordinary or frozen, and its evaluation.

After n epochs the weights, with the optimizer's state, are theta_n. From there

theta_n -> ordinary epoch -> model 1,
theta_n -> frozen epoch   -> model 2, with the same images in the same order;
model i -> features -> a new last layer, the same for both -> validation accuracy.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import keras

from experiments.receptive_field_freeze.images import Images
from keras_lateral import ReceptiveFieldFreeze

Scores = dict[str, float]


class Stopwatch(keras.callbacks.Callback):
    """Seconds of the last epoch, and of one step in it.

    The latter leaves out the first step, which may include tracing.
    """

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = self._first = time.perf_counter()
        self._batches = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batches += 1
        self._last = time.perf_counter()
        if self._batches == 1:
            self._first = self._last

    @property
    def epoch_seconds(self) -> float:
        return self._last - self._began

    @property
    def step_seconds(self) -> float:
        return (self._last - self._first) / max(self._batches - 1, 1)


def train_epoch(
    model: keras.Model,
    images: Images,
    epoch: int,
    *,
    seed: int,
    batch_size: int,
    frozen: Sequence[str] = (),
) -> Scores:
    """Trains one epoch, in which some layers may be frozen.

    Args:
        model: A compiled model.
        images: The images; their order depends only on `seed` and `epoch`.
        epoch: Number of the epoch, counted from 0.
        seed: Seed of the order.
        batch_size: Images per batch.
        frozen: Names of the layers to freeze.

    Returns:
        The seconds of the epoch and of one step.
    """
    watch = Stopwatch()
    callbacks: list[keras.callbacks.Callback] = [watch]
    if frozen:
        callbacks.append(ReceptiveFieldFreeze(layers=list(frozen), epochs=[epoch]))
    model.fit(
        *images.batches_of_epoch((seed, epoch)),
        batch_size=batch_size,
        shuffle=False,
        initial_epoch=epoch,
        epochs=epoch + 1,
        verbose=0,
        callbacks=callbacks,
    )
    return {"epoch_seconds": watch.epoch_seconds, "step_seconds": watch.step_seconds}


def starts_to_rise(losses: Sequence[float]) -> bool:
    """Returns whether the last of the losses is not below all before it."""
    return len(losses) > 1 and losses[-1] >= min(losses[:-1])


def evaluate(model: keras.Model, x: Any, y: Any) -> Scores:
    """Returns the mean `loss` and the `accuracy` of a classifier."""
    return scores(predict(model, x), y)


def scores(probabilities: Any, y: Any) -> Scores:
    """Returns the mean `loss` and the `accuracy` of predictions."""
    loss = keras.losses.SparseCategoricalCrossentropy()(y, probabilities)
    return {"accuracy": float((probabilities.argmax(-1) == y).mean()), "loss": float(loss)}


def predict(model: keras.Model, x: Any) -> Any:
    """Returns a model's output, in NumPy."""
    return model.predict(x, batch_size=200, verbose=0)
