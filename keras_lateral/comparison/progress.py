"""The progress of a comparison, and the time left."""

from __future__ import annotations

import time
from datetime import timedelta
from types import TracebackType
from typing import TextIO

from rich import progress as bars
from rich.console import Console


class Progress:
    """Writes a line for each training; in a terminal or notebook, a bar with the time left below.

    Use it as a context manager: the bar disappears when the context ends.

    Args:
        total: Number of trainings.
        done: Number of trainings done before.
        stream: Where to write; `None` for nowhere.
    """

    def __init__(self, total: int, done: int, stream: TextIO | None) -> None:
        self._console = Console(file=stream, quiet=stream is None)
        self._live = self._console.is_terminal or self._console.is_jupyter
        columns = (bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeRemainingColumn())
        self._bar = bars.Progress(
            "trainings",
            *columns,
            console=self._console,
            transient=True,
            get_time=time.monotonic,
            speed_estimate_period=float("inf"),  # over all trainings of this run
        )
        self._task = self._bar.add_task("trainings", total=total, completed=done)
        self._bar.advance(self._task, 0)  # the first training's time is measured from here
        if done:
            self._write(f"{done} of {total} trainings were already done.")

    def __enter__(self) -> Progress:
        if self._live:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live:
            self._bar.stop()

    def step(self, text: str) -> None:
        """Writes the result of one training."""
        self._bar.advance(self._task)
        task = self._bar.tasks[0]
        total, done = int(task.total or 0), int(task.completed)
        left = "" if self._live or task.finished else f", {self.time_left()} left"
        self._write(f"{done:{len(str(total))}d}/{total}  {text}{left}")

    def time_left(self) -> timedelta | None:
        """Returns the time that the remaining trainings will take at this pace."""
        seconds = self._bar.tasks[0].time_remaining
        return None if seconds is None else timedelta(seconds=round(seconds))

    def _write(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
