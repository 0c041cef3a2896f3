"""The images that the trainings of a comparison are tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_lateral.comparison.per_image.packed import packed, unpacked


@dataclass(frozen=True, eq=False)
class TestedImages:
    """What a comparison knows of its test images.

    With one test set that is the same for all seeds, a place is an index into it. With folds, it is
    an index into all images of the folder, of which each seed tests a part.

    Args:
        labels: True class of each image, uint16 `(images,)`.
        class_names: Names of the classes, by label.
        units: int32 `(images,)`: images with the same number belong together, such as copies of a
            picture or the pictures of one patient. `None` if each stands alone.
        folds: Number of folds, or 0 with one test set for all seeds.
        names: Name of each image, such as its path in the folder; empty if they have none.
        pictures: Pixels, uint8 `(height, width, channels)`, of a few images by their places.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import TestedImages
    >>> len(TestedImages(np.array([0, 1, 1]), ("cat", "dog")))
    3
    """

    __test__ = False  # no test, whatever pytest thinks of its name

    labels: np.ndarray
    class_names: tuple[str, ...]
    units: np.ndarray | None = None
    folds: int = 0
    names: tuple[str, ...] = ()
    pictures: Mapping[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def counts(self) -> np.ndarray:
        """Number of images of each class."""
        return np.bincount(self.labels, minlength=len(self.class_names))

    @property
    def number_of_units(self) -> int:
        """Number of images or groups of images that stand alone."""
        return len(self) if self.units is None else len(np.unique(self.units))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TestedImages:
        """Returns the images that `to_dict` was called on."""
        pictures = {int(place): unpacked(p) for place, p in values.get("pictures", {}).items()}
        return cls(
            unpacked(values["labels"]),
            tuple(values["class_names"]),
            None if values.get("units") is None else unpacked(values["units"]),
            int(values.get("folds", 0)),
            tuple(values.get("names", ())),
            pictures,
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the images as JSON-compatible values."""
        return {
            "labels": packed(self.labels),
            "class_names": list(self.class_names),
            "units": None if self.units is None else packed(self.units),
            "folds": self.folds,
            "names": list(self.names),
            "pictures": {str(place): packed(p) for place, p in self.pictures.items()},
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TestedImages):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]
