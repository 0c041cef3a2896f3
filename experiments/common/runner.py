"""Does the remaining runs, in single-threaded processes, and writes each when it is done."""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.common.records import read, write_run
from experiments.common.size import Size

# Processes with one thread each train more networks than one process with several. On Linux the
# allocator gives the memory of large arrays back after each operation and asks for it anew; without
# that, a step of a small residual network takes 85 ms of CPU instead of 220 on a virtual machine.
SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**33),
    "MALLOC_TOP_PAD_": str(2**28),
}

Job = tuple[str, int]
"""Arm and seed."""

Done = tuple[Job, dict[str, Any]]
"""A run and its record."""


def parser(description: str, arms: Iterable[str]) -> argparse.ArgumentParser:
    """Returns the options that every study has."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument(
        "--smoke", action="store_true", help="a one-minute check that it all works"
    )
    options.add_argument("--arms", nargs="+", choices=arms, metavar="ARM")
    options.add_argument("--seeds", nargs="+", type=int, metavar="SEED")
    options.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    options.add_argument("--results", type=Path, help="folder of the results")
    return options


def jobs_left(arms: Sequence[str], seeds: Sequence[int], folder: Path) -> list[Job]:
    """Returns the runs to do, all arms of one seed before the next: balanced wherever it stops."""
    done = read(folder)
    return [(arm, seed) for seed in seeds for arm in arms if seed not in done.get(arm, {})]


def run_all(jobs: Sequence[Job], run: Callable[[Job], Done], workers: int) -> Iterator[Done]:
    """Yields each run as it is done."""
    if workers == 1:
        yield from map(run, jobs)
        return
    context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    with context.Pool(workers, maxtasksperchild=40) as pool:
        yield from pool.imap_unordered(run, jobs)


def accuracies(record: dict[str, Any]) -> str:
    """Returns a record's accuracies, for a line of progress."""
    return f"test {record['test_accuracy']:.3f}  train {record['train_accuracy']:.3f}"


def do_and_write(
    jobs: Sequence[Job],
    run: Callable[[Job], Done],
    workers: int,
    folder: Path,
    summary: Callable[[dict[str, Any]], str] = accuracies,
) -> None:
    """Does the jobs, writes each record at once, and reports progress."""
    print(f"{len(jobs)} runs to do, {folder}")
    began = time.perf_counter()
    for number, ((arm, seed), record) in enumerate(run_all(jobs, run, workers), start=1):
        write_run(folder, arm, seed, record)
        left = (time.perf_counter() - began) / number * (len(jobs) - number)
        print(
            f"{number:4d}/{len(jobs)}  {arm:18s} seed {seed:2d}  "
            f"{summary(record)}  {record['seconds']:.0f} s, {left / 60:.0f} min left",
            flush=True,
        )


def run_arms(
    arguments: Sequence[str] | None,
    description: str,
    run_one: Callable[[Job, str], Done],
    arms: Iterable[str],
    smoke_arms: Sequence[str],
    sizes: Mapping[str, Size],
    results: Path,
) -> None:
    """The command line of a study of arms: trains each with every remaining seed.

    Args:
        arguments: Command-line arguments.
        description: Its first line becomes the description of the command.
        run_one: Trains one network, given the name of the size; can be pickled.
        arms: Names of the arms.
        smoke_arms: Names of the arms of the smoke size.
        sizes: The sizes "full" and "smoke".
        results: Folder with one folder for each size.
    """
    options = parser(description.splitlines()[0], arms).parse_args(arguments)
    size = "smoke" if options.smoke else "full"
    folder = options.results or results / size
    seeds = range(sizes[size].seeds) if options.seeds is None else options.seeds
    chosen = options.arms or (smoke_arms if options.smoke else list(arms))
    jobs = jobs_left(chosen, seeds, folder)
    do_and_write(jobs, partial(run_one, size=size), options.workers, folder)
