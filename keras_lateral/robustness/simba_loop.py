"""SimBA's loop, over many images at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from keras_lateral.robustness.attacked_model import AttackedModel
from keras_lateral.robustness.condition import ValueRange
from keras_lateral.robustness.simba_directions import Basis, directions

Step = Literal["first", "better"]
"""`"first"`: +epsilon if it lowers the probability, else -epsilon if that does (Guo et al.).
`"better"`: both are asked for, and the one that lowers it more is taken."""


@dataclass
class SimBAState:
    """Images under attack, changed in place.

    Args:
        x: float32 images, as they are now.
        p: Probability of each image's label, as it is now.
        found: The class that the model names now.
        queries: How often the model was asked for each image.
    """

    x: np.ndarray
    p: np.ndarray
    found: np.ndarray
    queries: np.ndarray

    @classmethod
    def begin(cls, attacked: AttackedModel, x: np.ndarray, y: np.ndarray) -> SimBAState:
        """Asks the model once for each image."""
        p = attacked.probabilities(x)
        found = p.argmax(axis=1)
        return cls(x.copy(), p[np.arange(len(y)), y], found, np.ones(len(y), "int64"))


def simba_iterations(
    attacked: AttackedModel,
    state: SimBAState,
    y: np.ndarray,
    orders: np.ndarray,
    epsilon: float,
    basis: Basis,
    step: Step,
    value_range: ValueRange,
) -> np.ndarray:
    """Attacks all images of a state, in each iteration those that still are named rightly.

        x' = cut(x + a q_t),  a = epsilon or -epsilon,   taken if p_y(x') < p_y(x)

    Args:
        attacked: The model.
        state: The images; changed.
        y: Labels.
        orders: int array `(images, iterations)` of directions.
        epsilon: Length of a step.
        basis: What the directions are.
        step: Which of the two signs is taken.
        value_range: What an image is cut to.

    Returns:
        int array `(images,)`: how many iterations were made.
    """
    made = np.zeros(len(y), "int64")
    for t in range(orders.shape[1]):
        alive = np.flatnonzero(state.found == y)
        if not alive.size:
            break
        made[alive] += 1
        q = np.float32(epsilon) * directions(orders[alive, t], state.x.shape[1:], basis)
        take = _take_better if step == "better" else _take_first
        take(attacked, state, y, alive, q, value_range)
    return made


def _take_first(
    attacked: AttackedModel,
    state: SimBAState,
    y: np.ndarray,
    alive: np.ndarray,
    q: np.ndarray,
    value_range: ValueRange,
) -> None:
    for sign in (1, -1):
        lower = _tried(attacked, state, y, alive, np.clip(state.x[alive] + sign * q, *value_range))
        alive, q = alive[~lower], q[~lower]
        if not alive.size:
            return


def _take_better(
    attacked: AttackedModel,
    state: SimBAState,
    y: np.ndarray,
    alive: np.ndarray,
    q: np.ndarray,
    value_range: ValueRange,
) -> None:
    signs = np.concatenate([q, -q])
    both = np.clip(np.concatenate([state.x[alive]] * 2) + signs, *value_range)
    p = attacked.probabilities(both)
    plus, minus = p.reshape(2, len(alive), -1)
    place = np.arange(len(alive))
    up = plus[place, y[alive]] <= minus[place, y[alive]]
    x = np.where(up[:, None, None, None], both[: len(alive)], both[len(alive) :])
    state.queries[alive] += 2
    _accept(state, y, alive, x, np.where(up[:, None], plus, minus))


def _tried(
    attacked: AttackedModel, state: SimBAState, y: np.ndarray, alive: np.ndarray, x: np.ndarray
) -> np.ndarray:
    state.queries[alive] += 1
    return _accept(state, y, alive, x, attacked.probabilities(x))


def _accept(
    state: SimBAState, y: np.ndarray, alive: np.ndarray, x: np.ndarray, p: np.ndarray
) -> np.ndarray:
    """Takes the images whose label has become less probable; returns which these are."""
    of_label = p[np.arange(len(alive)), y[alive]]
    lower: np.ndarray = of_label < state.p[alive]
    taken = alive[lower]
    state.x[taken], state.p[taken] = x[lower], of_label[lower]
    state.found[taken] = p[lower].argmax(axis=1)
    return lower
