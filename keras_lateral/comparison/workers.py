"""Independent jobs, in this process or in several."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext
from typing import Any, TypeVar

import keras

Job = TypeVar("Job")
Result = TypeVar("Result")

THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def run_jobs(
    do: Callable[[Job], Result],
    jobs: Iterable[Job],
    workers: int,
    devices: Sequence[str] | None = None,
) -> Iterator[tuple[Job, Result]]:
    """Yields each job with its result as soon as it is done.

    With one worker and no devices the jobs run in this process, in their order. Otherwise each
    worker is a process of its own, spawned since backends do not survive a fork. It ends when this
    one ends, however it ends, and leaves Ctrl-C to it.

    Args:
        do: Function that does a job. For several workers, it and its results must be picklable.
        jobs: The jobs to do. They are asked for one by one, when there is a worker for them.
        workers: Number of jobs at a time.
        devices: Values of `CUDA_VISIBLE_DEVICES` for the workers in turn.

    Raises:
        ValueError: If `do` must be pickled and cannot be.
        RuntimeError: If a worker dies.
    """
    if workers == 1 and not devices:
        for job in jobs:
            yield job, do(job)
        return
    payload = _pickled(do)
    context = _Spawning()
    pools: list[ProcessPoolExecutor] = []
    try:
        remaining = iter(jobs)
        first = list(zip(range(workers), remaining, strict=False))
        for index, _ in first:
            pools.append(_pool(context, payload))
            _start_process(pools[-1], index, workers, devices)
        yield from _results_from_pools([job for _, job in first], remaining, pools)
    finally:
        _end_processes(pools, context.started)


class _Spawning(SpawnContext):
    """Starts processes as usual, and remembers them, so that they can be ended at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[Any] = []

    def Process(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: N802
        process = SpawnContext.Process(*arguments, **options)
        self.started.append(process)
        return process


def _end_processes(pools: Sequence[ProcessPoolExecutor], processes: Sequence[Any]) -> None:
    """Ends the processes now, even in the middle of a job."""
    for pool in pools:
        pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        if process.is_alive():
            process.terminate()


def _results_from_pools(
    first: Sequence[Any],
    remaining: Iterator[Any],
    pools: Sequence[ProcessPoolExecutor],
) -> Iterator[tuple[Any, Any]]:
    """Gives each pool one job at a time, so that no job waits behind a slow one.

    A pool that is done takes the next job after its result was yielded, since what is left may
    depend on it.
    """
    running: dict[Future[Any], tuple[ProcessPoolExecutor, Any]] = {}
    for pool, job in zip(pools, first, strict=True):
        running[pool.submit(_do_here, job)] = (pool, job)
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            pool, job = running.pop(future)
            try:
                result = future.result()
            except BrokenProcessPool as error:
                raise RuntimeError(
                    f"A worker process died during job {job}. If memory ran out, use fewer "
                    "`workers`. If a `folder` was given, finished trainings are kept."
                ) from error
            yield job, result
            for following in remaining:
                running[pool.submit(_do_here, following)] = (pool, following)
                break


def _pool(context: _Spawning, payload: bytes) -> ProcessPoolExecutor:
    """Returns a pool of one process, which starts with its first job.

    It gets the function once: with each job it would be sent again, with all the images that it
    holds, and would have forgotten what it has kept.
    """
    return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(payload,))


class _Function:
    """What this worker process does with each job: a pickle at first."""

    payload = b""
    do: Callable[[Any], Any] | None = None


def _begin(payload: bytes) -> None:
    _end_with_parent()
    _Function.payload = payload


def _do_here(job: Any) -> Any:
    if _Function.do is None:  # now, so that an error is the job's
        _Function.do, _Function.payload = pickle.loads(_Function.payload), b""
    return _Function.do(job)


def _start_process(
    pool: ProcessPoolExecutor, index: int, workers: int, devices: Sequence[str] | None
) -> None:
    """Starts a process with its own environment, which it reads when it imports its backend."""
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    settings = {"KERAS_BACKEND": keras.config.backend()}
    settings |= {name: os.environ.get(name, threads) for name in THREADS}
    if devices:
        settings["CUDA_VISIBLE_DEVICES"] = devices[index % len(devices)]
    with _environment(settings), _deaf_to_interrupts():
        pool.submit(os.getpid)  # the process is started by the first job


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Has processes that start inside not hear Ctrl-C; this one hears it at the end.

    A terminal sends Ctrl-C to all of them. Each would show a traceback, from its first moment on,
    where it is enough that this process ends the others.
    """
    mask = getattr(signal, "pthread_sigmask", None)  # not on Windows
    if mask is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    blocked = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _end_with_parent() -> None:
    """Otherwise a training whose comparison was killed would continue, and be done twice."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked before
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


def _pickled(do: Callable[[Any], Any]) -> bytes:
    try:
        return pickle.dumps(do)
    except Exception as error:
        raise ValueError(
            "Invalid value for argument `workers`. Several processes need a `build_model`, "
            "methods, conditions and `augment` that can be pickled: functions and classes defined "
            "at the top of a module, and `functools.partial` of these, no lambdas. "
            f"Received: {error}"
        ) from error
