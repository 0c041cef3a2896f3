"""Why to trust the answer, and how far."""

from __future__ import annotations

from collections.abc import Iterator

from keras_lateral.comparison.answer.class_balance import images_tested
from keras_lateral.comparison.answer.findings import Finding, Findings
from keras_lateral.comparison.answer.how_trained import how_trained
from keras_lateral.comparison.answer.sentence import covers_new_images
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.report.html import Html, name_html, section, tag
from keras_lateral.comparison.report.tables import table
from keras_lateral.comparison.statistics.interval_text import interval_text
from keras_lateral.comparison.statistics.p_text import P_NOTE, is_stricter, p_text
from keras_lateral.method import BASELINE
from keras_lateral.text import counted


def trust_section(findings: Findings) -> Html:
    """Returns the design, what the intervals cover, and each verdict in a sentence."""
    sentences = [] if findings.withheld else [_sentence(finding) for finding in findings.methods]
    several = [f for f in findings.methods if f.compared.difference.pairs > 1]
    return section(
        "Why trust it",
        tag("ul", *(tag("li", text) for text in _design(findings))),
        _intervals(findings, several) if several else "",
        tag("ul", *sentences) if sentences else "",
        id_="trust",
    )


def _design(findings: Findings) -> Iterator[str]:
    comparison = findings.comparison
    most = max((f.compared.difference.pairs for f in findings.methods), default=0)
    pairs = counted(most, "pair")
    least = min((f.compared.difference.pairs for f in findings.methods), default=0)
    pairs = pairs if least == most else f"{least} to {pairs}"
    yield (
        f"{pairs} of trainings for each method: with one seed, method and baseline start from the "
        "same weights and see the same images in the same order, augmented in the same way."
    )
    tested = comparison.tested
    if tested is not None and tested.folds:
        yield _folds_text(comparison, tested.folds, len(tested))
    elif comparison.settings.get("test_images"):
        yield f"The same {comparison.settings['test_images']:,} test images for all trainings."
    if tested is not None and tested.units is not None and tested.number_of_units < len(tested):
        yield (
            f"The {len(tested):,} test images are {tested.number_of_units:,} groups, such as "
            "copies or the pictures of one patient. A group counts as one draw."
        )
    methods = len(findings.methods)
    if methods > 1:
        yield (
            f"p values are adjusted for {methods} methods, by Holm's method: the more are tried, "
            "the more look good by chance."
        )
    yield from how_trained(comparison)
    yield from comparison.settings.get("left_out") or ()
    yield (
        "Networks are compared as their training leaves them: after the last epoch, unless a "
        "callback ends it earlier or restores the weights of another one. The test images are used "
        "for no choice, provided that the methods' settings were not chosen on them."
    )


def _folds_text(comparison: ComparedRuns, folds: int, images: int) -> str:
    """Returns how many of the images were tested, and how often."""
    seeds, known = len(comparison.values(BASELINE)), images_tested(comparison)
    text = f"{folds} folds: each seed is tested on one of them, and trains on images of the others"
    if known < images:
        return (
            f"{text}. The {counted(seeds, 'seed')} here tested {known:,} of the {images:,} images; "
            f"{folds} would test each once."
        )
    return f"{text}, so that {folds} seeds test each of the {images:,} images once."


def _intervals(findings: Findings, methods: list[Finding]) -> Html:
    """Returns the intervals for new images beside those for these test images."""
    measure = findings.measure
    new = any(covers_new_images(finding.compared) for finding in methods)

    rows = []
    for finding in methods:
        d = finding.compared.difference
        intervals = [interval_text(d, measure)]
        if new:
            these = d.these_images
            intervals.append(interval_text(d, measure, these) if these else "")
        better = f"{d.better} of {d.pairs}"
        tests = ["" if findings.withheld else p_text(p) for p in (d.p, finding.compared.adjusted_p)]
        mean = measure.show(d.mean, sign=True)
        rows.append([name_html(finding.method), mean, *intervals, better, *tests])
    both = ("On new images", "On these test images") if new else ("On these test images",)
    head = ("Method", "Difference", *both, "Pairs better", "p", "Adjusted p")
    title = f"Difference in {measure.title} in {measure.unit}, with 95 % intervals"
    text = (
        "On new images: if other images of the same kind were tested, and networks trained anew. "
        "On these test images: if networks were trained anew and tested on the same images."
        if new
        else "The intervals are for networks that are trained anew and tested on the same images; "
        "they say nothing about other images."
    )
    found = [finding.compared.difference for finding in methods]
    stricter = any(is_stricter(d.low, d.high, d.p) for d in found) and not findings.withheld
    text += f" {P_NOTE}" if stricter else ""
    return table(title, head, rows, after=text)


def _sentence(finding: Finding) -> Html:
    return tag("li", tag("strong", name_html(finding.method)), f": {finding.compared.verdict}.")
