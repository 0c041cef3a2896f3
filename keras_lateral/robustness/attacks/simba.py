"""An attack that needs only a model's probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import keras
import numpy as np

from keras_lateral.robustness.attacks.attacked_model import AttackedModel
from keras_lateral.robustness.attacks.checks import (
    Norm,
    check_count,
    check_epsilon,
    check_labels,
    check_positive,
    checked_images,
    checked_range,
)
from keras_lateral.robustness.attacks.result import attack_result
from keras_lateral.robustness.attacks.simba_directions import Basis, Order, direction_order
from keras_lateral.robustness.attacks.simba_loop import SimBAState, Step, simba_iterations
from keras_lateral.robustness.attacks.simba_record import SimBARecord
from keras_lateral.robustness.condition import ConditionResult, ValueRange


@dataclass(frozen=True)
class SimBA:
    """A model's accuracy under SimBA, a black-box attack, and its success after each iteration.

        x_0 = x,   x_t = clip(x_(t-1) + a q_t),   a = epsilon or -epsilon or 0

    In iteration t the next direction q_t of an orthonormal basis is tried with both signs, and
    taken if it makes the label less probable; the attack on an image ends when the model predicts
    another class. After T iterations |x_T - x| <= epsilon sqrt(T). With the pixel basis no
    value has changed by more than epsilon until all have been tried once.

    All images not yet misclassified are attacked together, each along its own directions. Those of
    image i are drawn from `[seed, i]`. The toolbox is not needed.

    Args:
        epsilon: Length of a step, in the units of `value_range`: the paper's 0.2 is for images
            in (0, 1).
        iterations: T, the largest number of directions to try.
        basis: `"pixel"`: one value of one pixel. `"dct"`: one frequency of one channel.
        order: `"random"`, or `"diagonal"`: from the first pixel, or the lowest frequency, on.
        frequencies: With `"dct"` and `"random"`, the share of each axis' frequencies that come
            first; the others follow.
        step: `"first"`: +epsilon is taken if it helps, otherwise -epsilon is tried, as in the
            paper. `"better"`: both are tried, as in the Adversarial Robustness Toolbox.
        seed: Seed of the directions.
        batch_size: Images to attack together; the model sees up to twice as many at once.

    Raises:
        ValueError: If an argument is out of its range, or images, labels and epsilon do not fit
            the model and `value_range`.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import SimBA
    >>> model = keras.Sequential(
    ...     [keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    ... )
    >>> model.set_weights([np.tile([[0, 1]], (4, 1)), np.array([0.5, 0])])  # 1: sum above 0.5
    >>> x = np.full((1, 2, 2, 1), 0.2)  # 0 once three pixels are darker by 0.12
    >>> print(SimBA(0.12, iterations=4).run(model, x, np.array([1])))
    SimBA: 1 of 1 images misclassified after at most 4 iterations (100 %), 7 queries on average

    Reference:

    - [Guo et al., 2019, Simple black-box adversarial attacks](https://arxiv.org/abs/1905.07121)
    """

    epsilon: float
    iterations: int = 1000
    basis: Basis = "pixel"
    order: Order = "random"
    frequencies: float = 0.125
    step: Step = "first"
    seed: int = 0
    batch_size: int = 256

    def __post_init__(self) -> None:
        check_positive(epsilon=self.epsilon, frequencies=self.frequencies)
        check_count(iterations=self.iterations, batch_size=self.batch_size)
        check_count(0, seed=self.seed)
        for name, known in (("basis", Basis), ("order", Order), ("step", Step)):
            if getattr(self, name) not in get_args(known):
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected one of "
                    f"{set(get_args(known))}. Received: {name}={getattr(self, name)!r}"
                )

    @property
    def name(self) -> str:
        """A name with basis, epsilon, iterations and all settings that are not the default."""
        parts = [
            (self.order, self.order != "random"),
            (f"{self.frequencies:g}", self.basis == "dct" and self.frequencies != 0.125),
            (self.step, self.step != "first"),
            (f"seed{self.seed}", self.seed != 0),
        ]
        first = f"simba-{self.basis}-{self.epsilon:.3g}-{self.iterations}"
        return "-".join([first, *(part for part, differs in parts if differs)])

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""
        return {
            "attack": "SimBA",
            "epsilon": float(self.epsilon),
            "iterations": self.iterations,
            "basis": self.basis,
            "order": self.order,
            "frequencies": self.frequencies,
            "step": self.step,
            "seed": self.seed,
            "gradients": "none",
        }

    def measure(
        self, model: keras.Model, x: Any, y: Any, value_range: ValueRange = (0.0, 1.0)
    ) -> ConditionResult:
        """Measures a model."""
        x, y = checked_images(x, y, value_range)
        attacked = AttackedModel(model, x, batch_size=2 * self.batch_size)
        record = self._run(attacked, x, y, value_range)
        return attack_result(self, attacked, x, record.images, y, record.details())

    def run(
        self, model: keras.Model, x: Any, y: Any, value_range: ValueRange = (0.0, 1.0)
    ) -> SimBARecord:
        """Attacks images, and returns them with a record of the attack.

        Args:
            model: A classifier that returns probabilities or logits of shape `(images, classes)`.
            x: Images of shape `(images, height, width, channels)`.
            y: Labels of shape `(images,)`.
            value_range: The lowest and highest value of a pixel.

        Returns:
            A `SimBARecord`.
        """
        x, y = checked_images(x, y, value_range)
        return self._run(AttackedModel(model, x, batch_size=2 * self.batch_size), x, y, value_range)

    def _run(
        self, attacked: AttackedModel, x: np.ndarray, y: np.ndarray, value_range: ValueRange
    ) -> SimBARecord:
        norm: Norm = "linf" if self.basis == "pixel" else "l2"
        check_epsilon(self.epsilon, norm, x, value_range)
        check_labels(y, attacked.classes)
        starts = range(0, len(x), self.batch_size)
        parts = [
            self._attack(attacked, x, y, start, checked_range(value_range)) for start in starts
        ]
        images, before, succeeded, made, queries = (
            np.concatenate(arrays) for arrays in zip(*parts, strict=True)
        )
        return SimBARecord(images, before, succeeded, made, queries, self.iterations)

    def _attack(
        self,
        attacked: AttackedModel,
        x: np.ndarray,
        y: np.ndarray,
        start: int,
        value_range: ValueRange,
    ) -> tuple[np.ndarray, ...]:
        """Returns the record's arrays for the images from `start` on."""
        x, y = x[start : start + self.batch_size], y[start : start + self.batch_size]
        state = SimBAState.begin(attacked, x, y, value_range)
        before = state.found == y
        orders = np.stack([self._order(x.shape[1:], start + i) for i in range(len(x))])
        made = simba_iterations(state, orders, self.epsilon, self.basis, self.step)
        return state.x, before, before & (state.found != y), made, state.queries

    def _order(self, shape: Any, image: int) -> np.ndarray:
        generator = np.random.default_rng([self.seed, image])
        return direction_order(
            shape, self.basis, self.order, self.iterations, self.frequencies, generator
        )
