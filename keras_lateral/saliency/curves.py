"""Deletion and insertion curves, which test whether a map ranks pixels as the model does."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

import keras
import numpy as np

from keras_lateral.keras_tools.arguments import DataFormat, is_positive
from keras_lateral.keras_tools.head.of_model import ModelReturns, head_of, reads_scores
from keras_lateral.keras_tools.scores import class_probabilities
from keras_lateral.keras_tools.training_step import build_for
from keras_lateral.record import Record
from keras_lateral.saliency.record import Saliency, checked_maps
from keras_lateral.saliency.score import Target, checked_images, checked_target
from keras_lateral.saliency.uninformative_images import Baseline, blur_sigma, uninformative_images
from keras_lateral.text import Table, counted, values_table

Kind = Literal["deletion", "insertion"]


@dataclass(frozen=True, eq=False, repr=False)
class SaliencyCurve(Record):
    """A class's probability over the share of pixels that were changed.

    `deletion_curve` and `insertion_curve` make it.

    Args:
        kind: `"deletion"`: a low area speaks for the map; `"insertion"`: a high one.
        shares: float64 array of shape `(steps + 1,)`: shares of pixels, from 0 to 1.
        scores: float64 array of shape `(images, steps + 1)`: the class's probability.
        target: int array of shape `(images,)`: the classes.
        settings: Other arguments needed to compute it again.

    Example:

    >>> shares, scores = np.array([0.0, 0.5, 1.0]), np.array([[1.0, 0.5, 0.0], [1.0, 0.0, 0.0]])
    >>> record = SaliencyCurve("deletion", shares, scores, np.array([1, 2]))
    >>> record.area.tolist(), record.mean_area
    ([0.5, 0.25], 0.375)
    >>> print(record)
    deletion of 2 images: area 0.375, from 1 to 0 on average
    """

    kind: Kind
    shares: np.ndarray
    scores: np.ndarray
    target: np.ndarray
    settings: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def area(self) -> np.ndarray:
        """The area under each image's curve by the trapezoidal rule, array `(images,)`."""
        between = (self.scores[:, 1:] + self.scores[:, :-1]) / 2
        area: np.ndarray = between @ np.diff(self.shares)
        return area

    @property
    def mean_area(self) -> float:
        """The mean area over the images."""
        return float(self.area.mean())

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "kind": self.kind,
            "mean_area": self.mean_area,
            "area": self.area.tolist(),
            "target": self.target.tolist(),
            "shares": self.shares.tolist(),
            "scores": self.scores.tolist(),
            "settings": self.settings,
        }

    def __str__(self) -> str:
        first, last = self.scores[:, 0].mean(), self.scores[:, -1].mean()
        return (
            f"{self.kind} of {len(self)} image{'s' * (len(self) > 1)}: area "
            f"{self.mean_area:.3g}, from {first:.3g} to {last:.3g} on average"
        )

    def _blocks(self) -> list[Table | str]:
        values = {
            "images": len(self),
            "area": f"{self.mean_area:.3g}",
            "mean score at first": f"{self.scores[:, 0].mean():.3g}",
            "mean score at last": f"{self.scores[:, -1].mean():.3g}",
        }
        return [values_table(self.kind, values)]

    def _summary(self) -> str:
        return f"{self.kind} of {counted(len(self), 'image')}, area {self.mean_area:.3g}"


Maps = Saliency | np.ndarray


@reads_scores
def deletion_curve(
    model: keras.Model,
    images: Any,
    maps: Maps,
    target: Target = None,
    *,
    steps: int = 20,
    baseline: Baseline = "mean",
    blur: float | None = None,
    data_format: DataFormat | None = None,
    batch_size: int = 256,
    model_returns: ModelReturns | None = None,
) -> SaliencyCurve:
    """Returns the probability of a class while the most salient pixels are deleted.

        x_s = x, but the round(s n / steps) pixels of the highest map values are the baseline's,
        p_s = p_k(x_s),   s = 0 .. steps,   area = integral of p over the share of pixels gone

    A map that ranks what the model uses makes p fall early: a low area is good. Compare it with the
    area of a random map on the same images; alone it says little, since the model was not trained
    on images with holes. Of equal map values, the first pixel in row order is deleted first.

    Args:
        model: A classifier of two or more classes, with probabilities or logits.
        images: Array of shape `(images, height, width, channels)`, or as in `data_format`.
        maps: A `Saliency` of these images, or an array of shape `(images, height, width)`.
        target: The class k of each image, or one for all. Defaults to the saliency's, or else the
            predicted class.
        steps: Number of steps, at most one for each pixel.
        baseline: The values that pixels get: a number, one for each channel, `"mean"`: the image's
            mean in each channel, or `"blur"`: the image, blurred. The paper fills with 0, in
            images whose mean color is 0.
        blur: Standard deviation of the blur in pixels. Defaults to a tenth of the shorter side
            and at least 1.
        data_format: Data format of the images. Defaults to Keras' setting.
        batch_size: Number of images that the model sees at once.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `SaliencyCurve`.

    Raises:
        ValueError: If an argument is out of its range, or model, images, maps and target do not
            fit each other.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import deletion_curve, gradient_saliency
    >>> model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
    >>> x = np.random.default_rng(0).normal(size=(3, 4, 4, 1))
    >>> curve = deletion_curve(model, x, gradient_saliency(model, x), steps=4)
    >>> curve.shares.tolist(), curve.scores.shape
    ([0.0, 0.25, 0.5, 0.75, 1.0], (3, 5))

    Reference:

    - [Petsiuk, Das, Saenko, 2018, RISE: randomized input sampling for explanation of black-box
      models](https://arxiv.org/abs/1806.07421)
    """
    arguments = (steps, baseline, blur, data_format, batch_size)
    return _curve("deletion", model, images, maps, target, *arguments)


@reads_scores
def insertion_curve(
    model: keras.Model,
    images: Any,
    maps: Maps,
    target: Target = None,
    *,
    steps: int = 20,
    baseline: Baseline = "blur",
    blur: float | None = None,
    data_format: DataFormat | None = None,
    batch_size: int = 256,
    model_returns: ModelReturns | None = None,
) -> SaliencyCurve:
    """Returns the probability of a class while the most salient pixels are inserted.

        x_s = the baseline, but the round(s n / steps) pixels of the highest map values are x's

    A map that ranks what the model uses makes p rise early: a high area is good. The paper starts
    from the blurred image, since pixels on a flat background create edges of their own. Everything
    else is as in `deletion_curve`, with the same arguments.

    Args:
        model: As in `deletion_curve`.
        images: As in `deletion_curve`.
        maps: As in `deletion_curve`.
        target: As in `deletion_curve`; the predicted class is that of the whole image.
        steps: As in `deletion_curve`.
        baseline: The values that pixels start with, as in `deletion_curve`.
        blur: As in `deletion_curve`.
        data_format: As in `deletion_curve`.
        batch_size: As in `deletion_curve`.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `SaliencyCurve`.

    Raises:
        ValueError: As in `deletion_curve`.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import gradient_saliency, insertion_curve
    >>> model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
    >>> x = np.random.default_rng(0).normal(size=(3, 8, 8, 1))
    >>> curve = insertion_curve(model, x, gradient_saliency(model, x))
    >>> curve.kind, curve.area.shape
    ('insertion', (3,))

    Reference:

    - [Petsiuk, Das, Saenko, 2018, RISE: randomized input sampling for explanation of black-box
      models](https://arxiv.org/abs/1806.07421)
    """
    arguments = (steps, baseline, blur, data_format, batch_size)
    return _curve("insertion", model, images, maps, target, *arguments)


def _curve(
    kind: Kind,
    model: keras.Model,
    images: Any,
    maps: Maps,
    target: Target,
    steps: int,
    baseline: Baseline,
    blur: float | None,
    data_format: DataFormat | None,
    batch_size: int,
) -> SaliencyCurve:
    first = (data_format or keras.config.image_data_format()) == "channels_first"
    images = checked_images(images)
    build_for(model, images)
    images = np.moveaxis(images, 1, -1) if first else images
    count, pixels = len(images), images.shape[1] * images.shape[2]
    _check_steps(steps, pixels)
    head = head_of(model, np.moveaxis(images[:1], -1, 1) if first else images[:1], many=True)
    rank = _ranks(checked_maps(maps, images.shape[:3])).reshape(images.shape[:3])[..., None]

    def probabilities(x: np.ndarray) -> np.ndarray:
        x = np.moveaxis(x, -1, 1) if first else x
        return class_probabilities(model, x, min(batch_size, count), head)

    if target is None and isinstance(maps, Saliency):
        target = maps.target
    chosen = checked_target(target, probabilities(images))
    empty = uninformative_images(images, baseline, blur)
    before, after = (images, empty) if kind == "deletion" else (empty, images)
    changed = np.round(np.arange(steps + 1) * pixels / steps).astype(int)
    scores = [probabilities(np.where(rank < n, after, before)) for n in changed]
    P = np.stack([p[np.arange(count), chosen] for p in scores], axis=1)
    if not np.ptp(P, axis=1).any():
        warnings.warn(
            f"No probability changed when pixels were replaced with baseline={baseline!r}: the "
            "images may equal it everywhere, or the model may not depend on them.",
            stacklevel=4,
        )
    settings: dict[str, Any] = {
        "steps": steps,
        "baseline": baseline if isinstance(baseline, str) else np.asarray(baseline).tolist(),
        "method": maps.method if isinstance(maps, Saliency) else None,
    }
    if baseline == "blur":
        settings["blur"] = blur_sigma(images, blur)
    return SaliencyCurve(kind, changed / pixels, P, chosen, settings)


def _ranks(maps: np.ndarray) -> np.ndarray:
    """Returns each pixel's rank in the descending order of its map, array `(images, pixels)`."""
    flat = maps.reshape(len(maps), -1)
    order = np.argsort(-flat, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(flat.shape[1])[None], axis=1)
    return ranks


def _check_steps(steps: int, pixels: int) -> None:
    if not is_positive(steps) or steps > pixels:
        raise ValueError(
            f"Invalid value for argument `steps`. Expected a number from 1 to {pixels}, one for "
            f"each pixel. Received: steps={steps!r}"
        )
