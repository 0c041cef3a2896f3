"""Conditions in words: "PGD attack, 1/255" instead of `pgd-linf-0.00392`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.measures import is_condition, measure_of

ATTACKS = {
    "projected gradient descent": "PGD attack",
    "fast gradient sign method": "FGSM attack",
    "SimBA": "SimBA attack",
}
"""What an attack is called, by its setting `attack`."""

SEVERITY = re.compile(r"(.+)-([1-5])")
"""Names of corruptions at a severity, where nothing but the name is known."""

NORMS = {"linf": "", "l2": "L2 norm", "l1": "L1 norm"}


def condition_titles(
    names: Iterable[str], settings: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Returns what each condition is called in words; no two have the same title.

    Args:
        names: Names of the conditions.
        settings: Their settings by name, as far as they are known.

    Example:

    >>> from keras_lateral.comparison.answer.condition_names import condition_titles
    >>> settings = {"fog-3": {"corruption": "fog", "severity": 3}}
    >>> settings["pgd-linf-0.00392"] = {"attack": "PGD", "epsilon": 1 / 255, "norm": "linf"}
    >>> list(condition_titles(settings, settings).values())
    ['fog, severity 3', 'PGD attack, 1/255']
    """
    titles = {name: condition_title(name, settings.get(name, {})) for name in names}
    count = Counter(titles.values())
    return {
        name: title if count[title] == 1 else f"{title} ({name})" for name, title in titles.items()
    }


def condition_title(name: str, settings: Mapping[str, Any]) -> str:
    """Returns what a condition is called in words; its name, if its settings do not say."""
    found = None if settings else SEVERITY.fullmatch(name)
    if found:
        return f"{found[1].replace('_', ' ')}, severity {found[2]}"
    family, strength = family_title(settings), _strength(settings)
    return f"{family}, {strength}" if family and strength else family or name


def family_title(settings: Mapping[str, Any]) -> str:
    """Returns what conditions of one kind are called at any strength; "" if it is not known."""
    if "corruption" in settings:
        return str(settings["corruption"]).replace("_", " ")
    if "attack" in settings:
        attack = str(settings["attack"])
        parts = [ATTACKS.get(attack, f"{attack} attack"), NORMS.get(str(settings.get("norm")), "")]
        parts += ["in frequencies"] if settings.get("basis") == "dct" else []
        return ", ".join(part for part in parts if part)
    if "sparsity" in settings:
        structure = settings.get("structure") or "weights"
        within = "" if settings.get("scope", "global") == "global" else " in each layer"
        return f"smallest {structure} pruned{within}"
    if "cue" in settings and "strength" in settings:
        return f"{settings['cue']} texture"
    return ""


def _strength(settings: Mapping[str, Any]) -> str:
    """Returns how strong a condition is."""
    if "severity" in settings:
        return f"severity {settings['severity']}"
    if isinstance(settings.get("sparsity"), (int, float)):
        return f"{100 * settings['sparsity']:.3g} %"
    if isinstance(settings.get("epsilon"), (int, float)):
        return _epsilon_text(float(settings["epsilon"]))
    return f"strength {settings['strength']:g}" if "strength" in settings else ""


def _epsilon_text(epsilon: float) -> str:
    """Returns a change of pixels as so many of 255 levels, where it is a whole number of them."""
    levels = 255 * epsilon
    whole = round(levels)
    return f"{whole}/255" if whole and abs(levels - whole) < 0.02 else f"{epsilon:.3g}"


def title_of(comparison: ComparedRuns, name: str) -> str:
    """Returns what a measure of a comparison is called in words."""
    if not is_condition(name):
        return measure_of(name).title
    settings = comparison.settings.get("conditions", {})
    return f"accuracy under {condition_titles(comparison.conditions, settings).get(name, name)}"
