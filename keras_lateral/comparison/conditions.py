"""Conditions that differ in strength alone belong together."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, TypeVar

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.run import Run

Runs = TypeVar("Runs", bound=ComparedRuns)

STRENGTHS = ("severity", "epsilon", "sparsity")
"""Settings that say how strong a condition is; 0 is none of it."""

SEVERITY = re.compile(r"(.+)-([1-5])")


@dataclass(frozen=True)
class ConditionFamily:
    """One corruption, attack or pruning, at one strength or several.

    Args:
        title: Its name, without the strength where there are several.
        strength: What the strength is called, "" where it is not known.
        names: Of the conditions, the weakest first, with their strengths.
        settings: What all of them share.
    """

    title: str
    strength: str
    names: Mapping[str, float]
    settings: Mapping[str, Any]


def condition_families(comparison: ComparedRuns) -> list[ConditionFamily]:
    """Returns the conditions of a comparison, in the order in which they first come.

    They are told apart by their settings; where there are none, by names such as "fog-3".
    """
    told = comparison.settings.get("conditions", {})
    groups: dict[str, list[tuple[float, str]]] = {}
    for name in comparison.conditions:
        strength, value, rest = _read(name, told.get(name, {}))
        key = json.dumps([strength, rest], sort_keys=True, default=str)
        groups.setdefault(key, []).append((value, name))
    return [_family(json.loads(key)[0], sorted(group), told) for key, group in groups.items()]


def _family(
    strength: str, group: Sequence[tuple[float, str]], told: Mapping[str, Mapping[str, Any]]
) -> ConditionFamily:
    names = {name: value for value, name in group}
    settings = [told.get(name, {}) for name in names]
    shared = {
        key: value
        for key, value in settings[0].items()
        if all(key in other and other[key] == value for other in settings)
    }
    return ConditionFamily(_title(list(names)), strength, names, shared)


def _read(name: str, settings: Mapping[str, Any]) -> tuple[str, float, Any]:
    """Returns what the strength is called, its value, and what the family shares."""
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
    """Returns how all names begin, without the numbers they differ in."""
    pairs = zip(min(names), max(names), strict=False)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return names[0] if len(names) == 1 else re.sub(r"[-_.\d]+$", "", common) or names[0]


def condition_means(
    comparison: ComparedRuns, families: Collection[ConditionFamily]
) -> ComparedRuns:
    """Returns a comparison whose measures are means of accuracies over conditions.

    Each training has one number for each family of several strengths, and one for all of its
    corruptions together where there are several. A training has the mean only if it has them all.

    Args:
        comparison: Whatever was compared.
        families: Its conditions.
    """
    groups = {
        f"{one.title}, mean of {len(one.names)}": list(one.names)
        for one in families
        if len(one.names) > 1
    }
    corruptions = [one for one in families if one.strength == "severity"]
    names = [name for one in corruptions for name in one.names]
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
