"""A corruption as a condition under which a model is tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.scores import predicted_classes
from keras_lateral.robustness.condition import ConditionResult, ValueRange
from keras_lateral.robustness.corruption.corrupt import (
    SEVERITIES,
    STANDARD_CORRUPTIONS,
    check_corruption,
)
from keras_lateral.robustness.corruption.kept import KEPT
from keras_lateral.robustness.corruption.parameters import (
    TITLES,
    ParameterChoice,
    check_parameters,
    parameter_set,
)


@dataclass(frozen=True)
class Corruption:
    """A model's accuracy on images corrupted by `corrupt`.

    Args:
        corruption: One of `CORRUPTIONS`.
        severity: From 1, the mildest, to 5.
        seed: Seed of the random numbers.
        parameters: `"cifar10"`, `"imagenet"`, or `"auto"`, which goes by the images' size, see
            `corrupt`. The name is the same for all.

    Raises:
        ValueError: If there is no such corruption, severity or set of parameters.

    Example:

    >>> from keras_lateral import Corruption
    >>> fog = Corruption("fog", 3)
    >>> fog.name, fog.settings()["severity"]
    ('fog-3', 3)
    """

    corruption: str
    severity: int
    seed: int = 0
    parameters: ParameterChoice = "auto"

    def __post_init__(self) -> None:
        check_corruption(self.corruption, self.severity, self.seed)
        check_parameters(self.parameters)

    @property
    def name(self) -> str:
        """The corruption and its severity, as in `"fog-3"`."""
        return f"{self.corruption}-{self.severity}"

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""
        libraries = {"numpy": np.__version__}  # draws the random numbers
        if self.corruption == "jpeg_compression":
            libraries["pillow"] = version("pillow")
        return {
            "corruption": self.corruption,
            "severity": int(self.severity),
            "seed": int(self.seed),
            "parameters": "auto" if self.parameters == "auto" else TITLES[self.parameters],
            "libraries": libraries,
        }

    def for_images(
        self, image_shape: tuple[int, ...], before: Mapping[str, Any] | None = None
    ) -> Corruption:
        """Returns the same condition with the set that `"auto"` means for some images.

        Args:
            image_shape: `(height, width, channels)`.
            before: Settings with which it was measured before, if it was: their set is kept.
        """
        if self.parameters != "auto":
            return self
        names = {title: name for name, title in TITLES.items()}
        kept = names.get(str((before or {}).get("parameters")))
        return replace(self, parameters=kept or parameter_set("auto", *image_shape[:2]))

    def measure(
        self, model: keras.Model, x: np.ndarray, y: np.ndarray, value_range: ValueRange
    ) -> ConditionResult:
        """Measures a model. See `Condition.measure`."""
        meant = self.for_images(np.shape(x)[1:])
        corrupted = KEPT.corrupted(
            np.asarray(x),
            self.corruption,
            self.severity,
            seed=self.seed,
            value_range=value_range,
            parameters=meant.parameters,
        )
        right = predicted_classes(model, corrupted) == np.asarray(y)
        return ConditionResult(self.name, float(right.mean()), len(right), meant.settings())


def corruptions(
    names: Iterable[str] = STANDARD_CORRUPTIONS,
    severities: Iterable[int] = SEVERITIES,
    *,
    seed: int = 0,
    parameters: ParameterChoice = "auto",
) -> list[Corruption]:
    """Returns conditions for `evaluate`: each of some corruptions at each of some severities.

    Args:
        names: Some of `CORRUPTIONS`. Defaults to the fifteen for which results are published; the
            four others, one of which needs colour, are for choosing settings.
        severities: Integers from 1 to 5. Defaults to all.
        seed: Seed of the random numbers.
        parameters: `"cifar10"`, `"imagenet"` or `"auto"`, see `corrupt`.

    Returns:
        A list of `Corruption`, by name and then by severity.

    Raises:
        ValueError: If there is no such corruption, severity or set of parameters.

    Example:

    >>> from keras_lateral import corruptions
    >>> len(corruptions())
    75
    >>> [corruption.name for corruption in corruptions(["fog", "snow"], severities=[1, 5])]
    ['fog-1', 'fog-5', 'snow-1', 'snow-5']
    """
    severities = tuple(severities)
    names = [names] if isinstance(names, str) else names
    return [
        Corruption(name, severity, seed, parameters) for name in names for severity in severities
    ]
