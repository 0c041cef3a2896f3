"""A comparison that goes on until every method has a verdict, or its budget is spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from keras_lateral.comparison.planned_trainings import PlannedTrainings
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.run_folder import RunFolder
from keras_lateral.comparison.statistics.looks import FIRST
from keras_lateral.method import BASELINE

SETTLED = ("helps", "harms", "practically the same")
"""The verdicts after which a method needs no more seeds."""


@dataclass(frozen=True)
class UntilSure:
    """How far a comparison may go to settle its verdicts.

    Args:
        seeds: The most seeds. The level at each look depends on it, so it is part of what is
            decided beforehand.
        minutes: No further seed is begun after so many minutes. Defaults to no limit.

    Raises:
        ValueError: If a number is not as described.

    Example:

    >>> from keras_lateral import UntilSure
    >>> UntilSure(seeds=20, minutes=60)
    UntilSure(seeds=20, minutes=60)
    """

    seeds: int = 30
    minutes: float | None = None

    def __post_init__(self) -> None:
        whole = isinstance(self.seeds, int) and not isinstance(self.seeds, bool)
        if not whole or self.seeds < FIRST:
            raise ValueError(
                "Invalid value for argument `seeds`. Expected a whole number of at least "
                f"{FIRST}, after which the first look at the verdicts is taken. "
                f"Received: seeds={self.seeds!r}"
            )
        if self.minutes is not None and not self.minutes > 0:
            raise ValueError(
                "Invalid value for argument `minutes`. Expected a number above 0. "
                f"Received: minutes={self.minutes!r}"
            )


def checked_budget(until_sure: Any) -> UntilSure | None:
    """Returns the budget of a comparison that stops when it knows; `None` if it does not.

    Raises:
        ValueError: If `until_sure` is neither a truth value nor an `UntilSure`.
    """
    if until_sure is False or until_sure is None:
        return None
    if until_sure is True:
        return UntilSure()
    if not isinstance(until_sure, UntilSure):
        raise ValueError(
            "Invalid value for argument `until_sure`. Expected True, False or UntilSure(seeds=..., "
            f"minutes=...). Received: until_sure={until_sure!r}"
        )
    return until_sure


def planned_trainings(
    empty: Comparison, folder: RunFolder | None, budget: UntilSure | None
) -> PlannedTrainings:
    """Returns the trainings that are left.

    Args:
        empty: The comparison without its trainings.
        folder: Where trainings of before are found.
        budget: How far to go to settle the verdicts; `None` to do all seeds.
    """
    if budget is None:
        return PlannedTrainings(empty.methods, empty.seeds, folder)
    looked_at = with_looks(empty, budget)

    def settled(runs: Sequence[Run]) -> Mapping[str, int]:
        return settled_pairs(replace(looked_at, runs=tuple(runs)))

    return PlannedTrainings(empty.methods, empty.seeds, folder, settled, budget.minutes)


def with_looks(comparison: Comparison, budget: UntilSure | None) -> Comparison:
    """Returns a comparison whose intervals and p values hold although one looked at every pair.

    Args:
        comparison: A comparison.
        budget: Its budget; `None` if a fixed number of seeds was decided beforehand.
    """
    if budget is None:
        return comparison
    settings = {**comparison.settings, "until_sure": asdict(budget)}
    return replace(comparison, settings=settings)


def settled_pairs(comparison: Comparison) -> dict[str, int]:
    """Returns the methods whose verdict is settled, and after how many pairs it was.

    The looks are taken again in their order, so the answer is the same however often one stopped
    and resumed. What was settled stays so: later pairs of that method do not count.

    Args:
        comparison: A comparison `with_looks`.
    """
    settled: dict[str, int] = {}
    done = {(run.method, run.seed) for run in comparison.runs}
    for look in range(FIRST, len(comparison.seeds) + 1):
        first = comparison.seeds[:look]
        if any((BASELINE, seed) not in done for seed in first):
            break
        ends = {**dict.fromkeys(comparison.methods, look), **settled}
        seen = replace(comparison, settings={**comparison.settings, "settled": ends})
        for compared in seen.compared():
            # With several workers a later seed may be done before an earlier one.
            whole = all((compared.method, seed) in done for seed in first)
            if compared.method not in settled and whole and compared.kind in SETTLED:
                settled[compared.method] = look
    return settled


def stopped(comparison: Comparison, plan: PlannedTrainings) -> Comparison:
    """Returns a comparison that says why it stopped, and which pairs count.

    Args:
        comparison: A comparison `with_looks`, with all its trainings.
        plan: The trainings, after the last.
    """
    if plan.settled is None:
        return comparison
    told = {"settled": dict(plan.settled(plan.runs)), "stopped": plan.reason}
    return replace(comparison, settings={**comparison.settings, **told})
