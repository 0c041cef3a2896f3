"""The complete state of a training at one moment, so that it can continue twice from there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_lateral.files import write_arrays


@dataclass(frozen=True)
class State:
    """Values of a model's variables (random states among them) and of its optimizer's.

    The order of the images is not part of it: it follows from the seed and the epoch's number.
    """

    model: list[NDArray[Any]]
    optimizer: list[NDArray[Any]]


def snapshot(model: keras.Model) -> State:
    """Returns the state of a compiled model with a built optimizer."""
    return State(_values(model.variables), _values(model.optimizer.variables))


def restore(model: keras.Model, state: State) -> None:
    """Puts a model and its optimizer back into a state."""
    for variables, values in (
        (model.variables, state.model),
        (model.optimizer.variables, state.optimizer),
    ):
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def _values(variables: list[Any]) -> list[NDArray[Any]]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def save(state: State, path: Path, **numbers: int) -> None:
    """Writes a state into a file, whole or not at all, with some numbers beside it."""
    arrays = {
        f"{part}{place}": array
        for part in ("model", "optimizer")
        for place, array in enumerate(getattr(state, part))
    }
    write_arrays(path, {**arrays, **{name: np.array(value) for name, value in numbers.items()}})


def load(path: Path, *names: str) -> tuple[State, list[int]]:
    """Returns the state in a file, and the numbers beside it by their names."""
    with np.load(path) as file:
        model, optimizer = (
            [file[f"{part}{place}"] for place in range(sum(_is(part, key) for key in file.files))]
            for part in ("model", "optimizer")
        )
        return State(model, optimizer), [int(file[name]) for name in names]


def _is(part: str, key: str) -> bool:
    return key.startswith(part) and key[len(part) :].isdigit()
