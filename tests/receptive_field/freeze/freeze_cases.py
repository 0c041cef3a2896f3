"""A tiny model to freeze layers of, images for it, and what its variables held at each epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from keras_lateral import ReceptiveFieldFreeze
from tests.receptive_field.freeze.optimizer_cases import CASES, held

BACKEND = keras.config.backend()
COMPILES = BACKEND != "torch"

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(16, 8, 8, 2)).astype("float32")
Y = RANDOM.integers(0, 3, size=16)
STEPS = 4
"""Steps per epoch."""

State = dict[str, np.ndarray]
"""The value of each variable of a model and its optimizer, by its index and path."""


def new_model(optimizer: Any = None, *, model: type | None = None, **compiled: Any) -> keras.Model:
    """Returns a compiled model. Its layers "second" and "third" have variables of equal shapes."""
    keras.utils.set_random_seed(7)
    image = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, 3, strides=2, name="first")(image)
    x = layers.ReLU()(layers.BatchNormalization(name="normal")(x))
    x = layers.Conv2D(3, 2, padding="same", kernel_regularizer="l2", name="second")(x)
    x = layers.Conv2D(3, 2, padding="same", kernel_constraint="max_norm", name="third")(x)
    y = layers.Dense(3, name="last")(layers.Flatten()(x))
    built = (model or keras.Model)(image, y)
    if optimizer is None:
        optimizer = keras.optimizers.SGD(0.05, momentum=0.9, weight_decay=0.01)
    elif isinstance(optimizer, str):
        optimizer = CASES[optimizer]()
    # Keras compiles for XLA by itself where it can: a longer wait, and the same graph.
    compiled = {"jit_compile": BACKEND == "jax"} | compiled
    built.compile(optimizer, **{"loss": loss()} | compiled)
    return built


def loss() -> Any:
    """Returns the loss it is compiled with."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def fit(model: keras.Model, *callbacks: Any, **arguments: Any) -> Any:
    """Trains as all tests here do: in the same order, silently."""
    arguments = {"batch_size": len(X) // STEPS, "shuffle": False, "verbose": 0} | arguments
    history = model.fit(X, Y, callbacks=list(callbacks), **arguments)
    for slot in model.optimizer.variables if BACKEND == "jax" else ():
        # Keras gives the weights the very buffers of their averages, and fails in the next `fit`.
        slot.assign(keras.ops.copy(slot))
    return history


def state(model: keras.Model) -> State:
    """Returns the values of all variables of a model and of its optimizer."""
    own, slots = model.variables, model.optimizer.variables
    # An optimizer of the same kind has a number in its name.
    paths = [v.path for v in own] + [f"optimizer/{v.path.split('/', 1)[-1]}" for v in slots]
    names = [f"{i} {path}" for i, path in enumerate(paths)]
    return dict(zip(names, held(own + slots), strict=True))


def changed(before: State, after: State) -> set[str]:
    """Returns the names of the variables that changed, without their indices."""
    assert before.keys() == after.keys()
    names = [name for name, value in before.items() if value.tobytes() != after[name].tobytes()]
    return {name.split(" ", 1)[1] for name in names}


def of_layer(name: str, names: set[str]) -> set[str]:
    """Returns those names that belong to a layer: its variables and their slots."""
    return {path for path in names if path.startswith(f"{name}/") or f"/{name}_" in path}


def weights(model: keras.Model, layer: str) -> list[np.ndarray]:
    """Returns the values of a layer's variables."""
    return held(model.get_layer(layer).trainable_variables)


class States(keras.callbacks.Callback):
    """Keeps the state before each epoch and after the last."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[State] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if not self.states:
            self.states.append(state(self.model))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.states.append(state(self.model))

    def changed(self) -> list[set[str]]:
        """Returns what each epoch changed."""
        pairs = zip(self.states, self.states[1:], strict=False)
        return [changed(before, after) for before, after in pairs]


def trained_layers(model: keras.Model, *callbacks: Any, **arguments: Any) -> list[set[str]]:
    """Trains, and returns the layers whose weights each epoch changed."""
    states = States()
    fit(model, *callbacks, states, **arguments)
    names = [layer.name for layer in model.layers if layer.trainable_variables]
    return [
        {name for name in names if any(path.startswith(f"{name}/") for path in epoch)}
        for epoch in states.changed()
    ]


ALL = {"first", "normal", "second", "third", "last"}


def freeze(*names: str, epochs: Any = 1, **arguments: Any) -> ReceptiveFieldFreeze:
    """Returns the callback for named layers."""
    return ReceptiveFieldFreeze(list(names), epochs, **arguments)


class Fails(keras.callbacks.Callback):
    """Interrupts training at a place: an epoch, and a step of it or its end."""

    def __init__(self, epoch: int, where: str, step: int = 2) -> None:
        super().__init__()
        self._epoch, self._where, self._step, self._now = epoch, where, step, -1

    def _fail_if(self, where: str, step: int) -> None:
        if (self._epoch, self._where) == (self._now, where) and step >= self._step:
            raise KeyboardInterrupt(where)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._now = epoch

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._fail_if("begin", batch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._fail_if("end", batch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._fail_if("epoch", self._step)


class CountedTraces:
    """A loss that counts how often it is traced, or called where nothing is compiled."""

    __name__ = "counted"

    def __init__(self) -> None:
        self.traces = 0
        self._loss: Callable[..., Any] = loss()

    def __call__(self, y: Any, predicted: Any) -> Any:
        self.traces += 1
        return self._loss(y, predicted)
