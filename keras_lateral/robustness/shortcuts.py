"""How much a classifier relies on a texture that predicted the class in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.synthetic.texture_shortcut import TextureCue, TextureShortcut
from keras_lateral.keras_tools.head.of_model import ModelReturns, find_head, reads_scores
from keras_lateral.keras_tools.scores import predicted_classes
from keras_lateral.record import Record
from keras_lateral.text import Column, Table, counted

MEANINGS: Mapping[TextureCue, str] = {
    "aligned": "the texture of its class",
    "absent": "no texture",
    "random": "the texture of any class",
    "conflicting": "the texture of another class",
}


@dataclass(frozen=True, repr=False)
class ShortcutReliance(Record):
    """How much a classifier relies on a texture, as returned by `shortcut_reliance`.

    Args:
        accuracy: The share of images classified correctly, for each cue.
        follows_texture: The share of the conflicting images classified by their texture.
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
        """Accuracy with the class's texture minus accuracy with another's: 0 is none, 1 is full."""
        return self.accuracy["aligned"] - self.accuracy["conflicting"]

    @property
    def shape_bias(self) -> float | None:
        """The share classified by shape of the conflicting images classified by shape or texture.

        `None` if no image is classified by either.
        """
        decided = self.accuracy["conflicting"] + self.follows_texture
        return self.accuracy["conflicting"] / decided if decided else None

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        derived = {"reliance": self.reliance, "shape_bias": self.shape_bias}
        return {**asdict(self), "accuracy": dict(self.accuracy), **derived}

    def _blocks(self) -> list[Table | str]:
        width = max(map(len, MEANINGS.values()))
        columns = (Column("image has", "<", width), Column("accuracy %"))
        rows = [(MEANINGS[cue], f"{100 * share:.1f}") for cue, share in self.accuracy.items()]
        title = (
            f'"{self.model}" on {self.images:,} test images, {self.num_classes} classes '
            f"(chance {100 / self.num_classes:.1f} %)"
        )
        bias = "" if self.shape_bias is None else f"; shape bias {100 * self.shape_bias:.1f} %"
        notes = (
            f"reliance on the texture: {100 * self.reliance:.1f} points between the first and "
            "the last",
            f"named after another class's texture: {100 * self.follows_texture:.1f} %{bias}",
        )
        return [Table(columns, rows, (title,), notes)]

    def _summary(self) -> str:
        return f"reliance {100 * self.reliance:.1f} points, {counted(self.images, 'image')}"


@reads_scores
def shortcut_reliance(
    model: keras.Model,
    shortcut: TextureShortcut,
    batch_size: int = 256,
    *,
    model_returns: ModelReturns | None = None,
) -> ShortcutReliance:
    """Measures how much of a classifier's accuracy is due to the texture it was trained with.

        reliance = accuracy(aligned) - accuracy(conflicting)

    Both are measured on the same images, with patches at the same positions; only the texture
    differs. A classifier that sees only the texture has a reliance of 1, one that sees only the
    shape a reliance of 0.

    Args:
        model: A classifier that returns probabilities or logits of shape `(images, classes)`. The
            result is meaningful only if it was trained on `shortcut.images`.
        shortcut: The images, as returned by `texture_shortcut`, with pixels as the model expects
            them: `shortcut.scaled()` if it was trained on those.
        batch_size: Images per batch.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `ShortcutReliance`.

    Raises:
        ValueError: If the model does not return one score for each of these classes.

    Example:

    >>> import keras
    >>> from keras_lateral import shortcut_reliance
    >>> from keras_lateral.datasets import synthetic_shapes, texture_shortcut
    >>> shortcut = texture_shortcut(synthetic_shapes(5, 5))
    >>> layers = [keras.layers.Flatten(), keras.layers.Dense(4)]
    >>> model = keras.Sequential([keras.Input((32, 32, 1)), *layers])
    >>> sorted(shortcut_reliance(model, shortcut).accuracy)
    ['absent', 'aligned', 'conflicting', 'random']

    Reference:

    - [Geirhos et al., 2019, ImageNet-trained CNNs are biased towards texture](
      https://arxiv.org/abs/1811.12231)
    """
    classes = find_head(model, shortcut.images.x_test.astype("float32")).classes
    if classes != shortcut.images.num_classes:
        raise ValueError(
            "Invalid value for argument `model`. Expected scores of "
            f"{shortcut.images.num_classes} classes. Received: model {model.name!r}, which "
            f"returns {classes}"
        )
    y, accuracy, follows = shortcut.images.y_test, {}, 0.0
    for cue, (x, textures) in shortcut.tests.items():
        predicted = predicted_classes(model, x.astype("float32"), batch_size)
        accuracy[cue] = float(np.mean(predicted == y))
        if cue == "conflicting":
            follows = float(np.mean(predicted == textures))
    return ShortcutReliance(accuracy, follows, len(y), shortcut.images.num_classes, model.name)
