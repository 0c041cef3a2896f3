"""A condition under which a model is tested, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import keras
import numpy as np

ValueRange = tuple[float, float]
"""The lowest and the highest value that a pixel can have, as the model receives it."""


@dataclass(frozen=True)
class ConditionResult:
    """A model's accuracy under one condition.

    Args:
        name: The condition's name, such as `"gaussian_noise-3"` or `"pgd-linf-0.0314"`.
        accuracy: The share of all images classified correctly under it; for an attack, the robust
            accuracy: the share of all images that were classified correctly before and still are.
        images: Number of images it was measured on.
        settings: All that is needed to measure it again.
        details: Further results, such as the attack's success rate.

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
    """A corruption, an attack, or anything else with these three members.

    One whose settings go by the images, as a corruption's do, may also have a method
    `for_images(image_shape, before)`, see `Corruption`; `compare` then asks it which it is.
    """

    @property
    def name(self) -> str:
        """A unique name of the condition and its strength."""

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again, in types that JSON supports."""

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
