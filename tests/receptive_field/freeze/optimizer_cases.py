"""Optimizers with all of Keras' options, and the values of their variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

optimizers = keras.optimizers


def decaying() -> Any:
    return optimizers.schedules.ExponentialDecay(0.05, decay_steps=2, decay_rate=0.7)


CASES: dict[str, Callable[[], Any]] = {
    "sgd": lambda: optimizers.SGD(0.05),
    "sgd with momentum and weight decay": lambda: optimizers.SGD(
        0.05, momentum=0.9, nesterov=True, weight_decay=0.1
    ),
    "adam": lambda: optimizers.Adam(0.05, amsgrad=True),
    "adamw": lambda: optimizers.AdamW(0.05, weight_decay=0.1),
    "adam with a schedule": lambda: optimizers.Adam(decaying()),
    "nadam": lambda: optimizers.Nadam(0.05),
    "adamax": lambda: optimizers.Adamax(0.05),
    "rmsprop": lambda: optimizers.RMSprop(0.05, momentum=0.9, centered=True),
    "adagrad": lambda: optimizers.Adagrad(0.05),
    "adadelta": lambda: optimizers.Adadelta(1.0),
    "lion": lambda: optimizers.Lion(0.05, weight_decay=0.1),
    "lamb": lambda: optimizers.Lamb(0.05),
    "averages": lambda: optimizers.SGD(0.05, momentum=0.9, use_ema=True, ema_momentum=0.7),
    "averages in place of the weights": lambda: optimizers.Adam(
        0.05, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2
    ),
    "accumulated gradients": lambda: optimizers.Adam(
        0.05, gradient_accumulation_steps=3, weight_decay=0.1
    ),
    "all of that": lambda: optimizers.AdamW(
        decaying(),
        gradient_accumulation_steps=2,
        use_ema=True,
        ema_overwrite_frequency=2,
        global_clipnorm=0.5,
    ),
    "clipnorm": lambda: optimizers.SGD(0.05, momentum=0.9, clipnorm=0.5),
    "global_clipnorm": lambda: optimizers.SGD(0.05, momentum=0.9, global_clipnorm=0.5),
    "clipvalue": lambda: optimizers.Adam(0.05, clipvalue=0.1),
    "loss scale": lambda: optimizers.LossScaleOptimizer(
        optimizers.Adam(0.05, clipnorm=1.0), initial_scale=4.0, dynamic_growth_steps=3
    ),
    "loss scale and averages": lambda: optimizers.LossScaleOptimizer(
        optimizers.SGD(0.05, momentum=0.9, use_ema=True, ema_overwrite_frequency=2)
    ),
}
if not keras.__version__.startswith("3.10."):  # whose own Muon fails on TensorFlow
    CASES["muon"] = lambda: optimizers.Muon(0.05)
if hasattr(optimizers, "MultiOptimizer"):

    def several(where: str) -> Any:
        """Momentum for variables with this name, Adam for the rest."""
        momentum = optimizers.SGD(0.05, momentum=0.9, weight_decay=0.1)
        adam = optimizers.Adam(0.05, use_ema=True, ema_overwrite_frequency=2)
        return optimizers.MultiOptimizer(lambda v: momentum if where in v.path else adam)

    CASES["several optimizers"] = lambda: several("last")
    CASES["several optimizers, one wholly frozen"] = lambda: several("frozen")

# Keras itself fails with Adafactor and Ftrl on JAX, where nothing is frozen.


def held(variables: list[Any]) -> list[np.ndarray]:
    """Returns copies of the values of variables."""
    return [keras.ops.convert_to_numpy(variable).copy() for variable in variables]


def slots(optimizer: Any) -> dict[str, Any]:
    """Returns an optimizer's variables by names that another of its kind has too."""
    found: dict[str, Any] = {}
    for variable in optimizer.variables:
        # Nadam's product of factors has a number for a name.
        name = re.sub(r"^variable(_\d+)?$", "product", variable.path.split("/", 1)[-1])
        while name in found:  # the counters of several optimizers, in their order
            name += "'"
        found[name] = variable
    return found


def copy_slots(source: Any, target: Any) -> None:
    """Copies the values of all slots that both optimizers have."""
    found = slots(source)
    for name, variable in slots(target).items():
        if name in found:
            variable.assign(held([found[name]])[0])


def assert_same(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Asserts that all values are equal to the last bit."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(found[name]), keras.ops.convert_to_numpy(value), name
        )
