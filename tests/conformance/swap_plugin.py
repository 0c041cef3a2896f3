"""Plugin of pytest that runs Keras' own tests with other classes in the place of Keras'.

`SWAPPED` says which, as JSON: `{"layers": {"Conv2D": "GradientMaskConv2D"}}` puts
`keras_lateral.GradientMaskConv2D` where the tests write `layers.Conv2D`. `OUTCOMES` names the file
to which each test's outcome is written.

Keras' tests read classes from Keras' own modules, in their bodies and in the decorators that give
them their cases. So a module of tests is imported while the classes stand in Keras' modules, and
later finds them in a stand-in for these: Keras itself goes on with its own.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import keras_lateral

SWAPPED: dict[str, dict[str, str]] = json.loads(os.environ.get("SWAPPED", "{}"))
OUTCOMES: dict[str, str] = {}


def module_of_keras(name: str) -> ModuleType:
    """The module that Keras' tests read; the public one is a copy of it."""
    return importlib.import_module(f"keras.src.{name}")


class StandIn:
    """A module with some other attributes."""

    def __init__(self, module: ModuleType, others: dict[str, Any]) -> None:
        self.__dict__.update(module=module, others=others)

    def __getattr__(self, name: str) -> Any:
        return self.others[name] if name in self.others else getattr(self.module, name)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    if not isinstance(collector, pytest.Module):
        return (yield)
    before = []
    for module_name, names in SWAPPED.items():
        module = module_of_keras(module_name)
        others = {name: getattr(keras_lateral, ours) for name, ours in names.items()}
        before.append(
            (module_name, module, others, {name: getattr(module, name) for name in names})
        )
        vars(module).update(others)
    try:
        report = yield
    finally:
        for _, module, _, own in before:
            vars(module).update(own)
    for module_name, module, others, _ in before:
        setattr(collector.obj, module_name, StandIn(module, others))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    file, _, test = report.location
    name = f"{Path(file).name}::{test}"
    if report.outcome != "passed" or name not in OUTCOMES:
        OUTCOMES[name] = report.outcome


def pytest_sessionfinish() -> None:
    Path(os.environ["OUTCOMES"]).write_text(json.dumps(OUTCOMES))
