"""The one table: each method's verdict, and what it changes."""

from __future__ import annotations

import math

import numpy as np

from keras_lateral.comparison.answer.findings import Finding, Findings
from keras_lateral.comparison.answer.how_timed import fewest_epochs
from keras_lateral.comparison.answer.sentence import better_next, worse_text
from keras_lateral.comparison.measures import TIME, measure_of
from keras_lateral.comparison.report.html import Html, joined, name_html, section
from keras_lateral.comparison.report.kinds import kind_html, mark_html
from keras_lateral.comparison.report.tables import lines, table
from keras_lateral.comparison.statistics.interval_text import interval_text
from keras_lateral.method import BASELINE

ALSO = ("accuracy", "loss", "calibration_error")
"""Measures with a column of their own, besides the one that verdicts go by."""


def verdict_section(findings: Findings) -> Html:
    """Returns a row for each method: verdict, difference, and what else changes."""
    measure = findings.measure
    also = [name for name in ALSO if name in findings.comparison.measures and name != measure.name]
    likely = not findings.withheld and any(better_next(f.compared) for f in findings.methods)
    head: list[object] = ["Method", "Verdict", _first_letter(measure.title), "Difference"]
    head += ["Next training better"] if likely else []
    head += [_first_letter(measure_of(name).title.removeprefix("test ")) for name in also]
    head += ["Time"] if TIME in findings.comparison.measures else []
    rows = [_baseline_row(findings, also, likely)]
    rows += [_row(findings, finding, also, likely) for finding in findings.methods]
    rows += [
        [name_html(name), "no pair with the baseline", *[""] * (len(head) - 2)]
        for name in findings.order[len(findings.methods) :]
    ]
    title = "No verdicts" if findings.withheld else "Verdicts, the best first"
    return section(
        "The methods",
        table(title, head, rows, words=(1,), after=_explanation(findings)),
        id_="methods",
    )


def _explanation(findings: Findings) -> str:
    measure = findings.measure
    time = "seconds per epoch as a multiple of the baseline's"
    time += ", compiling included" if fewest_epochs(findings.comparison) == 1 else ""
    text = f"Differences to the same training without the method, in {measure.unit}, with 95 % "
    text += "intervals. Of loss and calibration error, less is better; a mark beside them says "
    return f"{text}that they change beyond chance. Time: {time}."


def _baseline_row(findings: Findings, also: list[str], likely: bool) -> list[object]:
    comparison = findings.comparison
    row: list[object] = [name_html(BASELINE), "", mean_text(findings, BASELINE), ""]
    row += [""] if likely else []
    for name in also:
        values = list(comparison.values(BASELINE, name).values())
        row.append(measure_of(name).show(float(np.mean(values))) if values else "none")
    return [*row, *(["1"] if TIME in comparison.measures else [])]


def _row(findings: Findings, finding: Finding, also: list[str], likely: bool) -> list[object]:
    compared, measure = finding.compared, findings.measure
    d = compared.difference
    difference = lines(measure.show(d.mean, sign=True), interval_text(d, measure))
    row: list[object] = [name_html(finding.method), _verdict_cell(findings, finding)]
    row += [mean_text(findings, finding.method), difference]
    if likely:
        row.append(better_next(compared))
    row += [_other(findings, name, finding.method) for name in also]
    ratio = time_ratio(findings, finding.method)
    shown = f"{ratio:.2f}" if math.isfinite(ratio) else ""
    return [*row, *([shown] if TIME in findings.comparison.measures else [])]


def _verdict_cell(findings: Findings, finding: Finding) -> Html:
    count = findings.comparison.diverged(finding.method)
    parts: list[object] = [kind_html(finding.kind)]
    parts += [worse_text(finding.worse)] if finding.worse else []
    parts += [f"{count} of {len(finding.compared.values)} trainings diverged"] if count else []
    return lines(*parts)


def _other(findings: Findings, name: str, method: str) -> object:
    """Returns a difference by another measure, with the sign of its verdict."""
    measure = measure_of(name)
    for compared in findings.compared(name):
        if compared.method == method:
            text = measure.show(compared.difference.mean, sign=True)
            kind = findings.shown_kind(compared)
            certain = kind in ("helps", "harms")
            return joined([text, " ", mark_html(kind)]) if certain else text
    return "none"


def mean_text(findings: Findings, method: str) -> str:
    """Returns the mean of the measure that verdicts go by."""
    values = list(findings.comparison.values(method, findings.measure.name).values())
    unit = " %" if findings.measure.unit == "points" else ""
    return f"{findings.measure.show(float(np.mean(values)))}{unit}" if values else "none"


def time_ratio(findings: Findings, method: str) -> float:
    """Returns the time of an epoch as a multiple of the baseline's, NaN if it is not known."""
    values = findings.comparison.values(method, TIME)
    baseline = findings.comparison.values(BASELINE, TIME)
    ratios = [values[s] / baseline[s] for s in baseline if s in values and baseline[s] > 0]
    # The geometric mean: twice and half as long cancel.
    return math.exp(np.mean(np.log(ratios))) if ratios and min(ratios) > 0 else math.nan


def _first_letter(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}"
