"""Results of single trainings, kept so that a search that is killed does not repeat them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keras_lateral.tuning.json_file import read_json, write_json

Train = Callable[[float | None, int, int], float]
"""From sigma (`None` without a mask), a seed and a number of epochs to an accuracy."""


@dataclass(frozen=True)
class KeptRuns:
    """A training function that remembers, one file a training.

    Args:
        train: What is remembered.
        directory: Folder of the files.
    """

    train: Train
    directory: Path

    def __call__(self, sigma: float | None, seed: int, epochs: int) -> float:
        """Returns what `train` returns, trained now or before."""
        name = "no-mask" if sigma is None else f"sigma-{sigma!r}"
        file = self.directory / f"{name}-seed-{seed}-epochs-{epochs}.json"
        if file.exists():
            return float(read_json(file)["accuracy"])
        accuracy = self.train(sigma, seed, epochs)
        run = {"sigma": sigma, "seed": seed, "epochs": epochs, "accuracy": accuracy}
        write_json(file, run)
        return accuracy
