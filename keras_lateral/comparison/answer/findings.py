"""What a comparison found of each method, in the order in which it is shown everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from keras_lateral.comparison.answer.class_balance import UNEVEN, class_balance
from keras_lateral.comparison.answer.signals import Signal
from keras_lateral.comparison.answer.trust import trust_signals
from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.measures import Measure, measure_of

WITHHELD = "withheld"
"""Shown instead of a verdict where something invalidates it."""

ORDER = (
    *("helps", "may help", "not known yet", "practically the same", "may harm", "harms"),
    WITHHELD,
)
"""All verdicts in short, from the best to the worst."""

ALSO = ("loss", "calibration_error")
"""Measures that a method may make worse although it helps, or does nothing to, the accuracy."""


@dataclass(frozen=True)
class Finding:
    """What was found of one method.

    Args:
        compared: The method against the baseline, by the measure that the verdict goes by.
        kind: The verdict in short, or `WITHHELD`.
        worse: Measures of the probabilities that it makes worse beyond chance.
    """

    compared: ComparedMethod
    kind: str
    worse: tuple[ComparedMethod, ...] = ()

    @property
    def method(self) -> str:
        """Name of the method."""
        return self.compared.method

    @property
    def harms(self) -> bool:
        """Whether it makes anything worse beyond chance."""
        return self.kind == "harms" or bool(self.worse)


@dataclass(frozen=True)
class Findings:
    """What was found of all methods.

    Args:
        comparison: The comparison.
        measure: The measure that verdicts go by.
        methods: What was found of each method that has a pair, the best first.
        signals: What speaks for or against trusting it, the gravest first.
    """

    comparison: ComparedRuns
    measure: Measure
    methods: tuple[Finding, ...]
    signals: tuple[Signal, ...]
    _known: dict[str, list[ComparedMethod]] = field(default_factory=dict, repr=False)

    @property
    def withheld(self) -> bool:
        """Whether something invalidates all verdicts."""
        return any(signal.level == "invalid" for signal in self.signals)

    @property
    def order(self) -> tuple[str, ...]:
        """Names of all methods, the best first, those without a pair last."""
        known = [finding.method for finding in self.methods]
        return (*known, *(name for name in self.comparison.methods if name not in known))

    def compared(self, measure: str) -> list[ComparedMethod]:
        """Returns each method against the baseline by any measure, in this order."""
        if measure not in self._known:
            by_name = {method.method: method for method in self.comparison.compared(measure)}
            self._known[measure] = [by_name[name] for name in self.order if name in by_name]
        return self._known[measure]

    def shown_kind(self, compared: ComparedMethod) -> str:
        """Returns the verdict in short, unless it is withheld."""
        return WITHHELD if self.withheld else compared.kind


def findings_of(comparison: ComparedRuns) -> Findings:
    """Returns what a comparison found.

    Example:

    >>> from keras_lateral import Comparison, Run
    >>> from keras_lateral.comparison.answer.findings import findings_of
    >>> runs = [Run("baseline", s, {"accuracy": 0.5 + s / 100}, 1.0) for s in range(3)]
    >>> runs += [Run("bad", s, {"accuracy": 0.4 + s / 100}, 1.0) for s in range(3)]
    >>> runs += [Run("good", s, {"accuracy": 0.6 + s / 100}, 1.0) for s in range(3)]
    >>> findings = findings_of(Comparison("digits", ("bad", "good"), (0, 1, 2), tuple(runs)))
    >>> findings.order, [finding.kind for finding in findings.methods]
    (('good', 'bad'), ['helps', 'harms'])
    """
    name = first_measure(comparison)
    signals = trust_signals(comparison)
    withheld = any(signal.level == "invalid" for signal in signals)
    worse: dict[str, list[ComparedMethod]] = {}
    for other in ALSO:
        for compared in comparison.compared(other) if other in comparison.measures else ():
            if compared.kind == "harms":
                worse.setdefault(compared.method, []).append(compared)
    methods = [
        Finding(
            compared,
            WITHHELD if withheld else compared.kind,
            () if withheld else tuple(worse.get(compared.method, ())),
        )
        for compared in comparison.compared(name)
    ]
    if not withheld:
        methods.sort(key=_place)
    return Findings(comparison, measure_of(name), tuple(methods), signals)


def first_measure(comparison: ComparedRuns) -> str:
    """Returns the measure that verdicts go by: balanced accuracy where classes are uneven."""
    balance = class_balance(comparison)
    uneven = balance is not None and balance.ratio > UNEVEN
    return "balanced_accuracy" if uneven and _has_balanced(comparison) else "accuracy"


def _has_balanced(comparison: ComparedRuns) -> bool:
    finite = [run for run in comparison.runs if not run.diverged]
    return bool(finite) and all("balanced_accuracy" in run.measures for run in finite)


def _place(finding: Finding) -> tuple[int, bool, float]:
    return ORDER.index(finding.kind), bool(finding.worse), -finding.compared.difference.mean
