"""A recommendation: methods in the order in which to switch them on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from keras_lateral.comparison.answer.next_step import after_invalid
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.recommendation.python_training import training_code
from keras_lateral.comparison.smoke import smoke_text
from keras_lateral.comparison.statistics.interval_text import ends_text
from keras_lateral.comparison.statistics.p_text import P_NOTE, is_stricter, p_text
from keras_lateral.record import Record
from keras_lateral.text import Column, Table, counted

WIDTH = 96
"""Longest line of text."""

EFFECT = 0.005
"""The smallest gain in accuracy that is of interest, as `compare` has it."""

MANY = 4
"""More methods than this are counted instead of named."""


@dataclass(frozen=True)
class AddedMethod:
    """What a method adds to those that are switched on already.

    Args:
        method: Name of the method that is added.
        mean: Mean difference in accuracy, from the trainings without it to those with it.
        low: Lower end of the 95 % interval, for new images and new seeds.
        high: Upper end.
        p: p value; adjusted after Holm for all candidates, where several were tried.
        seeds: The seeds of the pairs.

    Example:

    >>> from keras_lateral import AddedMethod
    >>> print(AddedMethod("cutmix", 0.021, 0.008, 0.034, 0.01, (0, 1, 2, 3, 4)))
    cutmix: +2.1 points, +0.8 to +3.4, p 0.010, 5 pairs
    """

    method: str
    mean: float
    low: float
    high: float
    p: float
    seeds: tuple[int, ...]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> AddedMethod:
        """Returns what `to_dict` was called on."""
        numbers = {
            name: float("nan") if values[name] is None else values[name]
            for name in ("mean", "low", "high", "p")
        }
        return cls(**{**values, **numbers, "seeds": tuple(values["seeds"])})

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {**asdict(self), "seeds": list(self.seeds)}

    def cells(self) -> tuple[str, str, str]:
        """Returns difference, interval and p as they are shown."""
        accuracy = measure_of("accuracy")
        interval = ends_text((self.low, self.high), accuracy, too_wide=0.5)
        return accuracy.show(self.mean, sign=True), interval, p_text(self.p)

    def __str__(self) -> str:
        mean, interval, p = self.cells()
        return (
            f"{self.method}: {mean} points, {interval}, p {p}, {counted(len(self.seeds), 'pair')}"
        )


@dataclass(frozen=True)
class RecommendationStep:
    """One step: every method that is left is tried, and the best one is measured again.

    Args:
        given: Names of the methods that are switched on before it.
        candidates: What each candidate adds, as seen when choosing; p adjusted for all of them.
        again: The chosen one, measured again with fresh seeds; `None` where nothing was chosen.
        taken: Whether it is recommended.

    Example:

    >>> from keras_lateral import RecommendationStep
    >>> RecommendationStep(("cutmix",), ()).taken
    False
    """

    given: tuple[str, ...]
    candidates: tuple[AddedMethod, ...]
    again: AddedMethod | None = None
    taken: bool = False

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RecommendationStep:
        """Returns what `to_dict` was called on."""
        again = values["again"]
        return cls(
            tuple(values["given"]),
            tuple(map(AddedMethod.from_dict, values["candidates"])),
            None if again is None else AddedMethod.from_dict(again),
            values["taken"],
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "given": list(self.given),
            "candidates": [candidate.to_dict() for candidate in self.candidates],
            "again": None if self.again is None else self.again.to_dict(),
            "taken": self.taken,
        }


@dataclass(frozen=True, repr=False)
class Recommendation(Record):
    """Methods in the order in which to switch them on. `recommend` creates it.

    Args:
        name: Name of the data.
        steps: The steps, the last one perhaps without a method that helps.
        skipped: Why a candidate was left out, by step and name, in words.
        reason: Why there are no more steps.
        total: What all recommended methods add together to the baseline, on the last fresh seeds;
            `None` if none or one is recommended.
        settings: Everything needed to repeat it.

    Example:

    >>> from keras_lateral import AddedMethod, Recommendation, RecommendationStep
    >>> seen = AddedMethod("cutmix", 0.03, 0.01, 0.05, 0.01, (0, 1, 2))
    >>> again = AddedMethod("cutmix", 0.02, 0.005, 0.035, 0.02, (3, 4, 5))
    >>> step = RecommendationStep((), (seen,), again, taken=True)
    >>> record = Recommendation("photos", (step,), reason="no method is left")
    >>> record
    <Recommendation: photos, switch on cutmix>
    >>> print(record.code)
    from keras_lateral import fit_with_methods
    <BLANKLINE>
    <BLANKLINE>
    def training_images():
        raise NotImplementedError("Put in the training images of 'photos', from 0 to 1, and ...")
    <BLANKLINE>
    <BLANKLINE>
    def build_model():
        raise NotImplementedError("Put in the compiled model")
    <BLANKLINE>
    <BLANKLINE>
    x, y = training_images()
    model = build_model()
    model = fit_with_methods(
        model,
        x,
        y,
        ["cutmix"],
    )
    """

    name: str
    steps: tuple[RecommendationStep, ...]
    skipped: tuple[str, ...] = ()
    reason: str = ""
    total: AddedMethod | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the recommended methods, in the order in which to switch them on."""
        return tuple(step.again.method for step in self.steps if step.taken and step.again)

    @property
    def code(self) -> str:
        """Python that trains with the recommended methods, to paste."""
        return training_code(self.methods, {"data": self.name, **self.settings})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recommendation:
        """Returns the record that `to_dict` was called on."""
        total = values["total"]
        return cls(
            values["name"],
            tuple(map(RecommendationStep.from_dict, values["steps"])),
            tuple(values["skipped"]),
            values["reason"],
            None if total is None else AddedMethod.from_dict(total),
            values["settings"],
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "name": self.name,
            "methods": list(self.methods),
            "steps": [step.to_dict() for step in self.steps],
            "skipped": list(self.skipped),
            "reason": self.reason,
            "total": None if self.total is None else self.total.to_dict(),
            "settings": dict(self.settings),
            "code": self.code,
        }

    @property
    def open(self) -> tuple[str, ...]:
        """Names of the methods that may yet add the gain of interest to what is switched on."""
        if not self.steps or self.steps[-1].taken:
            return ()
        effect, last = self.settings.get("effect", EFFECT), self.steps[-1]
        again = {} if last.again is None else {last.again.method: last.again}
        known = [again.get(candidate.method, candidate) for candidate in last.candidates]
        return tuple(added.method for added in known if not added.high < effect)  # NaN is open

    def _answer(self) -> str:
        withheld = self.settings.get("withheld")
        if withheld and not self.methods:
            return f"No recommendation: {withheld['short']}."
        if self.methods:
            return f"Switch on {_ordered(self.methods)}."
        if not self.open:
            return "Leave everything off: nothing helps here."
        others = len(self.steps[-1].candidates) > len(self.open)
        which = _names(self.open)
        return f"It is not known yet whether {which} helps{_OTHERS if others else ''}."

    def _blocks(self) -> list[Table | str]:
        smoke = smoke_text(self.settings)
        blocks: list[Table | str] = [_wrapped([f"{self.name}: {smoke or self._answer()}"])]
        blocks += [_step_table(number, step) for number, step in enumerate(self.steps, start=1)]
        paste = [f"To paste:\n\n{self.code}"] if self.methods and not smoke else []
        return [*blocks, _wrapped(_closing_lines(self)), *_next_blocks(self), *paste]

    def _summary(self) -> str:
        unknown = self.open or self.settings.get("withheld")
        nothing = "nothing is known yet" if unknown else "switch on nothing"
        return f"{self.name}, {'switch on ' if self.methods else nothing}{_ordered(self.methods)}"


_OTHERS = "; none of the others adds a gain that matters"


def _ordered(names: tuple[str, ...]) -> str:
    return ", then ".join(names)


def _names(names: tuple[str, ...]) -> str:
    if len(names) > MANY:
        return f"any of {len(names)} methods"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


COLUMNS = (
    Column(align="<"),
    Column("difference"),
    Column("95 % interval"),
    Column("p"),
    Column("pairs"),
    Column(align="<"),
)


def _step_table(number: int, step: RecommendationStep) -> Table:
    """Returns the table of a step: the candidates, the best first, and the best again."""
    ordered = sorted(step.candidates, key=lambda candidate: -candidate.mean)
    rows = [(c.method, *c.cells(), f"{len(c.seeds)}", "") for c in ordered]
    if step.again is not None:
        said = "recommended" if step.taken else "not borne out"
        note = f"again, fresh seeds: {said}"
        cells = step.again.cells()
        rows.append((step.again.method, *cells, f"{len(step.again.seeds)}", note))
    given = f" given {' and '.join(step.given)}" if step.given else ""
    title = f"step {number}: what each adds to test accuracy in points{given}"
    return Table(COLUMNS, rows, above=(title,))


def _closing_lines(record: Recommendation) -> list[str]:
    lines = [f"It ends here because {record.reason}."] if record.reason else []
    if record.total is not None:
        lines.append(f"All together, against the baseline: {record.total}.")
    withheld = record.settings.get("withheld")
    if withheld:
        lines.append(withheld["text"])
    elif record.open:
        points = measure_of("accuracy").show(record.settings.get("effect", EFFECT))
        lines.append(
            f"The intervals of {_names(record.open).replace(' or ', ' and ')} hold a gain of "
            f"{points} points or more: with more seeds they become narrower."
        )
    if any(is_stricter(added.low, added.high, added.p) for added in _all_added(record.steps)):
        lines.append(P_NOTE)
    lines += record.settings.get("signals", ())
    lines += [f"Left out: {text}" for text in record.skipped]
    lines.append(
        "The p of candidates is adjusted after Holm for all candidates of the step. The best of "
        "several looks better than it is, so what counts is the line of the fresh seeds. All steps "
        "test the same images; the intervals allow for new ones."
    )
    return lines


def _next_blocks(record: Recommendation) -> list[str]:
    """Returns what to do next where there is no verdict, as `compare` says it."""
    withheld = record.settings.get("withheld") or {}
    name = "smoke" if smoke_text(record.settings) else withheld.get("name", "")
    if not name:
        return []
    runs = ComparedRuns(record.name, (), (), (), record.settings)
    step = after_invalid(runs, (name,), "recommend")
    return [f"{_wrapped([f'Next: {step.text}'])}\n    {step.command}"]


def _all_added(steps: Sequence[RecommendationStep]) -> Iterator[AddedMethod]:
    for step in steps:
        yield from step.candidates
        if step.again is not None:
            yield step.again


def _wrapped(lines: list[str]) -> str:
    return "\n".join(part for line in lines for part in textwrap.wrap(line, WIDTH))
