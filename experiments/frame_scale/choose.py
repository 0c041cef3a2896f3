"""Compares penalties and strengths on validation images; finished trainings are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_scale.choose
python -m experiments.frame_scale.choose --smoke                   (needs no data)
python -m experiments.frame_scale.report
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from experiments.frame_scale.arms import CHOICES, Arm, LogarithmicFrameRegularizer, strengths
from experiments.frame_scale.config import (
    BATCH_SIZE,
    OPTIMIZERS,
    PARTS,
    RESULTS,
    decay,
    network,
    validation_images,
)
from keras_lateral import FrameRegularizer, attach_regularizer
from keras_lateral.datasets import ImageDataset

SEEDS = (101, 102, 103)
"""None of them is a seed of the test."""

WIDTH = "1"


@dataclass
class Trained:
    """A network that serves all arms with the same penalty, so that it is traced once.

    Its regularizers' factors can be set at any time; with factors of 0 it is the baseline.

    Args:
        data: Scaled images to train on, and to validate on as test images.
        optimizer: Name of the optimizer.
        logarithmic: Whether the penalty is log(1 + R).
        width: Width of the network.
    """

    data: ImageDataset
    optimizer: str
    logarithmic: bool
    width: str = WIDTH
    model: keras.Model = field(init=False)

    def __post_init__(self) -> None:
        self.model = network(self.data, self.width, self.optimizer)
        kind = LogarithmicFrameRegularizer if self.logarithmic else FrameRegularizer
        self.penalties = list(attach_regularizer(self.model, kind(factor=0.0, seed=0)).values())
        self.model.optimizer.build(self.model.trainable_variables)
        self.slots = [np.array(keras.ops.convert_to_numpy(v)) for v in self._of_optimizer()]
        self.scores = keras.Model(self.model.inputs, self.model.outputs)

    def _of_optimizer(self) -> list[Any]:
        return [variable.value for variable in self.model.optimizer.variables]

    def train(self, arm: Arm, seed: int, epochs: int) -> dict[str, float]:
        """Trains with an arm's strengths from a seed's initial weights, and validates."""
        began = time.process_time()
        keras.utils.set_random_seed(seed)
        self.model.set_weights(network(self.data, self.width, self.optimizer).get_weights())
        for variable, value in zip(self.model.optimizer.variables, self.slots, strict=True):
            variable.assign(value)
        kernels = [layer.kernel for layer in self.model.layers if hasattr(layer, "kernel")]
        for penalty, factor in zip(self.penalties, strengths(arm, kernels), strict=True):
            penalty.factor = factor
        keras.utils.set_random_seed(seed)
        fit = self.model.fit(
            self.data.x_train,
            self.data.y_train,
            batch_size=BATCH_SIZE,
            epochs=epochs,
            callbacks=decay(),
            verbose=0,
        )
        return {
            **self.validated(),
            "training_accuracy": fit.history["accuracy"][-1],
            "seconds": time.process_time() - began,
        }

    def validated(self) -> dict[str, float]:
        """Returns accuracy and loss on the validation images."""
        scores = self.scores.predict(self.data.x_test, batch_size=200, verbose=0)
        labels = self.data.y_test
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, scores)
        return {
            "accuracy": float(np.mean(scores.argmax(1) == labels)),
            "loss": float(loss),
        }


def choose(
    name: str, optimizer: str, arms: Sequence[str], seeds: Sequence[int], file: Path
) -> None:
    """Trains what is not in the file yet, all arms of one seed before the next."""
    done = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    part = PARTS[name]
    data = validation_images(part).scaled()
    kept: dict[bool, Trained] = {}
    for seed in seeds:
        for arm in arms:
            key, choice = f"{name}/{optimizer}/{arm}/{seed}", CHOICES[arm]
            if key in done:
                continue
            if choice.logarithmic not in kept:
                width = "0.5" if name == "smoke" else WIDTH
                kept[choice.logarithmic] = Trained(data, optimizer, choice.logarithmic, width)
            done[key] = kept[choice.logarithmic].train(choice, seed, part.epochs)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
            numbers = "  ".join(f"{key} {value:.3f}" for key, value in done[key].items())
            print(f"{key}: {numbers}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--smoke", action="store_true", help="a one-minute check that it all works")
    known.add_argument("--datasets", nargs="+", default=[name for name in PARTS if name != "smoke"])
    known.add_argument("--optimizers", nargs="+", default=list(OPTIMIZERS))
    known.add_argument("--arms", nargs="+", choices=CHOICES, default=list(CHOICES))
    known.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="SEED")
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    file = options.results / ("chosen_smoke.json" if options.smoke else "chosen.json")
    for name in ["smoke"] if options.smoke else options.datasets:
        for optimizer in options.optimizers:
            choose(name, optimizer, options.arms, options.seeds, file)


if __name__ == "__main__":
    main()
