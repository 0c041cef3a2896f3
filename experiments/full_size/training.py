"""One training, an epoch at a time: it can stop after any, and go on to the last bit the same."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from experiments.common.state import load, restore, save, snapshot
from experiments.full_size.images import Images, images
from experiments.full_size.methods import method_of
from experiments.full_size.networks import build
from experiments.full_size.outcome import errors, outcome
from experiments.full_size.recipe import Recipe
from experiments.full_size.stream import IMAGENET, StreamedImages, imagenet
from experiments.full_size.table import Arm
from keras_lateral import Method

Data = Images | StreamedImages


@dataclass(frozen=True)
class Training:
    """A training, and where it keeps its unfinished state and its trained weights.

    Args:
        arm: The arm.
        recipe: The recipe of the table, before what the arm changes in it.
        seed: Seed of the initial weights and of the batches: with one seed, the same in every arm.
        state: File of the state after the last finished epoch.
        weights: File of the trained weights.
    """

    arm: Arm
    recipe: Recipe
    seed: int
    state: Path
    weights: Path


def train(training: Training, until: float = float("inf")) -> dict[str, Any] | None:
    """Trains a network, or the rest of it, and tests it once, after the last epoch.

    Args:
        training: The training.
        until: When to stop, as a time of `time.monotonic`: no epoch begins that would probably
            end later. The first always does, so that every call gets on.

    Returns:
        The record of the run, or `None` if it is not finished yet.
    """
    recipe = training.arm.changed(training.recipe)
    data: Data = imagenet() if recipe.dataset == IMAGENET else images(recipe)
    model, method = prepared(training.arm, recipe, data, training.seed)
    done, seconds, wrong = _resume(model, training.state)
    callbacks = list(method.callbacks())  # one for all epochs: a freeze keeps what it traced
    longest = 0.0
    for epoch in range(done, recipe.epochs):
        if epoch > done and time.monotonic() + longest > until:
            return None
        began = time.perf_counter()
        batches = data.batches(
            recipe.batch_size, training.seed, epoch, recipe.augment, method.batches
        )
        history = _epoch(model, callbacks, batches, epoch)
        took = time.perf_counter() - began
        longest, seconds = max(longest, took), seconds + round(took)
        wrong += [errors(model, data)] if recipe.detailed else []
        numbers = {f"errors_{place}": number for place, number in enumerate(wrong)}
        save(snapshot(model), training.state, epochs=epoch + 1, seconds=seconds, **numbers)
        if not np.isfinite(history["loss"]):
            break
    training.weights.parent.mkdir(parents=True, exist_ok=True)
    model.save_weights(training.weights)
    record = {
        **outcome(model, data, recipe.detailed),
        **({"errors": wrong} if recipe.detailed else {}),
        "epochs": recipe.epochs,
        "seconds": seconds,
    }
    training.state.unlink(missing_ok=True)
    return record


def prepared(arm: Arm, recipe: Recipe, data: Data, seed: int) -> tuple[keras.Model, Method]:
    """Returns the network as the arm trains it, untrained, and the arm's method."""
    keras.utils.set_random_seed(seed)
    steps = recipe.epochs * data.steps(recipe.batch_size)
    method = method_of(arm, recipe.epochs)
    model = method.change(build(recipe, data.shape, data.classes, steps))
    model.optimizer.build(model.trainable_variables)
    return model, method


def _epoch(
    model: keras.Model, callbacks: list[keras.callbacks.Callback], data: Any, epoch: int
) -> dict[str, float]:
    with warnings.catch_warnings():
        # A callback that acts in other epochs sees a `fit` here in which it has nothing to do.
        warnings.filterwarnings("ignore", "ReceptiveFieldFreeze changed nothing: no epoch")
        fit = model.fit(
            data,
            shuffle=False,  # else `fit` shuffles the batches once more, by Python's own generator
            initial_epoch=epoch,
            epochs=epoch + 1,
            callbacks=callbacks,
            verbose=0,
        )
    return {name: float(values[-1]) for name, values in fit.history.items()}


def _resume(model: keras.Model, path: Path) -> tuple[int, int, list[int]]:
    """Puts the model into its last state.

    Returns:
        The finished epochs, their seconds, and the test errors after each, where they are counted.
    """
    if not path.exists():
        return 0, 0, []
    with np.load(path) as file:
        counted = sorted((x for x in file.files if x.startswith("errors_")), key=_place)
    state, (epochs, seconds, *wrong) = load(path, "epochs", "seconds", *counted)
    restore(model, state)
    return epochs, seconds, wrong


def _place(name: str) -> int:
    return int(name.removeprefix("errors_"))
