"""Conditions of one kind are grouped by their settings, or else by their names."""

from typing import Any

import pytest

from keras_lateral import Comparison, Run
from keras_lateral.comparison.conditions import ConditionFamily, condition_families

pytestmark = pytest.mark.home


def families(by_name: dict[str, dict[str, Any]], *, settings: bool = True) -> list[ConditionFamily]:
    runs = (Run("baseline", 0, {"accuracy": 1.0, **dict.fromkeys(by_name, 0.5)}, 1.0),)
    known = {"conditions": by_name} if settings else {}
    return condition_families(Comparison("digits", (), (0,), runs, known))


def pgd(epsilon: float, steps: int = 10) -> dict[str, Any]:
    step_size = 2.5 * epsilon / steps
    return {"attack": "PGD", "epsilon": epsilon, "steps": steps, "step_size": step_size}


def test_severities_of_one_corruption_are_one_family_in_their_order() -> None:
    conditions = {f"fog-{n}": {"corruption": "fog", "severity": n, "seed": 0} for n in (5, 1, 3)}
    (found,) = families(conditions)
    assert (found.title, found.strength) == ("fog", "severity")
    assert list(found.names.items()) == [("fog-1", 1.0), ("fog-3", 3.0), ("fog-5", 5.0)]
    assert dict(found.settings) == {"corruption": "fog", "seed": 0}


def test_other_settings_make_another_family() -> None:
    conditions = {
        "fog-1": {"corruption": "fog", "severity": 1, "seed": 0},
        "fog-2": {"corruption": "fog", "severity": 2, "seed": 1},
    }
    assert [family.title for family in families(conditions)] == [
        "fog, severity 1",
        "fog, severity 2",
    ]


def test_an_attack_with_steps_in_proportion_is_one_family_over_epsilon() -> None:
    conditions = {"pgd-linf-0.01": pgd(0.01), "pgd-linf-0.03": pgd(0.03), "pgd-20": pgd(0.03, 20)}
    first, second = families(conditions)
    assert (first.title, first.strength, len(first.names)) == ("PGD attack", "epsilon", 2)
    assert dict(second.names) == {"pgd-20": 0.03}


def test_without_settings_only_names_with_a_severity_are_families() -> None:
    names = {"snow-1": {}, "snow-5": {}, "pgd-linf-0.0314": {}, "simba-100": {}, "dark": {}}
    found = families(names, settings=False)
    assert [family.title for family in found] == ["snow", "pgd-linf-0.0314", "simba-100", "dark"]
