"""SimBA's loop, over many images at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from keras_lateral.robustness.attacks.attacked_model import AttackedModel
from keras_lateral.robustness.attacks.simba_directions import Basis, directions
from keras_lateral.robustness.condition import ValueRange

Step = Literal["first", "better"]
"""`"first"`: +epsilon if it lowers the probability, else -epsilon if that does (Guo et al.).
`"better"`: both are tried, and the one that lowers it more is taken."""


@dataclass
class SimBAState:
    """Images under attack, changed in place.

    Args:
        attacked: The model.
        y: Labels.
        value_range: The range to which images are clipped.
        x: The current float32 images.
        p: The current probability of each image's label.
        found: The currently predicted class of each image.
        queries: Number of queries of the model for each image.
    """

    attacked: AttackedModel
    y: np.ndarray
    value_range: ValueRange
    x: np.ndarray
    p: np.ndarray
    found: np.ndarray
    queries: np.ndarray

    @classmethod
    def begin(
        cls, attacked: AttackedModel, x: np.ndarray, y: np.ndarray, value_range: ValueRange
    ) -> SimBAState:
        """Returns the initial state, after one query for each image."""
        p = attacked.probabilities(x)
        n = np.arange(len(y))
        return cls(
            attacked, y, value_range, x.copy(), p[n, y], p.argmax(axis=1), np.ones(len(y), "int64")
        )

    def moved(self, images: np.ndarray, by: np.ndarray) -> np.ndarray:
        """Returns some of the images, moved and clipped."""
        return np.clip(self.x[images] + by, *self.value_range)

    def accept(self, images: np.ndarray, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Accepts the candidates whose label has become less probable, and returns which these are.

        Args:
            images: Places of some of the images.
            x: The candidate for each of them.
            p: The model's probabilities for each candidate.
        """
        of_label = p[np.arange(len(images)), self.y[images]]
        lower: np.ndarray = of_label < self.p[images]
        taken = images[lower]
        self.x[taken], self.p[taken] = x[lower], of_label[lower]
        self.found[taken] = p[lower].argmax(axis=1)
        return lower


def simba_iterations(
    state: SimBAState, orders: np.ndarray, epsilon: float, basis: Basis, step: Step
) -> np.ndarray:
    """Attacks all images of a state, in each iteration those that are still classified correctly.

        x' = clip(x + a q_t),  a = epsilon or -epsilon,   taken if p_y(x') < p_y(x)

    Args:
        state: The images; changed in place.
        orders: int array `(images, iterations)` of directions.
        epsilon: Length of a step.
        basis: Basis of the directions.
        step: Rule by which one of the two signs is taken.

    Returns:
        int array `(images,)`: the number of iterations made.
    """
    take = _take_better if step == "better" else _take_first
    made = np.zeros(len(state.y), "int64")
    for t in range(orders.shape[1]):
        alive = np.flatnonzero(state.found == state.y)
        if not alive.size:
            break
        made[alive] += 1
        q = np.float32(epsilon) * directions(orders[alive, t], state.x.shape[1:], basis)
        take(state, alive, q)
    return made


def _take_first(state: SimBAState, alive: np.ndarray, q: np.ndarray) -> None:
    for sign in (1, -1):
        x = state.moved(alive, sign * q)
        state.queries[alive] += 1
        lower = state.accept(alive, x, state.attacked.probabilities(x))
        alive, q = alive[~lower], q[~lower]
        if not alive.size:
            return


def _take_better(state: SimBAState, alive: np.ndarray, q: np.ndarray) -> None:
    both = np.concatenate([state.moved(alive, q), state.moved(alive, -q)])
    state.queries[alive] += 2
    plus, minus = state.attacked.probabilities(both).reshape(2, len(alive), -1)
    place = np.arange(len(alive))
    up = plus[place, state.y[alive]] <= minus[place, state.y[alive]]
    x = np.where(up[:, None, None, None], both[: len(alive)], both[len(alive) :])
    state.accept(alive, x, np.where(up[:, None], plus, minus))
