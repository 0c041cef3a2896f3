"""The picture of each method's interval beside the band that is practically the same."""

from __future__ import annotations

from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.figures.comparison import draw_comparison
from keras_lateral.comparison.report.figures import figure_html
from keras_lateral.comparison.report.html import Html
from keras_lateral.comparison.statistics.interval_text import interval_text, says_nothing


def difference_figure(findings: Findings) -> Html:
    """Returns the picture, or nothing if no method has a pair."""
    methods, measure = findings.methods, findings.measure
    if not methods:
        return Html("")
    several = any(finding.compared.difference.pairs > 1 for finding in methods)
    effect = measure.show(methods[0].compared.effect)
    marks = "; the large mark is their mean, the line its 95 % interval" if several else ""
    caption = (
        f"Each dot is one pair of trainings, with and without the method{marks}. Within the grey "
        f"band, plus or minus {effect} {measure.unit}, two trainings are practically the same."
    )
    return figure_html(
        lambda width: draw_comparison(findings, measure.name, width),
        alt=_alt_text(findings),
        caption=caption,
        widths=(6.6, 3.9),
    )


def _alt_text(findings: Findings) -> str:
    measure, parts = findings.measure, []
    for finding in findings.methods:
        d = finding.compared.difference
        ends = interval_text(d, measure)
        word = "" if says_nothing((d.low, d.high), d.too_wide) else "interval "
        interval = f", {word}{ends}" if ends else ""
        mean = measure.show(d.mean, sign=True)
        parts.append(f"{finding.method} {mean}{interval}, {finding.kind}")
    return f"Differences in {measure.title} to the baseline, in {measure.unit}: {'; '.join(parts)}."
