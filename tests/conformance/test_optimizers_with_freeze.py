"""Every optimizer of Keras, with its options, leaves frozen weights and their slots alone.

What changed is told by the index of each weight and slot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import ReceptiveFieldFreeze
from tests.receptive_field.freeze.optimizer_cases import held

optimizers = keras.optimizers
BACKEND = keras.config.backend()
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(8, 4)).astype("float32")
Y = RANDOM.normal(size=(8, 2)).astype("float32")

Make = Callable[[], Any]


def schedule() -> Any:
    return optimizers.schedules.CosineDecay(0.05, decay_steps=40)


def of(name: str, **settings: Any) -> Make:
    return lambda: getattr(optimizers, name)(**{"learning_rate": 0.05, **settings})


SETTINGS: dict[str, Make] = {
    "SGD": of("SGD"),
    "SGD, momentum": of("SGD", momentum=0.9),
    "SGD, nesterov": of("SGD", momentum=0.9, nesterov=True),
    "SGD, weight decay": of("SGD", weight_decay=0.1),
    "SGD, schedule": lambda: optimizers.SGD(schedule(), momentum=0.9),
    "SGD, averages": of("SGD", use_ema=True, ema_momentum=0.5),
    "SGD, averages that overwrite": of("SGD", use_ema=True, ema_overwrite_frequency=3),
    "SGD, clipnorm": of("SGD", momentum=0.9, clipnorm=0.1),
    "SGD, clipvalue": of("SGD", momentum=0.9, clipvalue=0.05),
    "SGD, global_clipnorm": of("SGD", momentum=0.9, global_clipnorm=0.1),
    "Adam": of("Adam"),
    "Adam, amsgrad": of("Adam", amsgrad=True),
    "Adam, accumulation": of("Adam", gradient_accumulation_steps=3),
    "AdamW": of("AdamW", weight_decay=0.1),
    "Adamax": of("Adamax"),
    "Nadam": of("Nadam"),
    "RMSprop": of("RMSprop", momentum=0.9, centered=True),
    "Adagrad": of("Adagrad"),
    "Adadelta": of("Adadelta", learning_rate=1.0),
    "Lion": of("Lion", weight_decay=0.1),
    "Lamb": of("Lamb"),
    "Adafactor": of("Adafactor"),
    "Ftrl": of("Ftrl"),
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(
        optimizers.Adam(0.05), initial_scale=8.0, dynamic_growth_steps=3
    ),
    "Muon": of("Muon"),
    "ScheduleFreeAdamW": of("ScheduleFreeAdamW", warmup_steps=2),
}
"""The settings by name."""


def several() -> Any:
    """Momentum for the last layer, Adam for the others."""
    momentum, adam = optimizers.SGD(0.05, momentum=0.9), optimizers.Adam(0.05)
    return optimizers.MultiOptimizer(lambda v: momentum if "last" in v.path else adam)


SETTINGS["MultiOptimizer"] = several


def absent(name: str) -> str | None:
    """Returns why Keras itself cannot train with a setting here, or `None`."""
    kind = name.partition(",")[0]
    if not hasattr(optimizers, kind):
        return "this version of Keras has none"
    if kind == "Muon" and keras.__version__.startswith("3.10."):
        return "its own Muon fails on TensorFlow"
    if BACKEND == "jax" and kind in ("Adafactor", "Ftrl"):
        return "Keras itself fails with it on JAX"
    return None


def new_model(name: str) -> keras.Model:
    """Returns a compiled model whose layers "first" and "last" train beside "frozen"."""
    keras.utils.set_random_seed(2)
    steps = [layers.Dense(3, name=n, activation="tanh") for n in ("first", "frozen")]
    last = layers.Dense(2, name="last")
    model = keras.Sequential([keras.Input((4,)), *steps, last], name="net")
    model.compile(SETTINGS[name](), "mse", jit_compile=BACKEND == "jax")
    return model


class States(keras.callbacks.Callback):
    """Keeps copies of all weights and slots, in their order, before training and after epochs."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[list[np.ndarray]] = []
        self.slots: list[list[np.ndarray]] = []

    def _keep(self) -> None:
        self.weights.append(held(self.model.trainable_variables))
        self.slots.append(held(self.model.optimizer.variables))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if not self.weights:
            self._keep()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._keep()

    def changed(self, kind: str, epoch: int) -> list[int]:
        """Returns the indices of what an epoch changed."""
        before, after = getattr(self, kind)[epoch : epoch + 2]
        pairs = enumerate(zip(before, after, strict=True))
        return [i for i, (a, b) in pairs if a.tobytes() != b.tobytes()]


def slots_of(optimizer: Any, variables: list[Any]) -> list[int]:
    """Returns the indices of the slots that hold something of each of these variables.

    A slot of a variable has the variable's path in its own, whatever stands before and after. Those
    of Adafactor have not; they are three for each variable in turn.
    """
    if isinstance(optimizer, optimizers.Adafactor):
        trained = [id(variable) for variable in optimizer._trainable_variables]
        firsts = [2 + 3 * trained.index(id(variable)) for variable in variables]
        return [first + i for first in firsts for i in range(3)]
    keys = [variable.path.replace("/", "_") for variable in variables]
    paths = [slot.path.replace("/", "_") for slot in optimizer.variables]
    return [i for i, path in enumerate(paths) if any(key in path for key in keys)]


def train(model: keras.Model, *callbacks: Any, **arguments: Any) -> None:
    model.fit(X, Y, batch_size=2, shuffle=False, verbose=0, callbacks=[*callbacks], **arguments)


# Most are compared one by one in `test_optimizer_hooks`; the slow ones run with `-m slow`.
HOME = {"SGD, nesterov", "SGD, global_clipnorm", "Adafactor", "Ftrl", "ScheduleFreeAdamW"}


@pytest.mark.parametrize(
    "name", [n if n in HOME else pytest.param(n, marks=pytest.mark.slow) for n in SETTINGS]
)
def test_frozen_weights_and_slots_keep_their_bits_and_the_others_train(name: str) -> None:
    if reason := absent(name):
        pytest.skip(reason)
    model, states = new_model(name), States()
    train(model, ReceptiveFieldFreeze(["frozen"], [1]), states, epochs=3)
    rest = slots_of(model.optimizer, model.get_layer("frozen").trainable_variables)
    assert rest or name in ("SGD", "SGD, weight decay", "SGD, clipnorm")
    for epoch in (0, 2):
        assert states.changed("weights", epoch) == [0, 1, 2, 3, 4, 5]
    assert states.changed("weights", 1) == [0, 1, 4, 5]
    ordinary = states.changed("slots", 0)
    assert states.changed("slots", 1) == [i for i in ordinary if i not in rest]
    assert any(i in ordinary for i in rest) or not rest


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) for n in SETTINGS if n != "MultiOptimizer"]
)
def test_a_frozen_first_epoch_equals_one_with_trainable_false(name: str) -> None:
    if reason := absent(name):
        pytest.skip(reason)
    found, expected = new_model(name), new_model(name)
    train(found, ReceptiveFieldFreeze(["frozen"], [0]))
    expected.get_layer("frozen").trainable = False
    expected.compile(SETTINGS[name](), "mse", jit_compile=BACKEND == "jax")
    # On TensorFlow, plain Keras builds it while the first step is traced: then the momenta of
    # ScheduleFreeAdamW begin with zeros and not, as elsewhere, with the weights.
    expected.optimizer.build(expected.trainable_variables)
    train(expected)
    by_path = dict(zip([v.path for v in found.variables], held(found.variables), strict=True))
    for variable, value in zip(expected.variables, held(expected.variables), strict=True):
        np.testing.assert_array_equal(by_path[variable.path], value, variable.path)
