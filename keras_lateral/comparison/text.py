"""A comparison as text."""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.conditions import condition_families, condition_means
from keras_lateral.comparison.measures import Measure, measure_of
from keras_lateral.comparison.statistics.verdict import LEVEL
from keras_lateral.method import BASELINE
from keras_lateral.text import Column, Table, columns_of

FEW = 3
"""Up to this many conditions have a table each."""

COLUMN = 18
"""Length of the longest method name that heads a column."""


def comparison_blocks(comparison: ComparedRuns) -> list[Table | str]:
    """Returns a table for each measure, and the verdicts."""
    count, conditions = len(comparison.seeds), comparison.conditions
    parts: list[Table | str] = [f"{comparison.name}: {count} seed{'s' if count > 1 else ''}"]
    together = conditions if len(conditions) > FEW else ()
    alone = [name for name in comparison.measures if name not in together]
    parts += [measure_table(comparison, name) for name in alone]
    if together:
        parts.append(conditions_table(comparison))
    return [*parts, verdicts(comparison)]


def measure_table(comparison: ComparedRuns, name: str) -> Table:
    """Returns the table of one measure: a row for each method."""
    measure = measure_of(name)
    width = max(map(len, (BASELINE, *comparison.methods)))
    percent = " in %" if measure.unit == "points" else f" in {measure.unit}"
    columns = (
        Column(align="<", width=width),
        Column("mean", width=8),
        Column("spread", width=8, gap=1),
        Column("difference, 95 % interval, adjusted p", "<"),
    )
    rows = [(BASELINE, *_mean_and_spread(comparison, BASELINE, measure), "")]
    for compared in comparison.compared(name):
        d, method = compared.difference, compared.method
        text = measure.show(d.mean, sign=True)
        if d.pairs > 1:
            low, high = measure.show(d.low, sign=True), measure.show(d.high, sign=True)
            text += f"   {low} to {high}   {compared.adjusted_p:.3f}"
        rows.append((method, *_mean_and_spread(comparison, method, measure), text))
    return Table(columns, rows, above=(f"{measure.title}{percent}".rstrip(),))


def conditions_table(comparison: ComparedRuns) -> Table:
    """Returns one table of many conditions: a row for each, or for all strengths of one.

    It has means and differences only; `Comparison.compared` gives the intervals.
    """
    families = condition_families(comparison)
    means = condition_means(comparison, families)
    single = [name for family in families if len(family.names) == 1 for name in family.names]
    rows = [(means, name) for name in means.measures] + [(comparison, name) for name in single]
    letters = dict(zip(comparison.methods, ascii_uppercase, strict=False))
    short = len(letters) < len(comparison.methods) or max(map(len, letters)) <= COLUMN
    headings = [BASELINE, *(name if short else letters[name] for name in comparison.methods)]
    cells = [(name, *_mean_and_differences(source, name)) for source, name in rows]
    title = "accuracy under conditions in %, and differences to the baseline in points"
    notes = [] if short else [f"{letter}: {name}" for name, letter in letters.items()]
    if len(comparison.seeds) > 1:
        notes.append(f"*: adjusted p of {LEVEL} or less")
    return Table(columns_of(["", *headings]), cells, (title,), tuple(notes))


def _mean_and_differences(comparison: ComparedRuns, name: str) -> list[str]:
    """Returns the baseline's mean, and each method's difference to it."""
    measure = measure_of(name)
    by_method = {compared.method: compared for compared in comparison.compared(name)}
    baseline = list(comparison.values(BASELINE, name).values())
    cells = [measure.show(float(np.mean(baseline))) if baseline else ""]
    for method in comparison.methods:
        compared = by_method.get(method)
        mark = "*" if compared is not None and compared.adjusted_p <= LEVEL else " "
        cells.append(measure.show(compared.difference.mean, sign=True) + mark if compared else "")
    return cells


def verdicts(comparison: ComparedRuns) -> str:
    """Returns a sentence on the accuracy of each method."""
    lines = []
    for compared in comparison.compared():
        count = comparison.diverged(compared.method)
        note = f" ({count} of {len(compared.values)} trainings diverged)" if count else ""
        lines.append(f"{compared.method}: {compared.verdict}{note}.")
    count = comparison.diverged(BASELINE)
    if count:
        lines.insert(0, f"{BASELINE}: {count} of its trainings diverged.")
    if any(run.diverged for run in comparison.runs):
        lines.append(
            "A training that diverged, in weights or scores that are not finite, counts with the "
            "accuracy of chance and has no other measures."
        )
    for method in comparison.without_effect:
        lines.append(no_effect_text(method))
    return "\n".join(lines)


def no_effect_text(method: str) -> str:
    """Returns the sentence on a method with which nothing differed from the baseline."""
    return (
        f"{method} changed nothing: each of its trainings ended with the very weights of the "
        "baseline's, to the last bit."
    )


def _mean_and_spread(comparison: ComparedRuns, method: str, measure: Measure) -> tuple[str, str]:
    values = list(comparison.values(method, measure.name).values())
    if not values:
        return "", ""
    spread = measure.show(float(np.std(values, ddof=1))) if len(values) > 1 else ""
    return measure.show(float(np.mean(values))), spread
