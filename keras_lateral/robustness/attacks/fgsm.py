"""One step along the loss's exact gradient."""

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
class FGSM(ToolboxAttack):
    """A model's accuracy under the fast gradient sign method, one step along the exact gradient.

        x' = x + epsilon sign(dL/dx)     (norm "linf"),     x + epsilon g / |g|     (norm "l2")

    clipped to `value_range`. Only images that the model classifies correctly are attacked.

    Args:
        epsilon: Length of the step, in the units of `value_range`: `8 / 255` for images in
            (0, 1), 8 for images in (0, 255).
        norm: `"linf"` or `"l2"`.
        batch_size: Images per batch.

    Raises:
        ValueError: If epsilon is not above 0, the norm is unknown, or images and epsilon do
            not fit `value_range`.
        ImportError: In `measure`, if the toolbox is not installed.

    Example:

    >>> from keras_lateral import FGSM
    >>> FGSM(8 / 255).name
    'fgsm-linf-0.0314'

    Reference:

    - [Goodfellow, Shlens, Szegedy, 2015, Explaining and harnessing adversarial
      examples](https://arxiv.org/abs/1412.6572)
    """

    epsilon: float
    norm: Norm = "linf"
    batch_size: int = 256

    def __post_init__(self) -> None:
        check_positive(epsilon=self.epsilon)
        check_count(batch_size=self.batch_size)
        check_norm(self.norm)

    @property
    def name(self) -> str:
        """A name with the norm and epsilon."""
        return f"fgsm-{self.norm}-{self.epsilon:.3g}"

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""
        return {
            "attack": "fast gradient sign method",
            "epsilon": float(self.epsilon),
            "norm": self.norm,
            "batch_size": self.batch_size,
            **toolbox_settings(self.seed),
        }

    def make(self, classifier: Any) -> Any:
        """Returns the toolbox's attack."""
        return toolbox("art.attacks.evasion").FastGradientMethod(
            classifier,
            norm=ART_NORMS[self.norm],
            eps=float(self.epsilon),
            batch_size=self.batch_size,
        )

    def check(self, x: np.ndarray, value_range: ValueRange) -> None:
        """Raises if epsilon is larger than the range."""
        check_epsilon(self.epsilon, self.norm, x, value_range)
