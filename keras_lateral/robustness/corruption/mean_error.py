"""Errors under corruptions, relative to another model's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.record import Record
from keras_lateral.robustness.condition import ConditionResult
from keras_lateral.text import Column, Table, counted

Place = tuple[str, int]
"""A corruption and its severity."""

Found = dict[Place, ConditionResult]


@dataclass(frozen=True, repr=False)
class CorruptionErrors(Record):
    """A model's errors under corruptions relative to a baseline's. `print` shows them.

    Args:
        mean: The mean corruption error: the mean of `by_corruption`. Below 1 the model is more
            robust than the baseline.
        by_corruption: The corruption error of each corruption.
        baseline: The name of the baseline.
        severities: The severities over which errors were summed.
        parameters: Whose parameters the corruptions had, `"CIFAR-10-C"` or `"ImageNet-C"`.

    Example:

    >>> from keras_lateral import CorruptionErrors
    >>> print(CorruptionErrors(0.75, {"fog": 0.5, "snow": 1.0}, "plain ResNet-18", (1, 5)))
    Mean corruption error 75.0 % of plain ResNet-18's, severities 1, 5
    fog      50.0 %
    snow    100.0 %
    """

    mean: float
    by_corruption: Mapping[str, float]
    baseline: str
    severities: tuple[int, ...]
    parameters: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the record in types that JSON supports."""
        return asdict(self)

    def _blocks(self) -> list[Table | str]:
        severities = ", ".join(map(str, self.severities))
        title = (
            f"Mean corruption error {100 * self.mean:.1f} % of {self.baseline}'s, "
            f"severities {severities}{', ' if self.parameters else ''}{self.parameters}"
        )
        rows = [(name, f"{100 * error:.1f} %") for name, error in self.by_corruption.items()]
        return [Table((Column(align="<"), Column(width=8)), rows, above=(title,))]

    def _summary(self) -> str:
        corruptions = counted(len(self.by_corruption), "corruption")
        return f"mean {100 * self.mean:.1f} % of {self.baseline!r}, {corruptions}"


def mean_corruption_error(
    results: Iterable[ConditionResult],
    baseline_results: Iterable[ConditionResult],
    *,
    baseline: str,
) -> CorruptionErrors:
    """Returns the error rates of a model under corruptions, relative to those of a baseline.

        CE_c = sum_s E_(s, c) / sum_s E_base_(s, c),   mCE = mean of CE_c over the corruptions c

    E is the error (1 - accuracy) at severity s. In the paper's tables the baseline is AlexNet;
    another baseline gives other numbers, so it must be named.

    Args:
        results: Results of the model, such as `evaluate(...).results`. Results of conditions other
            than corruptions are ignored.
        baseline_results: Results of the baseline, on the same images.
        baseline: Name of the baseline.

    Returns:
        A `CorruptionErrors`.

    Raises:
        ValueError: If there is no corruption, if a corruption or severity is missing from either,
            if some have CIFAR-10-C's parameters and some ImageNet-C's, if the two were not measured
            on the same number of images with the same settings, or if the baseline never errs.

    Example:

    >>> from keras_lateral import mean_corruption_error
    >>> from keras_lateral.robustness.condition import ConditionResult
    >>> fog = {"corruption": "fog", "severity": 3}
    >>> ours = [ConditionResult("fog-3", 0.8, 100, fog)]
    >>> theirs = [ConditionResult("fog-3", 0.6, 100, fog)]
    >>> round(mean_corruption_error(ours, theirs, baseline="plain").mean, 3)
    0.5

    Reference:

    - [Hendrycks, Dietterich, 2019, Benchmarking neural network robustness to common corruptions
      and perturbations](https://arxiv.org/abs/1903.12261)
    """
    ours, theirs = _by_place(results, "results"), _by_place(baseline_results, "baseline_results")
    _check_complete(ours, theirs)
    errors: dict[str, float] = {}
    for corruption in dict.fromkeys(name for name, _ in ours):
        error = _summed_error(ours, corruption)
        base = _summed_error(theirs, corruption)
        if base == 0:
            raise ValueError(
                f"The baseline {baseline!r} makes no error under {corruption!r}, so the ratio is "
                "undefined. Measure on more images, or leave this corruption out."
            )
        errors[corruption] = error / base
    severities = tuple(sorted({severity for _, severity in ours}))
    return CorruptionErrors(
        sum(errors.values()) / len(errors), errors, baseline, severities, _set_of(ours)
    )


def _by_place(results: Iterable[ConditionResult], argument: str) -> Found:
    found: Found = {}
    for result in results:
        if "corruption" in result.settings:
            place = (result.settings["corruption"], result.settings["severity"])
            if place in found:
                expected = "each corruption and severity once"
                raise _argument_error(argument, expected, f"{place} twice")
            found[place] = result
    if not found:
        raise _argument_error(argument, "results of corruptions", "none")
    if len(sets := {_parameters(result) for result in found.values()}) > 1:
        expected = "corruptions of one set of parameters"
        raise _argument_error(argument, expected, " and ".join(sorted(sets)))
    return found


def _set_of(found: Found) -> str:
    return _parameters(next(iter(found.values())))


def _parameters(result: ConditionResult) -> str:
    return str(result.settings.get("parameters", ""))


def _check_complete(
    ours: dict[Place, ConditionResult], theirs: dict[Place, ConditionResult]
) -> None:
    severities = {severity for _, severity in ours | theirs}
    every = {(name, severity) for name, _ in ours | theirs for severity in severities}
    for argument, found in (("results", ours), ("baseline_results", theirs)):
        if missing := sorted(every - set(found)):
            names = [f"{name}-{severity}" for name, severity in missing]
            expected = "the same corruptions at the same severities in both"
            raise _argument_error(argument, expected, f"no results of {names}")
    for place, result in ours.items():
        other = theirs[place]
        if result.images != other.images or result.settings != other.settings:
            raise _argument_error(
                "baseline_results",
                f"{result.name} measured as in `results`, on {result.images} images, "
                f"{result.settings}",
                f"{other.images} images, {other.settings}",
            )


def _summed_error(results: Found, corruption: str) -> float:
    return sum(1 - result.accuracy for (name, _), result in results.items() if name == corruption)


def _argument_error(name: str, expected: str, received: str) -> ValueError:
    return ValueError(
        f"Invalid value for argument `{name}`. Expected {expected}. Received: {received}"
    )
