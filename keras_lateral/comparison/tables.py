"""A comparison as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keras_lateral.comparison.measures import Measure, measure_of
from keras_lateral.comparison.method import BASELINE

if TYPE_CHECKING:
    from keras_lateral.comparison.comparison import Comparison


def comparison_text(comparison: Comparison) -> str:
    """Returns a table for each measure, and the verdicts."""
    count = len(comparison.seeds)
    parts = [f"{comparison.name}: {count} seed{'s' if count > 1 else ''}"]
    parts += [measure_table(comparison, name) for name in comparison.measures]
    parts.append(verdicts(comparison))
    return "\n\n".join(parts)


def measure_table(comparison: Comparison, name: str) -> str:
    """Returns the table of one measure: a row for each method."""
    measure = measure_of(name)
    width = max(len(one) for one in (BASELINE, *comparison.methods))
    percent = " in %" if measure.unit == "points" else f" in {measure.unit}"
    lines = [
        f"{measure.title}{percent}",
        f"{'':{width}}  {'mean':>8} {'spread':>8}  difference, 95 % interval, adjusted p",
        f"{BASELINE:{width}}  {_mean_and_spread(comparison, BASELINE, measure)}",
    ]
    for one in comparison.compared(name):
        d = one.difference
        text = measure.show(d.mean, sign=True)
        if d.pairs > 1:
            low, high = measure.show(d.low, sign=True), measure.show(d.high, sign=True)
            text += f"   {low} to {high}   {one.adjusted_p:.3f}"
        lines.append(
            f"{one.method:{width}}  {_mean_and_spread(comparison, one.method, measure)}  {text}"
        )
    return "\n".join(line.rstrip() for line in lines)


def verdicts(comparison: Comparison) -> str:
    """Returns a sentence on the accuracy of each method."""
    lines = []
    for one in comparison.compared():
        count = comparison.diverged(one.method)
        note = f" ({count} of {len(one.values)} trainings diverged)" if count else ""
        lines.append(f"{one.method}: {one.verdict}{note}.")
    count = comparison.diverged(BASELINE)
    if count:
        lines.insert(0, f"{BASELINE}: {count} of its trainings diverged.")
    return "\n".join(lines)


def _mean_and_spread(comparison: Comparison, method: str, measure: Measure) -> str:
    values = list(comparison.values(method, measure.name).values())
    if not values:
        return f"{'':>8} {'':>8}"
    spread = measure.show(float(np.std(values, ddof=1))) if len(values) > 1 else ""
    return f"{measure.show(float(np.mean(values))):>8} {spread:>8}"
