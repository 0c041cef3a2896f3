"""Trains every arm with every seed; what is there already is not trained again.

KERAS_LATERAL_DATA=<folder> python -m experiments.gradient_mask_cifar100.run
python -m experiments.gradient_mask_cifar100.report
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.gradient_mask_cifar100.config import ARMS, SIZES, SMOKE_ARMS
from experiments.gradient_mask_cifar100.records import RESULTS, read, write_run

# Processes with one thread each train more networks than one process with several.
SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}

Job = tuple[str, int]


def jobs_left(arms: Sequence[str], seeds: Sequence[int], folder: Path) -> list[Job]:
    """Returns the runs to do, all arms of one seed before the next, so any stop is balanced."""
    done = read(folder)
    return [(arm, seed) for seed in seeds for arm in arms if seed not in done.get(arm, {})]


def run_one(job: Job, size: str) -> tuple[Job, dict[str, Any]]:
    """Trains one network."""
    import keras

    from experiments.gradient_mask_cifar100.training import train

    arm, seed = job
    _, record = train(ARMS[arm], SIZES[size], seed)
    keras.backend.clear_session()
    return job, record


def run_all(jobs: Sequence[Job], size: str, workers: int) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Yields each run as it is done."""
    run = partial(run_one, size=size)
    if workers == 1:
        yield from map(run, jobs)
        return
    context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    with context.Pool(workers, maxtasksperchild=40) as pool:
        yield from pool.imap_unordered(run, jobs)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a minute's check that all runs")
    parser.add_argument("--arms", nargs="+", choices=ARMS, metavar="ARM")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED")
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--results", type=Path, help="folder of the results")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    size = "smoke" if options.smoke else "full"
    folder = options.results or RESULTS / size
    seeds = range(SIZES[size].seeds) if options.seeds is None else options.seeds
    arms = options.arms or (SMOKE_ARMS if options.smoke else list(ARMS))
    jobs = jobs_left(arms, seeds, folder)
    print(f"{len(jobs)} runs to do, {folder}")
    began = time.perf_counter()
    for number, ((arm, seed), record) in enumerate(run_all(jobs, size, options.workers), start=1):
        write_run(folder, arm, seed, record)
        left = (time.perf_counter() - began) / number * (len(jobs) - number)
        print(
            f"{number:4d}/{len(jobs)}  {arm:18s} seed {seed:2d}  "
            f"test {record['test_accuracy']:.3f}  train {record['train_accuracy']:.3f}  "
            f"{record['seconds']:.0f} s, {left / 60:.0f} min left",
            flush=True,
        )


if __name__ == "__main__":
    os.environ.update(SETTINGS)  # before Keras is imported, here or in a process of the pool
    main()
