"""Where the weights of a trained arm are kept; imports no Keras, so that a `config.py` may."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from experiments.full_size.table import Table


def weights_file(folder: Path, arm: str, seed: int | str) -> Path:
    """Returns the file of a training's weights, in the folder of a size's results."""
    return folder / "weights" / f"{arm}-{seed}.weights.h5"


@dataclass(frozen=True)
class TrainedArm:
    """An arm of a table whose trained weights are kept.

    Args:
        table: Folder of the table, in `experiments`.
        arm: Its name there.
        module: The module there whose `TABLE` it is.
    """

    table: str
    arm: str
    module: str = "config"

    def of(self) -> Table:
        """Returns the table."""
        table: Table = import_module(f"experiments.{self.table}.{self.module}").TABLE
        return table

    def weights(self, size: str, seed: int, results: Path | None = None) -> Path:
        """Returns the file of the weights.

        Args:
            size: Name of the table's size.
            seed: Seed of the training.
            results: Folder of the table's results. Defaults to the table's own.
        """
        folder = results or self.of().folder / "results"
        return weights_file(folder / size, self.arm, seed)
