"""Runs every split with every seed; finished runs are not repeated.

KERAS_LATERAL_DATA=<folder> python -m experiments.receptive_field_freeze.run
python -m experiments.receptive_field_freeze.run --smoke                 (needs no data)
python -m experiments.receptive_field_freeze.run --size resnet50         (experiment 3)
python -m experiments.receptive_field_freeze.report
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from experiments.common.runner import SETTINGS, Done, Job, do_and_write, jobs_left, parser
from experiments.receptive_field_freeze.config import RESULTS, SIZES, SPLITS


def run_one(job: Job, size: str) -> Done:
    """Runs one split with one seed."""
    import keras

    from experiments.receptive_field_freeze.training import train

    split, seed = job
    record = train(SIZES[size], split, seed)
    keras.backend.clear_session()
    return job, record


def accuracies(record: dict[str, Any]) -> str:
    """Returns a record's accuracies, for a line of progress."""
    return "  ".join(
        f"{name}.x {_accuracy(record[name], 'ordinary')} -> {_accuracy(record[name], 'frozen')} "
        f"after {record[name]['epochs']} epochs"
        for name in ("1", "2")
        if name in record
    )


def _accuracy(experiment: dict[str, Any], arm: str) -> str:
    heads = next(iter(experiment[arm]["transfer"].values()))
    return f"{sum(head['accuracy'] for head in heads) / len(heads):.3f}"


def main(arguments: Sequence[str] | None = None) -> None:
    known = parser(__doc__.splitlines()[0], SPLITS)
    known.add_argument("--size", choices=SIZES, default="full", help="size of the study")
    options = known.parse_args(arguments)
    size = options.size
    if options.smoke:
        size = {"full": "smoke", "resnet50": "resnet50_smoke"}.get(size, size)
    folder = options.results or RESULTS / size
    first, number = SIZES[size].first_seed, SIZES[size].seeds
    seeds = range(first, first + number) if options.seeds is None else options.seeds
    splits = options.arms or (["1", "2"] if options.smoke else list(SPLITS))
    jobs = jobs_left(splits, seeds, folder)
    do_and_write(jobs, partial(run_one, size=size), options.workers, folder, accuracies)


if __name__ == "__main__":
    os.environ.update(SETTINGS)  # before Keras is imported, here or in a process of the pool
    main()
