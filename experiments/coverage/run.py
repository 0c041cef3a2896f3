"""Runs `compare` on many small folders drawn from large sets; what is finished is not repeated.

KERAS_LATERAL_DATA=<folder> KERAS_BACKEND=jax python -m experiments.coverage.run
python -m experiments.coverage.run --part 0 2     (every second folder: for two processes)
python -m experiments.coverage.report
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras

from experiments.coverage.arms import Population, methods, network
from experiments.coverage.config import SIZES, TEST_FOLDS, Size
from experiments.coverage.folders import Folder, folder
from keras_lateral import Comparison, CosineLearningRate, compare
from keras_lateral.datasets import ImageDataset, ImageFolds

DESIGNS = ("fixed", "folds")


def images(drawn: Folder, design: str) -> ImageDataset | ImageFolds:
    """Returns the images of a folder with a fixed quarter to test on, or in folds."""
    if design == "folds":
        return drawn.images
    return replace(drawn.images, folds=TEST_FOLDS).split(0)


def decay() -> list[keras.callbacks.Callback]:
    """Returns the callback of each training."""
    return [CosineLearningRate()]


def seeds_of(number: int, size: Size) -> int:
    """Returns the number of seeds of a folder."""
    return size.long_seeds if number % size.long == 0 else size.seeds


def run(number: int, design: str, size: Size) -> Comparison:
    """Compares the three methods on one folder.

    Args:
        number: Number of the folder.
        design: `"fixed"` or `"folds"`.
        size: How much is run.
    """
    drawn = folder(number)
    data = images(drawn, design)
    return compare(
        partial(network, data.image_shape, data.num_classes, size),
        data,
        methods(),
        seeds=seeds_of(number, size),
        epochs=size.epochs,
        batch_size=size.batch_size,
        conditions=[Population(drawn.population)],
        callbacks=decay,
        progress=False,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a check that it all works")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("FIRST", "STEP"))
    parser.add_argument("--work", type=Path, default=Path("outputs/coverage"))
    options = parser.parse_args(arguments)
    size = SIZES["smoke" if options.smoke else "full"]
    for number in range(options.part[0], size.folders, options.part[1]):
        for design in DESIGNS:
            file = options.work / f"{number:03d}-{design}.json"
            if file.exists():
                continue
            began = time.perf_counter()
            comparison = run(number, design, size)
            comparison.save(file)
            print(f"{file.stem}: {time.perf_counter() - began:.0f} s", flush=True)
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
