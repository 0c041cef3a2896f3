"""What a model can be tested under: one condition, one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import keras
import numpy as np

ValueRange = tuple[float, float]
"""The lowest and the highest value that a pixel can have, as the model gets it."""


@dataclass(frozen=True)
class ConditionResult:
    """What one condition leaves of a model's accuracy.

    Args:
        name: The condition's name, such as `"gaussian_noise-3"` or `"pgd-linf-0.0314"`.
        accuracy: The share of all images named rightly under it; for an attack, the robust
            accuracy: of the images that were named rightly before and still are.
        images: How many images it was measured on.
        settings: All that is needed to measure it again.
        details: What else the condition says, such as the attack's success rate.

    Example:

    >>> from keras_lateral import ConditionResult
    >>> ConditionResult("fog-3", 0.5, 100, {"severity": 3}).accuracy
    0.5
    """

    name: str
    accuracy: float
    images: int
    settings: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)


class Condition(Protocol):
    """A corruption, an attack, or anything else with these three."""

    @property
    def name(self) -> str:
        """Names the condition and its strength, differently from every other one."""

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again, in types that JSON knows."""

    def measure(
        self, model: keras.Model, x: np.ndarray, y: np.ndarray, value_range: ValueRange
    ) -> ConditionResult:
        """Measures a model.

        Args:
            model: A classifier, used in inference mode.
            x: float32 images of shape `(images, height, width, channels)`.
            y: Labels of shape `(images,)`.
            value_range: The lowest and highest value of a pixel.
        """
