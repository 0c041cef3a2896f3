"""How long further trainings would take."""

from __future__ import annotations

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns


def seconds_for_seeds(comparison: ComparedRuns, seeds: int) -> float | None:
    """Returns the seconds until a comparison has so many seeds, by the trainings it has."""
    known = [run.seconds for run in comparison.runs if run.seconds > 0]
    more = seeds - len(comparison.seeds)
    if not known or more <= 0:
        return None
    trainings = more * (len(comparison.methods) + 1)
    workers = max(int(comparison.settings.get("workers") or 1), 1)
    return trainings * float(np.median(known)) / workers


def time_text(seconds: float) -> str:
    """Returns a time in words, as exactly as one can say it beforehand.

    Example:

    >>> from keras_lateral.comparison.answer.time_needed import time_text
    >>> time_text(44), time_text(850), time_text(20_000), time_text(400_000)
    ('about 40 seconds', 'about 14 minutes', 'about 6 hours', 'about 5 days')
    """
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 1.5 * length:
            return f"about {round(seconds / length)} {unit}s"
    return f"about {max(10, round(seconds, -1)):.0f} seconds"
