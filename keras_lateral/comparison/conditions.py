"""Groups of conditions that differ only in strength."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, TypeVar

import numpy as np

from keras_lateral.comparison.answer.condition_names import (
    SEVERITY,
    condition_titles,
    family_title,
)
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.run import Run

Runs = TypeVar("Runs", bound=ComparedRuns)

STRENGTHS = ("severity", "epsilon", "sparsity")
"""Settings that give the strength of a condition; at 0 it changes nothing."""


@dataclass(frozen=True)
class ConditionFamily:
    """One corruption, attack or pruning, at one strength or several.

    Args:
        title: Its name, without the strength if there are several.
        strength: Name of the setting that gives the strength, "" if unknown.
        names: Names of the conditions with their strengths, the weakest first.
        settings: Settings that all of them share.
    """

    title: str
    strength: str
    names: Mapping[str, float]
    settings: Mapping[str, Any]


def condition_families(comparison: ComparedRuns) -> list[ConditionFamily]:
    """Returns the families of conditions of a comparison, in order of first appearance.

    Conditions are grouped by their settings or, if they have none, by names such as "fog-3".
    """
    settings = comparison.settings.get("conditions", {})
    groups: dict[str, list[tuple[float, str]]] = {}
    for name in comparison.conditions:
        strength, value, rest = _strength_and_rest(name, settings.get(name, {}))
        key = json.dumps([strength, rest], sort_keys=True, default=str)
        groups.setdefault(key, []).append((value, name))
    titles = condition_titles(comparison.conditions, settings)
    return [
        _family(json.loads(key)[0], sorted(group), settings, titles)
        for key, group in groups.items()
    ]


def _family(
    strength: str,
    group: Sequence[tuple[float, str]],
    by_name: Mapping[str, Mapping[str, Any]],
    titles: Mapping[str, str],
) -> ConditionFamily:
    names = {name: value for value, name in group}
    settings = [by_name.get(name, {}) for name in names]
    shared = {
        key: value
        for key, value in settings[0].items()
        if all(key in other and other[key] == value for other in settings)
    }
    first = next(iter(names))
    title = titles[first] if len(names) == 1 else family_title(shared) or _title(list(names))
    return ConditionFamily(title, strength, names, shared)


def _strength_and_rest(name: str, settings: Mapping[str, Any]) -> tuple[str, float, Any]:
    """Returns the name and value of the strength, and the settings that the family shares."""
    for strength in STRENGTHS:
        value = settings.get(strength)
        if isinstance(value, (int, float)):
            rest = {key: settings[key] for key in settings if key != strength}
            if strength == "epsilon" and value and isinstance(rest.get("step_size"), (int, float)):
                rest["step_size"] = f"{rest['step_size'] / value:.4g} of epsilon"
            return strength, float(value), rest
    found = None if settings else SEVERITY.fullmatch(name)
    return ("severity", float(found[2]), found[1]) if found else ("", 0.0, name)


def _title(names: Sequence[str]) -> str:
    """Returns the common beginning of all names, without the numbers in which they differ."""
    pairs = zip(min(names), max(names), strict=False)
    common = "".join(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return re.sub(r"[-_.\d]+$", "", common) or names[0]


def condition_means(
    comparison: ComparedRuns, families: Collection[ConditionFamily]
) -> ComparedRuns:
    """Returns a comparison whose measures are means of accuracies over conditions.

    Each training has one number for each family of several strengths, and one for all of its
    corruptions together if there are several. A training has a mean only if it has all its values.

    Args:
        comparison: The compared runs.
        families: The families of its conditions.
    """
    groups = {
        f"{family.title}, mean of {len(family.names)}": list(family.names)
        for family in families
        if len(family.names) > 1
    }
    corruptions = [family for family in families if family.strength == "severity"]
    names = [name for family in corruptions for name in family.names]
    if len(corruptions) > 1:
        groups[f"all {len(names)} corruptions, mean"] = names
    return replace(comparison, runs=tuple(_with_means(run, groups) for run in comparison.runs))


def _with_means(run: Run, groups: Mapping[str, list[str]]) -> Run:
    means = {
        title: float(np.mean([run.measures[name] for name in names]))
        for title, names in groups.items()
        if all(name in run.measures for name in names)
    }
    return replace(run, measures=means)
