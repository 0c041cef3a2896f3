"""Evaluation of a model on clean images and under conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.from_arrays import joined_batches
from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.keras_tools.scores import class_probabilities
from keras_lateral.robustness.calibration import calibration_error
from keras_lateral.robustness.condition import Condition, ConditionResult, ValueRange
from keras_lateral.text import Column, Table, counted


@dataclass(frozen=True, repr=False)
class Evaluation(NamedEntries[ConditionResult]):
    """A classifier on clean images and under conditions. `print` shows a table.

    Args:
        accuracy: Clean accuracy, on all images.
        loss: Mean negative log-likelihood of the true class, in nats.
        calibration_error: Expected calibration error, see `calibration_error`.
        images: Number of images.
        accuracy_of_tested: Clean accuracy on the images that the conditions were measured on.
        results: One result for each condition, in the order of the conditions.

    Example:

    >>> from keras_lateral import Evaluation
    >>> Evaluation(0.9, 0.4, 0.02, 100, 0.9).to_dict()["accuracy"]
    0.9
    """

    accuracy: float
    loss: float
    calibration_error: float
    images: int
    accuracy_of_tested: float
    results: tuple[ConditionResult, ...] = ()

    _kind = "condition"

    def _entries(self) -> tuple[ConditionResult, ...]:
        return self.results

    def to_dict(self) -> dict[str, Any]:
        """Returns the record in types that JSON supports."""
        return asdict(self)

    def _blocks(self) -> list[Table | str]:
        title = (
            f"Clean, {self.images} images: accuracy {100 * self.accuracy:.1f} %, "
            f"loss {self.loss:.3f}, calibration error {100 * self.calibration_error:.1f} %"
        )
        if not self.results:
            return [title]
        width = max(len(result.name) for result in self.results)
        columns = (Column(align="<", width=width), Column(width=8), Column(align="<", gap=3))
        rows = [("clean, the same images", f"{100 * self.accuracy_of_tested:.1f} %", "")]
        rows += [
            (result.name, f"{100 * result.accuracy:.1f} %", _success(result))
            for result in self.results
        ]
        return [Table(columns, rows, above=(title, ""))]

    def _summary(self) -> str:
        clean = f"accuracy {100 * self.accuracy:.1f} %, {counted(self.images, 'image')}"
        return f"{clean}, {counted(len(self.results), 'condition')}"


def _success(one: ConditionResult) -> str:
    success = one.details.get("attack_success_rate")
    return "" if success is None else f"attack success rate {100 * success:.1f} %"


Data = ImageDataset | Iterable[Any]


@reads_scores
def evaluate(
    model: keras.Model,
    data: Data,
    conditions: Sequence[Condition] = (),
    *,
    value_range: ValueRange | None = None,
    images_per_class: int | None = None,
    seed: int = 0,
    model_returns: ModelReturns | None = None,
) -> Evaluation:
    """Measures a classifier on clean images and under corruptions, attacks and pruning.

    The model is left unchanged. Attacks use exact gradients, whatever masks the model has.

    Args:
        model: A classifier that returns probabilities or logits of shape `(images, classes)`, or
            one score for two classes. Which of them is read from the layer that it ends in, or from
            whether its compiled loss takes logits.
        data: An `ImageDataset`, of which the test images are used, or a pair `(x, y)` of images of
            shape `(images, height, width, channels)` and integer labels of shape `(images,)`, or a
            `tf.data.Dataset` or `keras.utils.PyDataset` of such batches. Pixels must be as the
            model expects them.
        conditions: Conditions to test the model under, such as `Corruption("fog", 3)` or
            `PGD(8 / 255)`. Their names must differ.
        value_range: The lowest and the highest value that a pixel can have. Defaults to the
            `(0, max_value)` of an `ImageDataset`, and to `(0, 1)` for a pair.
        images_per_class: Number of images of each class, picked by the seed, on which to measure
            the conditions, since some take long. Defaults to all. Clean accuracy is measured both
            on all images and on these.
        seed: Seed that picks the images.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        An `Evaluation`, which prints as a table.

    Raises:
        ValueError: If two conditions have the same name, the images lie outside `value_range`, or
            the model does not classify them.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import evaluate
    >>> model = keras.Sequential(
    ...     [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    ... )
    >>> x, y = np.random.default_rng(0).random((6, 4, 4, 1)), np.array([0, 1, 0, 1, 0, 1])
    >>> evaluation = evaluate(model, (x, y))
    >>> evaluation.images, evaluation.results
    (6, ())

    Reference:

    - Hendrycks, D., Dietterich, T. (2019). Benchmarking Neural Network Robustness to Common
      Corruptions and Perturbations.
    """
    x, y, value_range = _checked_data(data, value_range)
    names = [condition.name for condition in conditions]
    if len(set(names)) < len(names):
        raise ValueError(
            "Invalid value for argument `conditions`. Expected conditions with different names. "
            f"Received: {names}"
        )
    p = class_probabilities(model, x)
    _check_classes(p, y)
    right = p.argmax(axis=1) == y
    places = places_per_class(y, images_per_class, seed)
    return Evaluation(
        accuracy=float(right.mean()),
        loss=negative_log_likelihood(p, y),
        calibration_error=calibration_error(p, y),
        images=len(y),
        accuracy_of_tested=float(right[places].mean()),
        results=results_under(conditions, model, x[places], y[places], value_range),
    )


def results_under(
    conditions: Sequence[Condition],
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    value_range: ValueRange,
) -> tuple[ConditionResult, ...]:
    """Returns the result of each condition, as `evaluate` does after it has checked everything."""
    return tuple(condition.measure(model, x, y, value_range) for condition in conditions)


def negative_log_likelihood(p: np.ndarray, y: np.ndarray) -> float:
    """Returns mean(-log p_y), in nats; a p of 0 counts as the smallest normal float32."""
    chosen = p[np.arange(len(y)), y]
    return float(-np.log(np.maximum(chosen, np.finfo("float32").tiny)).mean())


def _checked_data(data: Data, value_range: ValueRange | None) -> tuple[np.ndarray, np.ndarray, Any]:
    if isinstance(data, ImageDataset):
        x, y = data.x_test, data.y_test
        value_range = value_range or (0.0, data.max_value)
    else:
        x, y = joined_batches(data)
        value_range = value_range or (0.0, 1.0)
    x, y = np.asarray(x, "float32"), np.asarray(y)
    y = y[:, 0] if y.shape == (len(x), 1) else y
    if (
        x.ndim != 4
        or y.shape != x.shape[:1]
        or not np.issubdtype(y.dtype, np.integer)
        or not len(y)
    ):
        raise ValueError(
            "Invalid value for argument `data`. Expected images of shape (images, height, width, "
            "channels) and as many integer labels of shape (images,). "
            f"Received: shapes {x.shape} and {y.shape}, labels of dtype {y.dtype}"
        )
    low, high = value_range
    if not (low < high and x.min() >= low and x.max() <= high):
        raise ValueError(
            "Invalid value for argument `value_range`. Expected (low, high) with all pixels in "
            f"between, which range from {x.min():.4g} to {x.max():.4g}. "
            f"Received: value_range={value_range}"
        )
    return x, y, (float(low), float(high))


def _check_classes(p: np.ndarray, y: np.ndarray) -> None:
    if y.min() < 0 or y.max() >= p.shape[1]:
        raise ValueError(
            f"Invalid value for argument `data`. Expected labels from 0 to {p.shape[1] - 1}, since "
            f"the model has {p.shape[1]} classes. Received: {y.min()} to {y.max()}"
        )


def places_per_class(y: np.ndarray, images_per_class: int | None, seed: int = 0) -> np.ndarray:
    """Returns places of images in their order: of each class all, or as many as the limit."""
    if images_per_class is None:
        return np.arange(len(y))
    if images_per_class < 1:
        raise ValueError(
            "Invalid value for argument `images_per_class`. Expected 1 or more. "
            f"Received: images_per_class={images_per_class}"
        )
    picks = [
        np.random.default_rng([seed, label]).permutation(np.flatnonzero(y == label))
        for label in np.unique(y).tolist()
    ]
    return np.sort(np.concatenate([pick[:images_per_class] for pick in picks]))
