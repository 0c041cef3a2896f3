"""The answer in a sentence that a practitioner can act on, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

from keras_lateral.comparison.answer.class_balance import images_tested
from keras_lateral.comparison.answer.findings import Finding, Findings
from keras_lateral.comparison.answer.signals import Signal
from keras_lateral.comparison.answer.trust import makes_no_error
from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.statistics.next_training import probability_of_better
from keras_lateral.text import counted

MANY = 4
"""More methods than this are counted instead of named."""


def answer_sentence(findings: Findings) -> str:
    """Returns the answer, which says no more than the verdicts do.

    Example:

    >>> from keras_lateral import Comparison, Run
    >>> from keras_lateral.comparison.answer.findings import findings_of
    >>> from keras_lateral.comparison.answer.sentence import answer_sentence
    >>> runs = [Run("baseline", s, {"accuracy": 0.5 + s / 100}, 1.0) for s in range(3)]
    >>> runs += [Run("mine", s, {"accuracy": 0.52 + s / 99}, 1.0) for s in range(3)]
    >>> comparison = Comparison("digits", ("mine",), (0, 1, 2), tuple(runs))
    >>> answer_sentence(findings_of(comparison))
    'Use mine: it adds 2.0 points of accuracy on these test images (2.0 to 2.0).'
    """
    methods = findings.methods
    if findings.withheld:
        return f"No verdict: {_reason(findings.signals)}."
    if not methods:
        return "No conclusion is possible: no method shares a seed with the baseline."
    if all(finding.compared.difference.pairs < 2 for finding in methods):
        return "Nothing is known yet: one pair of trainings is not enough to tell."
    if methods[0].kind == "helps":
        return _use(findings)
    if all(finding.harms for finding in methods):
        return _leave_all_off(findings)
    text = "; ".join(clause for clause in _clauses(findings) if clause)
    named = any(text.startswith(finding.method) for finding in methods)
    return f"{text if named else text[0].upper() + text[1:]}."


def _reason(signals: Sequence[Signal]) -> str:
    return next(signal.short for signal in signals if signal.level == "invalid")


def _use(findings: Findings) -> str:
    best, *others = findings.methods
    text = f"Use {best.method}: it adds {gain_text(best.compared)}{_but(best)}."
    too = [finding for finding in others if finding.kind == "helps"]
    return f"{text} {_names(too)} {_verb(too, 'helps', 'help')} too." if too else text


def gain_text(compared: ComparedMethod) -> str:
    """Returns a difference in words, with its interval and the images that it speaks of."""
    measure, d = measure_of(compared.measure), compared.difference
    name = measure.title.removeprefix("test ")
    low, high = (measure.show(end) for end in (d.low, d.high))
    return f"{measure.show(d.mean)} {measure.unit} of {name} {scope(compared)} ({low} to {high})"


def scope(compared: ComparedMethod) -> str:
    """Returns which images a difference speaks of."""
    return "on new images" if covers_new_images(compared) else "on these test images"


def covers_new_images(compared: ComparedMethod) -> bool:
    """Returns whether an interval is for new images, and not for these test images only."""
    return compared.difference.images > 0


def _but(finding: Finding) -> str:
    if not finding.worse:
        return ""
    return f"; but {worse_text(finding.worse)}: its probabilities are less to be trusted"


def worse_text(worse: Sequence[ComparedMethod]) -> str:
    """Returns what a method makes worse, by how much."""
    parts = []
    for compared in worse:
        measure = measure_of(compared.measure)
        size = measure.show(abs(compared.difference.mean))
        parts.append(f"the {measure.title} grows by {size} {measure.unit}")
    return " and ".join(parts)


def _leave_all_off(findings: Findings) -> str:
    methods = findings.methods
    accuracy = [finding for finding in methods if finding.kind == "harms"]
    what = findings.measure.title.removeprefix("test ")
    if len(accuracy) == len(methods):
        why = f"lowers the {what}"
    elif not accuracy:
        why = f"makes {_worse_titles(methods)} worse, and none is known to help the {what}"
    else:
        why = f"makes the {what} or {_worse_titles(methods)} worse, and none is known to help"
    if len(methods) == 1:
        return f"Leave {methods[0].method} off: it {why.split(', and none')[0]}."
    count = {2: "both", 3: "all three"}.get(len(methods), f"all {len(methods)}")
    return f"Leave {count} off: each {why}."


def _worse_titles(methods: Sequence[Finding]) -> str:
    titles = [measure_of(c.measure).title for finding in methods for c in finding.worse]
    return " or ".join(f"the {title}" for title in dict.fromkeys(titles))


def _clauses(findings: Findings) -> list[str]:
    """Returns what is known of methods none of which helps, a clause for each kind."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings.methods:
        groups.setdefault("harms" if finding.harms else finding.kind, []).append(finding)
    hopeful, open_ = groups.get("may help", []), groups.get("not known yet", [])
    same, doubtful = groups.get("practically the same", []), groups.get("may harm", [])
    harmful = groups.get("harms", [])
    if not hopeful and not open_ and not doubtful and not harmful:
        return [_all_the_same(findings, same)]
    return [
        f"not settled yet: {_names(hopeful)} may help ({_gains(hopeful)})" if hopeful else "",
        _open_clause(open_, first=not hopeful, no_errors=makes_no_error(findings.comparison)),
        f"{_names(doubtful)} may harm" if doubtful else "",
        f"leave {_names(harmful)} off: {_harm_text(findings, harmful)}" if harmful else "",
        f"{_names(same)} {_verb(same, 'makes', 'make')} no difference that matters" if same else "",
    ]


def _open_clause(methods: Sequence[Finding], *, first: bool, no_errors: bool) -> str:
    if not methods:
        return ""
    if no_errors:
        return (
            f"whether {_names(methods, 'or')} helps cannot be seen here: the baseline makes no "
            "error on these test images"
        )
    whether = f"whether {_names(methods, 'or')} helps"
    return f"it is not known yet {whether}" if first else f"nor is it known {whether}"


def _all_the_same(findings: Findings, methods: Sequence[Finding]) -> str:
    effect = findings.measure.show(methods[0].compared.effect)
    what = findings.measure.title.removeprefix("test ")
    who = methods[0].method if len(methods) == 1 else "none of them"
    negation = "makes no" if len(methods) == 1 else "makes a"
    return (
        f"{who} {negation} difference that matters: {what} stays within {effect} "
        f"{findings.measure.unit} of the baseline's"
    )


def _harm_text(findings: Findings, methods: Sequence[Finding]) -> str:
    """Returns what methods make worse."""
    what = findings.measure.title.removeprefix("test ")
    parts = [f"the {what}"] if any(finding.kind == "harms" for finding in methods) else []
    titles = _worse_titles(methods)
    parts += [titles] if titles else []
    if len(methods) == 1:
        return f"it makes {' and '.join(parts).replace(' or ', ' and ')} worse"
    return f"they make {' or '.join(parts)} worse"


def _gains(methods: Sequence[Finding]) -> str:
    measure = measure_of(methods[0].compared.measure)
    shown = [measure.show(finding.compared.difference.mean, sign=True) for finding in methods]
    return f"{', '.join(shown[:MANY])} {measure.unit}"


def _names(methods: Sequence[Finding], word: str = "and") -> str:
    names = [finding.method for finding in methods]
    if len(names) > MANY:
        return f"{len(names)} methods" if word == "and" else f"any of {len(names)} methods"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _verb(methods: Sequence[Finding], singular: str, plural: str) -> str:
    return singular if len(methods) == 1 else plural


def how_sure(findings: Findings) -> tuple[str, ...]:
    """Returns what the intervals cover, and how likely the next training is to be better."""
    paired = [f for f in findings.methods if f.compared.difference.pairs > 1]
    if not paired or findings.withheld:
        return ()
    first = paired[0].compared
    comparison, seeds = findings.comparison, counted(first.difference.pairs, "seed")
    images = images_tested(comparison)
    if covers_new_images(first):
        on = f" and {counted(images, 'test image')}" if images else ""
        part = _of_folds(comparison, first.difference.pairs)
        lines = [f"The 95 % intervals allow for new images and new seeds: {seeds}{on}{part}."]
    else:
        on = f"these {images:,} test images" if images else "these test images"
        lines = [f"The 95 % intervals allow for new seeds ({seeds}), but hold for {on} only."]
    better = "" if paired[0].worse else better_next(first)
    if better:
        lines.append(
            f"Probability that the next training with {first.method} is better than without: "
            f"{better}."
        )
    return tuple(lines)


def _of_folds(comparison: ComparedRuns, pairs: int) -> str:
    """Returns which folds were tested; "" where there are none."""
    folds = comparison.tested.folds if comparison.tested else 0
    if not folds:
        return ""
    if pairs >= folds:
        return f" ({folds} folds, so that every image is tested)"
    return f" ({pairs} of {folds} folds: {folds} seeds test every image)"


def better_next(compared: ComparedMethod) -> str:
    """Returns how likely the next training is to be better, in %; "" if it is not known.

    Where all pairs are ties, they say nothing about which would be better.
    """
    if compared.difference.all_equal:
        return ""
    higher = measure_of(compared.measure).higher_is_better
    probability = probability_of_better(compared.difference, higher_is_better=higher)
    # It is an estimate from a few pairs: neither 0 nor 100 can be meant.
    return f"{100 * min(max(probability, 0.01), 0.99):.0f} %" if probability == probability else ""
