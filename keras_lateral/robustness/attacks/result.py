"""A model's accuracy under an attack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from keras_lateral.robustness.attacks.attacked_model import AttackedModel
from keras_lateral.robustness.condition import ConditionResult


class NamedWithSettings(Protocol):
    """The part of a condition that describes it."""

    @property
    def name(self) -> str:
        """The condition's name."""

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""


def attack_result(
    condition: NamedWithSettings,
    attacked: AttackedModel,
    x: np.ndarray,
    adversarial: np.ndarray,
    y: np.ndarray,
    more: Mapping[str, Any] | None = None,
) -> ConditionResult:
    """Returns the result of an attack.

        clean accuracy    share of images classified correctly
        robust accuracy   share of images classified correctly before and after
        success rate      1 - robust accuracy / clean accuracy

    An image that was misclassified before counts as wrong, whatever an attack does to it.

    Args:
        condition: The attack.
        attacked: The model.
        x: The images.
        adversarial: The images after the attack.
        y: Labels.
        more: Further details.
    """
    before = attacked.classifies_correctly(x, y)
    after = before & attacked.classifies_correctly(adversarial, y)
    change = (adversarial[before].astype("float64") - x[before]).reshape(-1, x[0].size)
    details = {
        "clean_accuracy": float(before.mean()),
        "attack_success_rate": success_rate(before, after),
        "attacked_images": int(before.sum()),
        "largest_change": float(np.abs(change).max(initial=0.0)),
        "mean_l2_change": float(np.linalg.norm(change, axis=1).mean()) if len(change) else 0.0,
    }
    return ConditionResult(
        name=condition.name,
        accuracy=float(after.mean()),
        images=len(x),
        settings=condition.settings(),
        details={**details, **(more or {})},
    )


def success_rate(before: np.ndarray, after: np.ndarray) -> float | None:
    """Returns the share of `before` that is not in `after`; `None` if nothing was attacked."""
    return float(1 - after.sum() / before.sum()) if before.any() else None
