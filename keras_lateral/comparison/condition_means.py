"""Means over the strengths of a corruption or attack, compared as any other measure is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from keras_lateral.comparison.comparison import Comparison
from keras_lateral.comparison.condition_families import ConditionFamily
from keras_lateral.comparison.run import Run


def condition_means(comparison: Comparison, families: Collection[ConditionFamily]) -> Comparison:
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
