"""One run: one split, one seed, one record with experiments 1.x and 2.x on the same base."""

from __future__ import annotations

import time
from typing import Any

import keras

from experiments.common.state import State, restore, snapshot
from experiments.receptive_field_freeze.config import Size
from experiments.receptive_field_freeze.images import images
from experiments.receptive_field_freeze.network import build, features_of
from experiments.receptive_field_freeze.protocol import (
    Scores,
    evaluate,
    starts_to_rise,
    train_epoch,
)
from experiments.receptive_field_freeze.transfer import new_head, transfer


class Run:
    """The training of one split with one seed.

    Args:
        size: The size of the study.
        split: Number of the split in table 5.
        seed: Seed of initial weights, held-out images, and orders; not the same in two splits.
    """

    def __init__(self, size: Size, split: str, seed: int) -> None:
        self.size = size
        self.seed = 1000 * seed + int(split)
        self.base, self.new = (
            images(size, split, part, self.seed) for part in ("base", "transfer")
        )
        keras.utils.set_random_seed(self.seed)
        self.model = build(size, int(self.base.y.max()) + 1)
        self.features = features_of(self.model)
        classes = int(self.new.y.max()) + 1
        self.head = new_head(self.features, classes)
        self.model.optimizer.build(self.model.trainable_variables)
        self.states: dict[int, State] = {}  # by the number of epochs
        self.epochs: list[Scores] = []

    def train_base(self) -> int:
        """Trains ordinary epochs until the validation loss rises, and then one more.

        Returns:
            The number of epochs before that last one, at which experiment 2.x forks.
        """
        least = min(self.size.fixed_epochs or self.size.least_epochs, self.size.least_epochs)
        until = None
        while until is None or len(self.epochs) <= until:
            times = self.epoch(len(self.epochs))
            self.epochs.append({**times, **self.validate()})
            done = len(self.epochs)
            if done >= least:
                self.states[done] = snapshot(self.model)
            if until is None and self._overfits():
                until = done
        return until

    def _overfits(self) -> bool:
        done = len(self.epochs)
        rises = starts_to_rise([epoch["loss"] for epoch in self.epochs])
        return done >= self.size.most_epochs or (done >= self.size.least_epochs and rises)

    def epoch(self, number: int, frozen: tuple[str, ...] = ()) -> Scores:
        """Trains one epoch, counted from 0."""
        return train_epoch(
            self.model,
            self.base,
            number,
            seed=self.seed,
            batch_size=self.size.batch_size,
            frozen=frozen,
        )

    def validate(self) -> Scores:
        """Returns the loss and the accuracy on the held-out images of the base classes."""
        return evaluate(self.model, self.base.x_held_out, self.base.y_held_out)

    def fork(self, epochs: int) -> dict[str, Any]:
        """Returns the scores of models 1 and 2, which fork after this many epochs.

        The ordinary epoch of the fork is the base training's own next one.
        """
        restore(self.model, self.states[epochs + 1])
        record = {
            "epochs": epochs,
            "ordinary": {"base": self.epochs[epochs], "transfer": self.transfer()},
            "frozen": self.model_2(epochs, self.size.frozen),
        }
        if self.size.control and epochs == self.size.fixed_epochs:
            record["control"] = self.model_2(epochs, self.size.control)
        return record

    def model_2(self, epochs: int, frozen: tuple[str, ...]) -> dict[str, Any]:
        """Returns the scores of the model whose next epoch after this many has frozen layers."""
        restore(self.model, self.states[epochs])
        times = self.epoch(epochs, frozen)
        return {"base": {**times, **self.validate()}, "transfer": self.transfer()}

    def transfer(self) -> dict[str, list[Scores]]:
        """Returns the scores of the current features, for each new last layer."""
        return transfer(
            self.features,
            self.head,
            self.new,
            seeds=[1000 * self.seed + head for head in range(self.size.heads)],
            learning_rates=self.size.transfer_rates,
            batch_size=self.size.batch_size,
        )


def train(size: Size, split: str, seed: int) -> dict[str, Any]:
    """Returns the record of one run.

    Args:
        size: The size of the study.
        split: Number of the split in table 5.
        seed: Seed of everything random.

    Returns:
        `base`, every epoch of the base training; `1` and `2`, the experiments, the former only
        if the size has it.
    """
    began = time.perf_counter()
    run = Run(size, split, seed)
    until = run.train_base()
    forks = {epochs: run.fork(epochs) for epochs in {size.fixed_epochs or until, until}}
    experiments = {"2": forks[until]}
    if size.fixed_epochs:
        experiments = {"1": forks[size.fixed_epochs], **experiments}
    return {**experiments, "base": run.epochs, "seconds": time.perf_counter() - began}
