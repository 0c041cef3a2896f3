"""Occlusion sensitivity: how much a class's score falls when parts of an image are hidden."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import keras
import numpy as np

from keras_lateral.keras_tools.arguments import DataFormat
from keras_lateral.keras_tools.head.of_model import ModelReturns, find_head, reads_scores
from keras_lateral.keras_tools.scores import checked_scores
from keras_lateral.keras_tools.training_step import build_for
from keras_lateral.record import Record
from keras_lateral.saliency.occlusion_patches import OcclusionPatches
from keras_lateral.saliency.score import checked_target
from keras_lateral.text import Table, counted, values_table


@dataclass(frozen=True, eq=False, repr=False)
class OcclusionSensitivity(Record):
    """How much the score of a class falls when a patch is hidden. `occlusion_sensitivity` makes it.

    Args:
        map: float64 array of shape `(batch, *spatial)`: at each pixel the mean of `drops` over the
            patches that cover it. Above 0 where hiding hurts the class.
        drops: float64 array of shape `(batch, *grid)`: score of the image less score of the image
            without the patch.
        base_score: float64 array of shape `(batch,)`: scores of the images with nothing hidden.
        labels: int array of shape `(batch,)`: the classes whose scores these are.
        patch: Side lengths of a patch in pixels.
        stride: Distances between patches in pixels.

    Example:

    >>> score, map = np.array([0.75]), np.array([[0.5, 0.25, 0.0]])
    >>> record = OcclusionSensitivity(map, map, score, np.array([2]), (1,), (1,))
    >>> record.largest_drop.tolist(), len(record)
    ([0.5], 1)
    >>> print(record)
    1 image, patches of 1 pixels every 1: the score falls from 0.75 by up to 0.5 on average
    """

    map: np.ndarray
    drops: np.ndarray
    base_score: np.ndarray
    labels: np.ndarray
    patch: tuple[int, ...]
    stride: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.map)

    @property
    def largest_drop(self) -> np.ndarray:
        """The largest drop of each image, array of shape `(batch,)`."""
        drops: np.ndarray = self.drops.reshape(len(self), -1).max(axis=1)
        return drops

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "patch": list(self.patch),
            "stride": list(self.stride),
            "labels": self.labels.tolist(),
            "base_score": self.base_score.tolist(),
            "largest_drop": self.largest_drop.tolist(),
            "drops": self.drops.tolist(),
            "map": self.map.tolist(),
        }

    def __str__(self) -> str:
        patch, stride = (" x ".join(map(str, sizes)) for sizes in (self.patch, self.stride))
        return (
            f"{len(self)} image{'s' if len(self) > 1 else ''}, patches of {patch} pixels every "
            f"{stride}: the score falls from {self.base_score.mean():.3g} by up to "
            f"{self.largest_drop.mean():.3g} on average"
        )

    def _blocks(self) -> list[Table | str]:
        patch, stride = (" x ".join(map(str, sizes)) for sizes in (self.patch, self.stride))
        values = {
            "images": len(self),
            "patch in pixels": patch,
            "every": stride,
            "mean score": f"{self.base_score.mean():.3g}",
            "mean of the largest drops": f"{self.largest_drop.mean():.3g}",
        }
        return [values_table("occlusion sensitivity", values)]

    def _summary(self) -> str:
        base, drop = self.base_score.mean(), self.largest_drop.mean()
        return f"{counted(len(self), 'image')}, score {base:.3g}, falls by up to {drop:.3g}"


def class_scores(
    model: keras.Model, images: Iterable[np.ndarray], data_format: DataFormat, batch_size: int
) -> np.ndarray:
    """Returns a model's scores for each image, in inference mode.

    Args:
        model: A built model that returns one score for each class.
        images: Iterable of arrays of shape `(*spatial, channels)`, of which `batch_size` are held.
        data_format: Data format that the model expects.
        batch_size: Number of images that the model sees at once.

    Returns:
        float64 array of shape `(images, classes)`, or `(images, 1)` of a model with one score.

    Raises:
        ValueError: If the model returns anything else.
    """
    scores, remaining = [], iter(images)
    while batch := list(islice(remaining, batch_size)):
        # Batches of one length are compiled once.
        x = np.stack(batch + [batch[-1]] * (batch_size - len(batch)))
        y = model.predict_on_batch(np.moveaxis(x, -1, 1) if data_format == "channels_first" else x)
        scores.append(checked_scores(y, model)[: len(batch)])
    return np.concatenate(scores)


Value = float | Sequence[float] | Literal["mean"]


@reads_scores
def occlusion_sensitivity(
    model: keras.Model,
    images: Any,
    labels: Any = None,
    *,
    patch: int | Sequence[int] = 8,
    stride: int | Sequence[int] | None = None,
    value: Value = "mean",
    data_format: DataFormat | None = None,
    batch_size: int = 64,
    model_returns: ModelReturns | None = None,
) -> OcclusionSensitivity:
    """Returns how much the score of a class falls when a patch of the image is hidden.

        drop_p = f_k(x) - f_k(x with patch p filled),   map_ij = mean of drop_p over p around (i, j)

    f_k is what the model returns for class k, in inference mode: a probability where it ends in
    a softmax, else a logit. A model with one score for two classes gives 1 - p and p from a
    sigmoid, -z and z from a logit. Every patch is one more image for the model: time grows with the
    number of patches, memory with `batch_size`.

    Args:
        model: A model with one input and scores of shape `(batch, classes)`.
        images: Array of shape `(batch, *spatial, channels)`, scaled as for the model.
        labels: The class of each image, or one for all. Defaults to the one the model predicts.
        patch: Side lengths of a patch in pixels, one for all axes or one for each.
        stride: Distances between patches, not above `patch`. Defaults to half the patch. One more
            patch is added at the far end where pixels are left over.
        value: The value of hidden pixels: a number, one for each channel, or `"mean"`, the image's
            mean in each channel (grey, as in the paper).
        data_format: Data format of the images. Defaults to Keras' setting.
        batch_size: Number of images that the model sees at once.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        An `OcclusionSensitivity`.

    Raises:
        ValueError: If images, labels, patch, stride or value do not fit the model or each other,
            or the model returns no scores of classes.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import occlusion_sensitivity
    >>> pick = keras.layers.Lambda(lambda x: x[:, 2, :])  # sees only the third pixel
    >>> model = keras.Sequential([keras.Input((5, 1)), pick])
    >>> occlusion_sensitivity(model, np.ones((1, 5, 1)), patch=1, value=0.25).map.tolist()
    [[0.0, 0.0, 0.75, 0.0, 0.0]]

    Reference:

    - [Zeiler, Fergus, 2014, Visualizing and understanding convolutional
      networks](https://arxiv.org/abs/1311.2901)
    """
    data_format = data_format or keras.config.image_data_format()
    images = _checked_images(images)
    build_for(model, images)
    if data_format == "channels_first":
        images = np.moveaxis(images, 1, -1)
    patches = OcclusionPatches(images.shape[1:-1], patch, stride)
    hidden = _hidden(images, patches, _filling(images, value))
    first = np.moveaxis(images[:1], -1, 1) if data_format == "channels_first" else images[:1]
    head = find_head(model, first)

    def scores_of(images: Iterable[np.ndarray]) -> np.ndarray:
        scores = class_scores(model, images, data_format, batch_size)
        return scores if head.problem else head.for_two(scores)

    scores = scores_of(images)
    chosen = checked_target(labels, scores, "labels")
    base = scores[np.arange(len(images)), chosen]
    without = scores_of(hidden).reshape(len(images), len(patches.corners), -1)
    drops = base[:, None] - without[np.arange(len(images)), :, chosen]
    if not drops.any():
        warnings.warn(
            f"No score changed when patches were filled with value={value!r}: the images may have "
            "this value everywhere, or the scores may not depend on them.",
            stacklevel=3,
        )
    grid = drops.reshape(len(images), *patches.grid)
    means = patches.mean_over_pixels(drops)
    return OcclusionSensitivity(means, grid, base, chosen, patches.patch, patches.stride)


def _hidden(
    images: np.ndarray, patches: OcclusionPatches, filling: np.ndarray
) -> Iterator[np.ndarray]:
    """Yields the first image without its first patch, without its second one, and so on."""
    for image, fill in zip(images, filling, strict=True):
        for corner in patches.corners:
            hidden = image.copy()
            hidden[patches.pixels(corner)] = fill
            yield hidden


def _filling(images: np.ndarray, value: Value) -> np.ndarray:
    """Returns the value of hidden pixels in each image, array of shape `(batch, channels)`."""
    batch, channels = len(images), images.shape[-1]
    if isinstance(value, str) and value == "mean":
        return images.reshape(batch, -1, channels).mean(axis=1)
    if isinstance(value, str) or np.shape(value) not in ((), (channels,)):
        raise _invalid("value", f"a number or {channels} of them, or 'mean'", f"value={value!r}")
    return np.broadcast_to(np.asarray(value, images.dtype), (batch, channels))


def _checked_images(images: Any) -> np.ndarray:
    images = np.asarray(images, keras.config.floatx())
    if images.ndim not in (3, 4, 5) or not len(images):
        expected = "one image or more, of shape (batch, *spatial, channels)"
        raise _invalid("images", expected, f"shape={images.shape}")
    return images


def _invalid(name: str, expected: str, received: str) -> ValueError:
    return ValueError(
        f"Invalid value for argument `{name}`. Expected {expected}. Received: {received}"
    )
