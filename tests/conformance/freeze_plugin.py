"""A pytest plugin that adds a freeze to every `fit`, and writes down what each test came to.

Read from the environment: KERAS_LATERAL_INJECT, KERAS_LATERAL_OUTCOMES (a path).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import keras
import pytest

from keras_lateral import ReceptiveFieldFreeze

OUTCOMES: dict[str, str] = {}
INJECTED = {"fits": 0, "frozen epochs": 0}


def trains(layer: Any) -> bool:
    """Whether a layer has weights of its own that train, or will have them when it is built."""
    return isinstance(layer, (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv1D))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:ReceptiveFieldFreeze changed:UserWarning")
    if not os.environ.get("KERAS_LATERAL_INJECT"):
        return
    fit = keras.Model.fit

    def fit_with_freeze(self: Any, *args: Any, **kwargs: Any) -> Any:
        layers = [layer for layer in self.layers if trains(layer)]
        callbacks = kwargs.get("callbacks")
        if not layers or not self.compiled or isinstance(callbacks, keras.callbacks.CallbackList):
            return fit(self, *args, **kwargs)
        freeze = ReceptiveFieldFreeze(trains, epochs=lambda epoch: epoch % 2 == 0)
        several = [] if callbacks is None else callbacks
        several = list(several) if isinstance(several, (list, tuple)) else [several]
        try:
            return fit(self, *args, **{**kwargs, "callbacks": [*several, freeze]})
        finally:
            INJECTED["fits"] += 1
            INJECTED["frozen epochs"] += len(freeze.frozen_epochs)

    keras.Model.fit = fit_with_freeze


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        name = report.nodeid.partition("keras/src/")[2] or report.nodeid
        OUTCOMES[name] = report.outcome


def pytest_sessionfinish() -> None:
    path = Path(os.environ["KERAS_LATERAL_OUTCOMES"])
    path.write_text(json.dumps({"outcomes": OUTCOMES, **INJECTED}), encoding="utf-8")
