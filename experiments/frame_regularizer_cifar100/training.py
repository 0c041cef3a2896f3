"""One run: one arm, one seed, one record."""

from __future__ import annotations

import math
import time
from typing import Any

import keras

from experiments.common.cifar100 import batches, images
from experiments.frame_regularizer_cifar100.bounds import layer_bounds
from experiments.frame_regularizer_cifar100.config import Arm, Size
from experiments.frame_regularizer_cifar100.network import build
from experiments.frame_regularizer_cifar100.regularizers import operators, regularize, schedule


def train(arm: Arm, size: Size, seed: int) -> tuple[keras.Model, dict[str, Any]]:
    """Trains one network and tests it once, after the last epoch.

    Args:
        arm: The regularizer, its schedule and the start.
        size: The size of the study.
        seed: Seed of the training images, the initial weights and the batches.

    Returns:
        The network and the record of the run.
    """
    began = time.perf_counter()
    keras.utils.set_random_seed(seed)
    (x, y), (x_test, y_test) = images(size, seed)
    model = build(size, seed, arm.start)
    regularize(model, arm)
    steps = size.epochs * (len(x) // size.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(arm.rate * size.learning_rate, steps)
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    bounds = arm.yardstick
    at_start = layer_bounds(operators(model), *bounds)
    seconds = -time.perf_counter()
    callbacks = keras.callbacks.CallbackList(
        schedule(arm, size.epochs), model=model, epochs=size.epochs
    )
    callbacks.on_train_begin()
    for epoch in range(size.epochs):
        callbacks.on_epoch_begin(epoch)
        model.reset_metrics()
        for batch in batches(x, y, size, seed, epoch):
            last = model.train_on_batch(*batch, return_dict=True)
        if not math.isfinite(last["loss"]):
            break
    callbacks.on_train_end()
    seconds += time.perf_counter()
    at_end = layer_bounds(operators(model), *bounds)
    test = _evaluate(model, x_test, y_test)
    train = _evaluate(model, x, y)
    return model, _without_nan(
        {
            "test_accuracy": test["accuracy"],
            "test_loss": test["loss"],
            "train_accuracy": train["accuracy"],
            "train_loss": train["loss"],
            "at_start": at_start,
            "at_end": at_end,
            "training_seconds": seconds,
            "seconds": time.perf_counter() - began,
        }
    )


def _evaluate(model: keras.Model, x: Any, y: Any) -> dict[str, float]:
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    logits = model.predict(x, batch_size=200, verbose=0)
    return {
        "accuracy": float((logits.argmax(-1) == y).mean()),
        "loss": float(cross_entropy(y, logits)),
    }


def _without_nan(value: Any) -> Any:
    """Returns the record with None, which JSON has, in place of non-finite numbers."""
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
