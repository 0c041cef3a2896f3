"""The record of a search for obfuscated gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_lateral.record import Record

WORDS = {
    "clean": "no attack",
    "one_step": "one step (FGSM), exact gradients",
    "white_box": "many steps (PGD), exact gradients",
    "training_mode": "many steps, gradients of training mode",
    "black_box": "black box (SimBA), no gradients",
    "transfer": "transfer from another model",
    "double": "many steps, twice the epsilon",
    "unbounded": "many steps, any change",
}


@dataclass(frozen=True)
class GradientObfuscation(Record):
    """Whether white-box attacks tell the truth. `gradient_obfuscation` makes it.

    Args:
        accuracies: Accuracy under each attack: `"clean"`, `"one_step"`, `"white_box"`,
            `"training_mode"`, `"black_box"`, `"transfer"` (if there was a surrogate), `"double"`
            and `"unbounded"`.
        robust_accuracy: The share of images that stand against every attack within epsilon: the
            number to quote.
        no_gradient: The share of rightly named images whose exact gradient is 0 everywhere.
        images: How many images.
        epsilon: How far the attacks may go.
        norm: Measured how.
        signs: What speaks for obfuscated gradients, in words.
        settings: All attacks' settings.

    Example:

    >>> accuracies = {"clean": 0.9, "white_box": 0.5, "training_mode": 0.56, "black_box": 0.53}
    >>> found = GradientObfuscation(accuracies, 0.5, 0.0, 100, 8 / 255, "linf")
    >>> found.obfuscated, round(found.training_mode_gap, 3)
    (False, 0.06)
    """

    accuracies: Mapping[str, float]
    robust_accuracy: float
    no_gradient: float
    images: int
    epsilon: float
    norm: str
    signs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def obfuscated(self) -> bool:
        """Whether anything speaks for obfuscated gradients."""
        return bool(self.signs)

    @property
    def training_mode_gap(self) -> float:
        """By how much gradients of training mode make the model look more robust than it is."""
        return self.accuracies["training_mode"] - self.accuracies["white_box"]

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "accuracies": dict(self.accuracies),
            "robust_accuracy": self.robust_accuracy,
            "no_gradient": self.no_gradient,
            "training_mode_gap": self.training_mode_gap,
            "images": self.images,
            "epsilon": self.epsilon,
            "norm": self.norm,
            "signs": list(self.signs),
            "settings": dict(self.settings),
        }

    def __str__(self) -> str:
        rows = [f"{WORDS[name]:<40}{value:>8.3f}" for name, value in self.accuracies.items()]
        head = f"Accuracy on {self.images} images, epsilon {self.epsilon:.4g} ({self.norm})"
        worst = f"{'all attacks within epsilon together':<40}{self.robust_accuracy:>8.3f}"
        return "\n".join([head, *rows, worst, *self._said()])

    def _said(self) -> list[str]:
        if not self.signs:
            return ["No sign of obfuscated gradients: no attack beats the white-box one."]
        return ["Signs of obfuscated gradients:", *(f"- {sign}" for sign in self.signs)]
