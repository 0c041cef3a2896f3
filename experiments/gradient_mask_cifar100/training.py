"""One run: one arm, one seed, one record."""

from __future__ import annotations

import time
from typing import Any

import keras

from experiments.common.cifar100 import batches, images
from experiments.gradient_mask_cifar100.config import Arm, Size
from experiments.gradient_mask_cifar100.measure import what_is_left
from experiments.gradient_mask_cifar100.network import build, masks


def train(arm: Arm, size: Size, seed: int) -> tuple[keras.Model, dict[str, Any]]:
    """Trains one network and tests it once, after the last epoch.

    Args:
        arm: The masks.
        size: The size of the study.
        seed: Seed of the training images, the initial weights, the batches and the augmentation.

    Returns:
        The network and the record of the run.
    """
    began = time.perf_counter()
    keras.utils.set_random_seed(seed)
    (x, y), (x_test, y_test) = images(size, seed)
    model = build(arm, size, seed)
    steps = size.epochs * (len(x) // size.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(size.learning_rate, steps)
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    # The first steps look alike for every seed; one is enough.
    start = what_is_left(model, x[:100], y[:100]) if seed == 0 else None
    for epoch in range(size.epochs):
        _switch(model, arm, epoch / size.epochs)
        model.reset_metrics()
        for batch in batches(x, y, size, seed, epoch):
            last = model.train_on_batch(*batch, return_dict=True)
    test = model.evaluate(x_test, y_test, batch_size=200, verbose=0, return_dict=True)
    train = model.evaluate(x, y, batch_size=200, verbose=0, return_dict=True)
    _switch(model, arm, arm.epochs[0])
    end = what_is_left(model, x[:100], y[:100])
    return model, {
        "test_accuracy": float(test["accuracy"]),
        "test_loss": float(test["loss"]),
        "train_accuracy": float(train["accuracy"]),
        "train_loss": float(train["loss"]),
        "last_epoch_accuracy": float(last["accuracy"]),
        "last_epoch_loss": float(last["loss"]),
        "at_start": start,
        "at_end": end,
        "seconds": time.perf_counter() - began,
    }


def _switch(model: keras.Model, arm: Arm, share: float) -> None:
    """Turns the masks on or off for what comes after this share of the training."""
    if arm.epochs == (0.0, 1.0):
        return
    for mask in masks(model):
        mask.enabled = arm.epochs[0] <= share < arm.epochs[1]
