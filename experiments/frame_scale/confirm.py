"""Tests what was chosen once, on test images, with fresh seeds, through `compare`.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_scale.confirm
python -m experiments.frame_scale.confirm --smoke                   (needs no data)
python -m experiments.frame_scale.report
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from experiments.frame_scale.config import (
    BATCH_SIZE,
    OPTIMIZERS,
    PARTS,
    RESULTS,
    decay,
    images_to_test,
    network,
)
from experiments.full_size.methods import method_of
from experiments.gradient_mask_table_2.config import ARMS
from keras_lateral import (
    Comparison,
    FrameRegularizer,
    Method,
    compare,
    regularizer_method,
)

SEEDS = {"digits": range(10), "fashion_mnist": range(10), "cifar10": range(10), "smoke": range(2)}
"""None of them was a seed of the choice. Sets that are tested, and how many pairs."""

WIDTH = "1"


def methods() -> list[str | Method]:
    """Returns what is tested: the default, what was chosen, a second, and the authors' mask."""
    return [
        regularizer_method(FrameRegularizer(), name="frame_regularizer"),
        regularizer_method(CHOSEN, name="frame, chosen"),
        regularizer_method(SECOND, name="frame, 0.001"),
        replace(method_of(ARMS["authors"], epochs=1), name="mask of the authors' code"),
    ]


CHOSEN = FrameRegularizer(factor=1e-4)
SECOND = FrameRegularizer(factor=1e-3)
"""Written down before any test image was used: see the README."""


def confirmed(name: str, optimizer: str, pairs: int | None, work: Path) -> Comparison:
    """Compares on the test images of one set, or the rest of it."""
    part = PARTS[name]
    data = images_to_test(part, 500 if name == "fashion_mnist" else None)
    return compare(
        partial(network, data, "0.5" if name == "smoke" else WIDTH, optimizer),
        data,
        methods(),
        seeds=list(SEEDS[name])[:pairs],
        epochs=part.epochs,
        batch_size=BATCH_SIZE,
        callbacks=decay,
        folder=work / (name if optimizer == "Adam" else f"{name}_{optimizer}"),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--smoke", action="store_true", help="a one-minute check that it all works")
    known.add_argument("--datasets", nargs="+", default=[name for name in SEEDS if name != "smoke"])
    known.add_argument("--optimizer", default="Adam", choices=OPTIMIZERS)
    known.add_argument("--pairs", type=int, help="so many of the seeds (default: all)")
    known.add_argument("--work", type=Path, default=Path("outputs/frame_scale"))
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    options.results.mkdir(parents=True, exist_ok=True)
    for name in ["smoke"] if options.smoke else options.datasets:
        comparison = confirmed(name, options.optimizer, options.pairs, options.work)
        ending = "" if options.optimizer == "Adam" else f"_{options.optimizer}"
        comparison.save(options.results / f"confirmed_{name}{ending}.json")
        print(comparison, end="\n\n", flush=True)


if __name__ == "__main__":
    main()
