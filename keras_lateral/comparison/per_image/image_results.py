"""What one trained network says of each test image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from keras_lateral.comparison.per_image.packed import packed, unpacked

TINY = float(np.finfo("float32").tiny)


@dataclass(frozen=True, eq=False)
class ImageResults:
    """One training's result for each test image, as little as its measures need.

    Args:
        places: Place of each image among the images of the comparison, int32 `(images,)`; see
            `TestedImages`.
        predicted: The class decided for, uint16 `(images,)`.
        surprise: Negative log-likelihood of the true class, in nats, float16 `(images,)`.
        confidence: Probability of the class decided for, float16 `(images,)`.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import ImageResults
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2]])
    >>> ImageResults.of(p, np.array([0, 1])).predicted.tolist()
    [0, 0]
    """

    places: np.ndarray
    predicted: np.ndarray
    surprise: np.ndarray
    confidence: np.ndarray

    @classmethod
    def of(
        cls, probabilities: np.ndarray, labels: np.ndarray, places: np.ndarray | None = None
    ) -> ImageResults:
        """Returns the results of a network.

        Args:
            probabilities: Array of shape `(images, classes)`.
            labels: True classes, `(images,)`.
            places: Place of each image; by default 0, 1, ...
        """
        p = np.asarray(probabilities, "float64")
        predicted = p.argmax(axis=1)
        surprise = -np.log(np.maximum(p[np.arange(len(p)), labels], TINY)).astype("float16")
        largest = p.max(axis=1).astype("float16")
        return cls(
            np.arange(len(p), dtype="int32") if places is None else np.asarray(places, "int32"),
            predicted.astype("uint16"),
            surprise,
            np.where(predicted == labels, _probability(surprise), largest),
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ImageResults:
        """Returns the results that `to_dict` was called on."""
        steps, predicted, surprise, confidence = (
            unpacked(values[name]) for name in ("steps", "predicted", "surprise", "confidence")
        )
        places = np.cumsum(steps, dtype="int32")
        confidence = np.where(confidence == 0, _probability(surprise), confidence)
        return cls(places, predicted, surprise, confidence)

    def to_dict(self) -> dict[str, Any]:
        """Returns the results as JSON-compatible values, as short as they can be.

        Places become steps from one to the next. Where a decision is right, its confidence is the
        probability of the true class, which follows from the surprise, and is left out as 0.
        """
        derived = self.confidence == _probability(self.surprise)
        arrays = {
            "steps": np.diff(self.places, prepend=np.int32(0)),
            "predicted": self.predicted,
            "surprise": self.surprise,
            "confidence": np.where(derived, np.float16(0), self.confidence),
        }
        return {name: packed(array) for name, array in arrays.items()}

    def __len__(self) -> int:
        return len(self.places)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ImageResults):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]


def _probability(surprise: np.ndarray) -> np.ndarray:
    """Returns exp(-surprise) as float16."""
    found: np.ndarray = np.exp(-surprise.astype("float32")).astype("float16")
    return found
