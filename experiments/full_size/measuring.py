"""What is measured of trained networks afterwards: a record for each network, a value an image."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from experiments.common.records import read, write_run
from experiments.common.runner import SETTINGS
from experiments.full_size.as_text import to_text
from experiments.full_size.run import SMOKE
from experiments.full_size.trained_arm import TrainedArm

Values = Mapping[str, np.ndarray]
"""By the name of a measure, a value for each image: whether it is right, or a number."""


@dataclass(frozen=True)
class Study:
    """What is measured of the trained networks of one or several tables.

    Args:
        folder: Folder of the study, with its README and results.
        arms: Where each arm's weights are, by its name here.
        texts: Descriptions of the arms of all sizes, for the tables.
        baseline: Name of the arm that the others are compared with.
        measure: `"module:function"`: takes the network, on images from 0 to 1, the recipe that
            it was trained with, the name of the size and `arguments`; returns a value an image by
            the name of the measure.
        sizes: The sizes of the tables that have weights, `"smoke"` among them.
        claimed: For a measure, what the source reports of each arm, in percent.
        source: What is reproduced.
        arms_at: By the name of a size, its arms where they are not `arms`.
        arguments: More arguments of the measure.
        wanted: Measures that a record must have; a network without them is measured again.
    """

    folder: Path
    arms: Mapping[str, TrainedArm]
    texts: Mapping[str, str]
    baseline: str
    measure: str
    sizes: Sequence[str]
    claimed: Mapping[str, Mapping[str, float]]
    source: str
    arms_at: Mapping[str, Mapping[str, TrainedArm]] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    wanted: Sequence[str] = ()

    def at(self, size: str) -> Mapping[str, TrainedArm]:
        """Returns the arms of a size."""
        return self.arms_at.get(size, self.arms)


def main(study: Study, arguments: Sequence[str] | None = None, results: Path | None = None) -> None:
    """Measures the trained networks that are not measured yet.

    Args:
        study: The study.
        arguments: Command-line arguments.
        results: Folder of all tables' weights, a folder for each table. Defaults to their own.
    """
    parser = argparse.ArgumentParser(description=study.source)
    parser.add_argument("--size", choices=[size for size in study.sizes if size != SMOKE])
    parser.add_argument("--smoke", action="store_true", help="networks of the smoke size")
    parser.add_argument("--results", type=Path, help="folder of the results")
    options = parser.parse_args(arguments)
    size = SMOKE if options.smoke else options.size or study.sizes[0]
    folder = options.results or study.folder / "results" / size
    os.environ.update(SETTINGS)
    left, missing = _left(study, size, folder, results)
    print(f"{len(left)} networks to measure, {folder}", flush=True)
    if missing:
        print(f"not trained yet: {', '.join(missing)}", flush=True)
    for number, (name, seed, weights) in enumerate(left, 1):
        began = time.perf_counter()
        values = measured(study, name, size, seed, weights)
        record = {measure: to_text(array) for measure, array in values.items()}
        seconds = round(time.perf_counter() - began)
        write_run(folder, name, seed, {"values": record, "seconds": seconds})
        print(f"{number}/{len(left)}  {name}, seed {seed}: {seconds} s", flush=True)


def measured(study: Study, name: str, size: str, seed: int, weights: Path) -> Values:
    """Returns what is measured of one trained network."""
    import keras

    from experiments.full_size.trained import trained

    arm = study.at(size)[name]
    table = arm.of()
    module, function = study.measure.split(":")
    measure: Callable[..., Values] = getattr(import_module(module), function)
    model = trained(arm, size, seed, weights)
    recipe = table.arms[arm.arm].changed(table.sizes[size])
    values = measure(model, recipe, size, **study.arguments)
    keras.backend.clear_session()
    return values


def _left(
    study: Study, size: str, folder: Path, results: Path | None
) -> tuple[list[tuple[str, int, Path]], list[str]]:
    """Returns the networks that are trained and not measured, and the arms that have none."""
    done, left, missing = _done(study, folder), [], []
    for name, arm in study.at(size).items():
        tables = results / arm.table if results else None
        pattern = arm.weights(size, 0, tables)
        found = sorted(pattern.parent.glob(f"{arm.arm}-*.weights.h5"))
        seeds = {int(path.name.removeprefix(f"{arm.arm}-").split(".")[0]): path for path in found}
        left += [(name, s, path) for s, path in seeds.items() if (name, s) not in done]
        missing += [] if found else [name]
    return sorted(left, key=lambda one: one[1]), missing


def _done(study: Study, folder: Path) -> set[tuple[str, int]]:
    """Returns the networks whose records have all that is wanted, by arm and seed."""
    return {
        (name, seed)
        for name, runs in read(folder).items()
        for seed, run in runs.items()
        if set(study.wanted) <= set(run["values"])
    }
