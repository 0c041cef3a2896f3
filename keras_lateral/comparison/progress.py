"""How far a comparison is, and how much time is left."""

from __future__ import annotations

import time
from typing import TextIO


class Progress:
    """Writes a line for each training that is done.

    Args:
        total: How many trainings there are.
        done: How many of them were there already.
        stream: Where to write; `None` for nowhere.
    """

    def __init__(self, total: int, done: int, stream: TextIO | None) -> None:
        self.total, self.done, self._before = total, done, done
        self._stream = stream
        self._began = time.monotonic()
        if done:
            self._write(f"{done} of {total} trainings are there already.")

    def step(self, text: str) -> None:
        """Says what one training came to."""
        self.done += 1
        width = len(str(self.total))
        left = f", {self.time_left()} left" if self.done < self.total else ""
        self._write(f"{self.done:{width}d}/{self.total}  {text}{left}")

    def time_left(self) -> str:
        """Returns the time that the other trainings take if they go on at this pace."""
        pace = (time.monotonic() - self._began) / (self.done - self._before)
        return duration(pace * (self.total - self.done))

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text + "\n")
            self._stream.flush()


def duration(seconds: float) -> str:
    """Returns a time in words, in steps that suit it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
