"""A comparison as text."""

from __future__ import annotations

import textwrap
from string import ascii_uppercase

import numpy as np

from keras_lateral.comparison.answer.condition_names import condition_titles, title_of
from keras_lateral.comparison.answer.findings import Findings, findings_of
from keras_lateral.comparison.answer.how_timed import FEW_EPOCHS, fewest_epochs, how_timed
from keras_lateral.comparison.answer.how_trained import how_trained
from keras_lateral.comparison.answer.next_step import next_step
from keras_lateral.comparison.answer.sentence import answer_sentence, how_sure, worse_text
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.conditions import condition_families, condition_means
from keras_lateral.comparison.measures import TIME, Measure, measure_of
from keras_lateral.comparison.statistics.interval_text import (
    TOO_FEW,
    TOO_FEW_NOTE,
    interval_text,
    nothing_differs_text,
    says_nothing,
)
from keras_lateral.comparison.statistics.p_text import P_NOTE, is_stricter, p_text
from keras_lateral.comparison.statistics.paired_difference import PairedDifference
from keras_lateral.comparison.statistics.verdict import LEVEL
from keras_lateral.comparison.tuned.tuning_text import tuning_blocks
from keras_lateral.method import BASELINE
from keras_lateral.text import Column, Table, columns_of, counted

FEW = 3
"""Up to this many conditions have a table each."""

COLUMN = 18
"""Length of the longest method name that heads a column."""

WIDTH = 96
"""Longest line of the answer; a command stays on one line."""


def comparison_blocks(comparison: ComparedRuns) -> list[Table | str]:
    """Returns the answer, a table for each measure, and the verdicts."""
    findings, conditions = findings_of(comparison), comparison.conditions
    title = f"{comparison.name}: {counted(len(comparison.seeds), 'seed')}"
    parts: list[Table | str] = [f"{title}\n\n{answer_text(findings)}"]
    together = conditions if len(conditions) > FEW else ()
    alone = [name for name in comparison.measures if name not in together]
    parts += [measure_table(findings, name) for name in alone]
    if together:
        parts.append(conditions_table(findings))
    parts += interval_notes(findings, alone)
    parts += tuning_blocks(comparison.settings)
    parts += training_blocks(comparison)
    return [*parts, *(part for part in [verdicts(findings)] if part)]


def training_blocks(comparison: ComparedRuns) -> list[Table | str]:
    """Returns how networks were trained, where that is not the usual way; or nothing."""
    found = [line for text in how_trained(comparison) for line in _wrapped(text)]
    return ["\n".join(found)] if found else []


def answer_text(findings: Findings) -> str:
    """Returns the answer, what has to be known before it is believed, and what to do next."""
    step = next_step(findings)
    lines = _wrapped(answer_sentence(findings))
    lines += [line for text in how_sure(findings) for line in _wrapped(text)]
    for signal in findings.signals:
        lines += _wrapped(signal.text, "- " if signal.level == "note" else "! ")
    lines += ["", *_wrapped(f"Next: {step.text}")]
    lines += [f"    {step.command}"] if step.command else []
    return "\n".join([*lines, *_wrapped(step.more)])


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def measure_table(findings: Findings, name: str) -> Table:
    """Returns the table of one measure: a row for each method."""
    measure, comparison = measure_of(name), findings.comparison
    width = max(map(len, (BASELINE, *comparison.methods)))
    percent = " in %" if measure.unit == "points" else f" in {measure.unit}"
    columns = (
        Column(align="<", width=width),
        Column("mean", width=8),
        Column("spread", width=8, gap=1),
        Column("difference, 95 % interval, adjusted p", "<"),
    )
    rows = [(BASELINE, *_mean_and_spread(comparison, BASELINE, measure), "")]
    for compared in findings.compared(name):
        d, method = compared.difference, compared.method
        text = measure.show(d.mean, sign=True)
        if d.pairs > 1:
            text += f"   {interval_text(d, measure)}   {p_text(compared.adjusted_p)}"
        rows.append((method, *_mean_and_spread(comparison, method, measure), text))
    return Table(columns, rows, above=(f"{title_of(comparison, name)}{percent}".rstrip(),))


def interval_notes(findings: Findings, measures: list[str]) -> list[Table | str]:
    """Returns what has to be known of intervals and times that surprise."""
    notes = []
    found = [(name, compared) for name in measures for compared in findings.compared(name)]
    pairs = [c for _, c in found if c.difference.pairs > 1]
    if any(is_stricter(c.difference.low, c.difference.high, c.adjusted_p) for c in pairs):
        notes.append(P_NOTE)
    known = [c.difference for _, c in found]
    zero = [d for d in known if d.pairs > 1 and d.all_equal]
    equal = {d.images > 0 for d in zero if d.high > 0}
    if equal:
        notes.append(
            nothing_differs_text(
                new_images=True in equal,
                same_images=False in equal,
                same_weights=bool(findings.comparison.without_effect),
            )
        )
    own = dict.fromkeys(name for name, c in found if c.difference.pairs > 1 > c.difference.images)
    if own and any(d.images for d in known):
        titles = ", ".join(title_of(findings.comparison, name) for name in own)
        notes.append(f"Intervals for new seeds, not for new images: {titles}.")
    if any(_says_nothing(c.difference) for _, c in found):
        notes.append(f"{TOO_FEW.capitalize()}: {TOO_FEW_NOTE[0].lower()}{TOO_FEW_NOTE[1:]}")
    if TIME in measures and 0 < fewest_epochs(findings.comparison) <= FEW_EPOCHS:
        notes.append(f"Seconds per epoch: {how_timed(findings.comparison)}")
    return ["\n".join(line for note in notes for line in _wrapped(note))] if notes else []


def _says_nothing(d: PairedDifference) -> bool:
    return d.pairs > 1 and says_nothing((d.low, d.high), d.too_wide)


def conditions_table(findings: Findings) -> Table:
    """Returns one table of many conditions: a row for each, or for all strengths of one.

    It has means and differences only; `Comparison.compared` gives the intervals.
    """
    comparison, methods = findings.comparison, findings.order
    families = condition_families(comparison)
    means = condition_means(comparison, families)
    single = [name for family in families if len(family.names) == 1 for name in family.names]
    titles = condition_titles(single, comparison.settings.get("conditions", {}))
    rows = [(means, name, name) for name in means.measures]
    rows += [(comparison, name, titles[name]) for name in single]
    letters = dict(zip(methods, ascii_uppercase, strict=False))
    short = len(letters) < len(methods) or max(map(len, letters)) <= COLUMN
    headings = [BASELINE, *(name if short else letters[name] for name in methods)]
    cells = [(title, *_mean_and_differences(source, name, methods)) for source, name, title in rows]
    above = "accuracy under conditions in %, and differences to the baseline in points"
    notes = [] if short else [f"{letter}: {name}" for name, letter in letters.items()]
    if len(comparison.seeds) > 1:
        notes.append(f"*: adjusted p of {LEVEL} or less")
    return Table(columns_of(["", *headings]), cells, (above,), tuple(notes))


def _mean_and_differences(
    comparison: ComparedRuns, name: str, methods: tuple[str, ...]
) -> list[str]:
    """Returns the baseline's mean, and each method's difference to it."""
    measure = measure_of(name)
    by_method = {compared.method: compared for compared in comparison.compared(name)}
    baseline = list(comparison.values(BASELINE, name).values())
    cells = [measure.show(float(np.mean(baseline))) if baseline else ""]
    for method in methods:
        compared = by_method.get(method)
        mark = "*" if compared is not None and compared.adjusted_p <= LEVEL else " "
        cells.append(measure.show(compared.difference.mean, sign=True) + mark if compared else "")
    return cells


def verdicts(findings: Findings) -> str:
    """Returns a sentence on each method; none where something invalidates them."""
    if findings.withheld:
        return ""
    lines, comparison = [], findings.comparison
    for finding in findings.methods:
        compared = finding.compared
        count = comparison.diverged(compared.method)
        note = f" ({count} of {len(compared.values)} trainings diverged)" if count else ""
        worse = f" Note that {worse_text(finding.worse)}." if finding.worse else ""
        lines.append(f"{compared.method}: {compared.verdict}{note}.{worse}")
    return "\n".join(lines)


def _mean_and_spread(comparison: ComparedRuns, method: str, measure: Measure) -> tuple[str, str]:
    values = list(comparison.values(method, measure.name).values())
    if not values:
        return "", ""
    spread = measure.show(float(np.std(values, ddof=1))) if len(values) > 1 else ""
    return measure.show(float(np.mean(values))), spread
