"""Independent jobs, here or in several processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

import keras

Job = TypeVar("Job")
Result = TypeVar("Result")

THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def run_jobs(
    do: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    devices: Sequence[str] | None = None,
) -> Iterator[tuple[Job, Result]]:
    """Yields each job with its result as it is done.

    With one worker and no devices the jobs run in this process, in their order. Otherwise each
    worker is a process of its own, which ends when this one ends, however it ends.

    Args:
        do: Does a job. For several workers it can be pickled, and so can its results.
        jobs: What is to be done.
        workers: How many at a time.
        devices: What `CUDA_VISIBLE_DEVICES` is to be for the workers in turn.

    Raises:
        ValueError: If `do` cannot be pickled and must be.
        RuntimeError: If a worker dies.
    """
    if workers == 1 and not devices:
        for job in jobs:
            yield job, do(job)
        return
    _check_pickles(do)
    pools: dict[int, ProcessPoolExecutor] = {}
    try:
        for index in range(min(workers, len(jobs))):
            pid, pool = _pool(index, workers, devices)
            pools[pid] = pool
        yield from _in_pools(do, list(jobs), list(pools.values()))
    finally:
        _end(pools)


def _end(pools: Mapping[int, ProcessPoolExecutor]) -> None:
    """Ends the processes now, also in the middle of a job."""
    for pool in pools.values():
        pool.shutdown(wait=False, cancel_futures=True)
    for process in multiprocessing.active_children():
        if process.pid in pools:
            process.terminate()


def _in_pools(
    do: Callable[[Any], Any], jobs: list[Any], pools: list[ProcessPoolExecutor]
) -> Iterator[tuple[Any, Any]]:
    """One job at a time for each pool, so that none waits in the queue of a slow one."""
    left = iter(jobs)
    running: dict[Future[Any], tuple[ProcessPoolExecutor, Any]] = {}
    for pool in pools:
        job = next(left)
        running[pool.submit(do, job)] = (pool, job)
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            pool, job = running.pop(future)
            try:
                result = future.result()
            except BrokenProcessPool as error:
                raise RuntimeError(
                    f"A worker process died while it did {job}. Perhaps memory was short: use "
                    "fewer `workers`. What is done is kept, where a folder was given."
                ) from error
            for following in left:
                running[pool.submit(do, following)] = (pool, following)
                break
            yield job, result


def _pool(
    index: int, workers: int, devices: Sequence[str] | None
) -> tuple[int, ProcessPoolExecutor]:
    """Starts a process with its own environment, which it reads when it imports its backend.

    Returns:
        Its number, and the pool that has it alone.
    """
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    settings = {"KERAS_BACKEND": keras.config.backend()}
    settings |= {name: os.environ.get(name, threads) for name in THREADS}
    if devices:
        settings["CUDA_VISIBLE_DEVICES"] = devices[index % len(devices)]
    context = multiprocessing.get_context("spawn")  # backends do not survive a fork
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)
    with _environment(settings):
        pid = pool.submit(os.getpid).result()  # the process is started by the first job
    return pid, pool


def _end_with_parent() -> None:
    """Else a training whose comparison was killed would go on, and be done twice."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _check_pickles(do: Callable[[Any], Any]) -> None:
    try:
        pickle.dumps(do)
    except Exception as error:
        raise ValueError(
            "Invalid value for argument `workers`. Several processes need a `build_model`, "
            "methods, conditions and `augment` that can be pickled: functions and classes defined "
            "at the top of a module, and `functools.partial` of these, no lambdas. "
            f"Received: {error}"
        ) from error
