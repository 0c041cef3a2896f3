"""Kills a search at any moment: before and after each file it writes, and in training."""

from collections.abc import Callable
from pathlib import Path

import pytest


class Killed(BaseException):
    """Nothing that catches ordinary errors catches it."""


class Clock:
    """Counts the moments at which a process could be killed, and kills it at one of them.

    Args:
        monkeypatch: Puts the clock into `Path.replace`, the step that replaces a file.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment, self.end = 0, -1
        replace = Path.replace

        def replace_with_moments(path: Path, target: Path) -> Path:
            self.tick()
            new = replace(path, target)
            self.tick()
            return new

        monkeypatch.setattr(Path, "replace", replace_with_moments)

    def tick(self) -> None:
        self.moment += 1
        if self.moment - 1 == self.end:
            raise Killed

    def run(self, search: Callable[[], object], end: int = -1) -> None:
        """Runs a search; kills it at moment `end`."""
        self.moment, self.end = 0, end
        try:
            search()
        except Killed:
            assert self.moment == end + 1
        else:
            assert end < 0
