"""Which trainings are left: all of them, or seed by seed until every verdict is settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from keras_lateral.comparison.run import Run
from keras_lateral.comparison.run_folder import RunFolder
from keras_lateral.method import BASELINE

Job = tuple[str, int]
"""Name of a method, or of the baseline, and a seed."""

Settled = Callable[[Sequence[Run]], Mapping[str, int]]
"""From the trainings so far to the methods with a settled verdict, and after how many pairs."""

Reason = Literal["every verdict is settled", "all seeds are done", "the time is over"]


class PlannedTrainings:
    """The trainings of a comparison that are left, in order, and those that are done.

    All methods of one seed come before the next seed, so that an interruption leaves whole pairs.
    Whoever does a training adds it to `runs`, which decides what is left after it.

    Args:
        methods: Names of the methods, without the baseline.
        seeds: The seeds.
        folder: Where trainings of before are found; `None` for nowhere.
        settled: Returns which methods need no more seeds; `None` if all seeds are wanted.
        minutes: After so many minutes no further seed is begun. Defaults to no limit.
    """

    def __init__(
        self,
        methods: Sequence[str],
        seeds: Sequence[int],
        folder: RunFolder | None = None,
        settled: Settled | None = None,
        minutes: float | None = None,
    ) -> None:
        self.methods, self.seeds, self.folder = tuple(methods), tuple(seeds), folder
        self.settled, self.minutes = settled, minutes
        self.runs: list[Run] = []
        self.reason: Reason = "all seeds are done"
        self._kept = self._found()
        self._began = time.monotonic()

    @property
    def total(self) -> int:
        """Number of trainings, if none becomes superfluous."""
        return len(self.seeds) * (1 + len(self.methods))

    @property
    def done_before(self) -> int:
        """Number of trainings that were found."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Job]:
        """Yields what is left; what is found goes to `runs` where its turn is."""
        for number, seed in enumerate(self.seeds):
            methods = self._open_methods()
            if not methods and number:
                self.reason = "every verdict is settled"
                return
            jobs = [(name, seed) for name in (BASELINE, *methods)]
            left = [job for job in jobs if job not in self._kept]
            if left and number and self._time_is_over():
                self.reason = "the time is over"
                return
            self.runs += [self._kept[job] for job in jobs if job in self._kept]
            yield from left

    def _open_methods(self) -> tuple[str, ...]:
        known = {} if self.settled is None else self.settled(self.runs)
        return tuple(name for name in self.methods if name not in known)

    def _time_is_over(self) -> bool:
        return self.minutes is not None and time.monotonic() - self._began > 60 * self.minutes

    def _found(self) -> dict[Job, Run]:
        if self.folder is None:
            return {}
        jobs = [(name, seed) for seed in self.seeds for name in (BASELINE, *self.methods)]
        return {job: run for job in jobs if (run := self.folder.read(*job)) is not None}
