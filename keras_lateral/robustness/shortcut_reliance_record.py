"""How much a classifier relies on a shortcut, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.datasets.texture_shortcut import TextureCue
from keras_lateral.record import Record

MEANINGS: Mapping[TextureCue, str] = {
    "aligned": "the texture of its class",
    "absent": "no texture",
    "random": "the texture of any class",
    "conflicting": "the texture of another class",
}


@dataclass(frozen=True)
class ShortcutReliance(Record):
    """How much a classifier relies on a texture. `shortcut_reliance` makes it.

    Args:
        accuracy: For each cue the share of images named rightly.
        follows_texture: Of the conflicting images, the share named after the texture.
        images: Number of images under each cue.
        num_classes: Number of classes.
        model: The model's name.

    Example:

    >>> from keras_lateral import ShortcutReliance
    >>> accuracy = {"aligned": 1.0, "absent": 0.8, "random": 0.6, "conflicting": 0.3}
    >>> record = ShortcutReliance(accuracy, follows_texture=0.6, images=200, num_classes=4)
    >>> record.reliance
    0.7
    >>> print(record)
    "model" on 200 test images, 4 classes (chance 25.0 %)
    image has                     accuracy %
    the texture of its class           100.0
    no texture                          80.0
    the texture of any class            60.0
    the texture of another class        30.0
    reliance on the texture: 70.0 points between the first and the last
    named after another class's texture: 60.0 %; shape bias 33.3 %
    """

    accuracy: Mapping[TextureCue, float]
    follows_texture: float
    images: int
    num_classes: int
    model: str = "model"

    @property
    def reliance(self) -> float:
        """Accuracy with the class's texture less accuracy with another's: 0 is none, 1 is all."""
        return self.accuracy["aligned"] - self.accuracy["conflicting"]

    @property
    def shape_bias(self) -> float | None:
        """Of the conflicting images named after shape or texture, the share named after shape.

        `None` where no image is named after either.
        """
        decided = self.accuracy["conflicting"] + self.follows_texture
        return self.accuracy["conflicting"] / decided if decided else None

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        derived = {"reliance": self.reliance, "shape_bias": self.shape_bias}
        return {**asdict(self), "accuracy": dict(self.accuracy), **derived}

    def __str__(self) -> str:
        width = max(map(len, MEANINGS.values()))
        rows = [
            f"{MEANINGS[cue]:{width}}  {100 * accuracy:10.1f}"
            for cue, accuracy in self.accuracy.items()
        ]
        bias = "" if self.shape_bias is None else f"; shape bias {100 * self.shape_bias:.1f} %"
        return "\n".join(
            [
                f'"{self.model}" on {self.images:,} test images, {self.num_classes} classes '
                f"(chance {100 / self.num_classes:.1f} %)",
                f"{'image has':{width}}  accuracy %",
                *rows,
                f"reliance on the texture: {100 * self.reliance:.1f} points between the first and "
                "the last",
                f"named after another class's texture: {100 * self.follows_texture:.1f} %{bias}",
            ]
        )
