"""Many steps along the loss's exact gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.robustness.attacks.checks import (
    Norm,
    check_count,
    check_epsilon,
    check_norm,
    check_positive,
)
from keras_lateral.robustness.attacks.toolbox import toolbox, toolbox_settings
from keras_lateral.robustness.attacks.toolbox_attack import ART_NORMS, ToolboxAttack
from keras_lateral.robustness.condition import ValueRange


@dataclass(frozen=True)
class PGD(ToolboxAttack):
    """A model's accuracy under projected gradient descent, with exact gradients.

        x_0     = x + noise in the ball, cut to `value_range`
        x_(t+1) = projected(x_t + a sign(g_t)),     g_t = dL/dx at x_t     (norm "linf")
        x_(t+1) = projected(x_t + a g_t / |g_t|)                           (norm "l2")

    onto `value_range`, and then onto the ball of radius epsilon around x, which does not leave the
    range, since x is in it. L is the cross-entropy with the true label. Only images that the model
    classifies correctly are attacked.

    Args:
        epsilon: Radius of the ball, in the units of `value_range`: `8 / 255` for images in
            (0, 1), 8 for images in (0, 255).
        step_size: Length a of a step, in the same units. Defaults to `2.5 * epsilon / steps`.
        steps: Number of steps.
        norm: `"linf"`, the largest change of one value, or `"l2"`, the length of all changes.
        restarts: Number of random starts, of which the best counts for each image; 0 starts once,
            at the image itself.
        seed: Seed of the random starts.
        batch_size: Images per batch.

    Raises:
        ValueError: If a number is out of its range, the norm is unknown, or images and
            epsilon do not fit `value_range`.
        ImportError: In `measure`, if the toolbox is not installed.

    Example:

    >>> from keras_lateral import PGD
    >>> attack = PGD(8 / 255, steps=20)
    >>> attack.name, attack.settings()["step_size"] == 2.5 * (8 / 255) / 20
    ('pgd-linf-0.0314-20steps', True)

    Reference:

    - [Madry et al., 2018, Towards deep learning models resistant to adversarial
      attacks](https://arxiv.org/abs/1706.06083)
    """

    epsilon: float
    step_size: float | None = None
    steps: int = 10
    norm: Norm = "linf"
    restarts: int = 1
    seed: int = 0
    batch_size: int = 256

    def __post_init__(self) -> None:
        check_positive(epsilon=self.epsilon, step_size=self._step_size())
        check_count(steps=self.steps, batch_size=self.batch_size)
        check_count(0, restarts=self.restarts, seed=self.seed)
        check_norm(self.norm)

    @property
    def name(self) -> str:
        """A name with the norm, epsilon and all settings that are not the default."""
        parts = [
            (f"{self.steps}steps", self.steps != 10),
            (f"by{self.step_size}", self.step_size is not None),
            (f"{self.restarts}restarts", self.restarts != 1),
            (f"seed{self.seed}", self.seed != 0),
        ]
        more = [part for part, differs in parts if differs]
        return "-".join([f"pgd-{self.norm}-{self.epsilon:.3g}", *more])

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""
        return {
            "attack": "projected gradient descent",
            "epsilon": float(self.epsilon),
            "step_size": float(self._step_size()),
            "steps": self.steps,
            "norm": self.norm,
            "restarts": self.restarts,
            "batch_size": self.batch_size,
            **toolbox_settings(self.seed),
        }

    def _step_size(self) -> float:
        steps = max(self.steps, 1)  # an invalid number of steps has its own error
        return 2.5 * self.epsilon / steps if self.step_size is None else self.step_size

    def make(self, classifier: Any) -> Any:
        """Returns the toolbox's attack."""
        return toolbox("art.attacks.evasion").ProjectedGradientDescentNumpy(
            classifier,
            norm=ART_NORMS[self.norm],
            eps=float(self.epsilon),
            eps_step=float(self._step_size()),
            max_iter=self.steps,
            num_random_init=self.restarts,
            batch_size=self.batch_size,
            verbose=False,
        )

    def check(self, x: np.ndarray, value_range: ValueRange) -> None:
        """Raises if epsilon is larger than the range."""
        check_epsilon(self.epsilon, self.norm, x, value_range)
