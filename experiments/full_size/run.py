"""The command line of a table: trains what is missing, in pieces as long as there is time for."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable, Container, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.common.records import write_run
from experiments.common.runner import SETTINGS, Job, jobs_left
from experiments.full_size.table import Stage, Table
from experiments.full_size.trained_arm import weights_file

SMOKE = "smoke"


def parser(table: Table) -> argparse.ArgumentParser:
    """Returns the options of a table."""
    sizes = [size for size in table.sizes if size != SMOKE]
    options = argparse.ArgumentParser(description=table.source)
    options.add_argument("--size", choices=sizes, default=sizes[0], help="how large to train")
    options.add_argument("--smoke", action="store_true", help="a short check that it all works")
    options.add_argument("--arms", nargs="+", choices=own_arms(table), metavar="ARM")
    options.add_argument("--seeds", nargs="+", type=int, metavar="SEED")
    options.add_argument("--workers", type=int, default=2, help="trainings at a time")
    options.add_argument(
        "--minutes", type=float, default=float("inf"), help="stop after the epoch that ends by then"
    )
    options.add_argument("--backend", default="tensorflow", help="Keras' backend")
    options.add_argument(
        "--precision", default="float32", help="Keras' dtype policy, such as mixed_bfloat16"
    )
    options.add_argument("--devices", type=int, default=0, help="share each batch by so many GPUs")
    options.add_argument("--threads", type=int, default=1, help="of each training, on a CPU")
    options.add_argument("--results", type=Path, help="folder of the results")
    return options


def stages(options: argparse.Namespace, table: Table, size: str) -> Sequence[Stage]:
    """Returns what is to be trained, in its order."""
    planned = table.stages.get(size, [Stage(own_arms(table), range(5))])
    if not options.arms and options.seeds is None:
        return planned
    arms = options.arms or list(dict.fromkeys(arm for stage in planned for arm in stage.arms))
    seeds = options.seeds
    if seeds is None:
        seeds = sorted({seed for stage in planned for seed in stage.seeds})
    return [Stage(arms, seeds)]


def own_arms(table: Table) -> list[str]:
    """Returns the arms that this table trains, and not another."""
    return [arm for arm in table.arms if arm not in table.borrowed]


def trainings(planned: Sequence[Stage], folder: Path, borrowed: Container[str] = ()) -> list[Job]:
    """Returns the trainings that are not done, in their order, without those of borrowed arms."""
    left = [job for stage in planned for job in jobs_left(stage.arms, stage.seeds, folder)]
    return [job for job in dict.fromkeys(left) if job[0] not in borrowed]


def train_one(
    job: Job, table: Table, size: str, folder: Path, until: float, precision: str, devices: int
) -> tuple[Job, dict[str, Any] | None]:
    """Trains one network of a table, or a part of it."""
    import keras

    from experiments.full_size.devices import shared_by
    from experiments.full_size.training import Training, train

    arm, seed = job
    files = {
        "state": folder / "unfinished" / f"{arm}-{seed}.npz",
        "weights": weights_file(folder, arm, seed),
    }
    keras.config.set_dtype_policy(precision)
    with shared_by(devices):
        record = train(Training(table.arms[arm], table.sizes[size], seed, **files), until)
    keras.backend.clear_session()
    return job, record


def main(table: Table, arguments: Sequence[str] | None = None) -> None:
    """Trains what is missing of a table, and writes a record of each training.

    Args:
        table: The table.
        arguments: Command-line arguments.
    """
    options = parser(table).parse_args(arguments)
    size = SMOKE if options.smoke else options.size
    folder = options.results or table.folder / "results" / size
    threads = {name: str(options.threads) for name in SETTINGS if name.endswith("THREADS")}
    os.environ.update(SETTINGS | threads | {"KERAS_BACKEND": options.backend})
    left = trainings(stages(options, table, size), folder, table.borrowed)
    print(f"{len(left)} trainings to do, {folder}", flush=True)
    until = time.monotonic() + 60 * options.minutes
    workers = 0 if options.smoke else options.workers
    one = partial(
        train_one,
        table=table,
        size=size,
        folder=folder,
        until=until,
        precision=options.precision,
        devices=options.devices,
    )
    for number, ((arm, seed), record) in enumerate(_all(one, left, workers, until), 1):
        if record is None:
            print(f"{arm}, seed {seed}: goes on when the command is given again", flush=True)
            continue
        write_run(folder, arm, seed, record)
        print(
            f"{number}/{len(left)}  {arm}, seed {seed}: test {record['test_accuracy']:.4f}, "
            f"train {record['train_accuracy']:.4f}, {record['seconds']} s",
            flush=True,
        )


def _all(
    one: Callable[[Job], Any], left: Sequence[Job], workers: int, until: float
) -> Iterator[Any]:
    """Yields what comes of each training, as long as there is time to begin one.

    A worker is a new process, which reads its settings as it starts; 0 are this process.
    """
    begin = partial(_unless_late, one, until)
    if not workers:
        yield from filter(None, map(begin, left))
        return
    context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    with context.Pool(workers, maxtasksperchild=1) as pool:
        yield from filter(None, pool.imap_unordered(begin, left))


def _unless_late(one: Callable[[Job], Any], until: float, job: Job) -> Any:
    return one(job) if time.monotonic() < until else None
