"""What is measured of one trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.measures import METRIC
from keras_lateral.comparison.per_image.class_measures import (
    area_under_curve,
    balanced_accuracy,
    macro_f1,
)
from keras_lateral.comparison.per_image.image_results import TINY, ImageResults
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.keras_tools.head.label_form import LabelForm, in_form
from keras_lateral.keras_tools.head.of_model import ModelReturns, model_returning
from keras_lateral.keras_tools.scores import class_probabilities, predicted_classes
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.robustness.calibration import calibration_error
from keras_lateral.robustness.condition import Condition, ConditionResult
from keras_lateral.robustness.evaluation import (
    negative_log_likelihood,
    places_per_class,
    results_under,
)


@dataclass(frozen=True, eq=False)
class Measured:
    """What is measured of one trained network.

    Args:
        measures: Values by the name of the measure.
        details: Further results of the conditions, by their names.
        images: What it says of each test image.
        log_probabilities: float16 array `(images, classes)`.
    """

    measures: Mapping[str, float]
    details: Mapping[str, Any]
    images: ImageResults
    log_probabilities: np.ndarray


def measured(
    model: keras.Model,
    data: ImageDataset,
    places: np.ndarray | None = None,
    *,
    conditions: Sequence[Condition] = (),
    images_per_class: int | None = None,
    model_returns: ModelReturns | None = None,
    form: LabelForm = "integers",
) -> Measured:
    """Measures a trained network.

    Args:
        model: The network.
        data: Scaled images that it was trained and is tested on.
        places: Place of each test image in the comparison; by default 0, 1, ...
        conditions: Conditions under which it is tested.
        images_per_class: Number of test images of each class for the conditions; `None` for all.
        model_returns: What the network returns, where it does not show it itself.
        form: In which form its loss and metrics take labels.

    Raises:
        NotFiniteError: If a score is not finite.
    """
    x, y = data.x_test, data.y_test
    with model_returning(model, model_returns):
        p = class_probabilities(model, x)
        train_accuracy = (predicted_classes(model, data.x_train) == data.y_train).mean()
        tested = places_per_class(y, images_per_class)
        results = results_under(conditions, model, x[tested], y[tested], (0.0, 1.0))
    measures = {
        **measures_of(p, y),
        "train_accuracy": float(train_accuracy),
        **_own_metrics(model, x, in_form(y, form, data.num_classes)),
        **{result.name: result.accuracy for result in results},
    }
    images = ImageResults.of(p, y, places)
    log_p = np.log(np.maximum(p, TINY)).astype("float16")
    return Measured(measures, _details(results), images, log_p)


def measures_of(p: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Returns the measures that follow from the probabilities alone.

    Args:
        p: Probabilities, `(images, classes)`.
        y: True classes, `(images,)`.
    """
    predicted, classes = p.argmax(axis=1), p.shape[1]
    found = {
        "accuracy": float((predicted == y).mean()),
        "balanced_accuracy": balanced_accuracy(predicted, y, classes),
        "macro_f1": macro_f1(predicted, y, classes),
    }
    if classes == 2:
        found["auc"] = area_under_curve(p[:, 1], y)
    found["loss"] = negative_log_likelihood(p, y)
    found["calibration_error"] = calibration_error(p, y)
    return found


_OURS = ("loss", "accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy")
"""What the network is measured by anyway, under the names of Keras."""


def _own_metrics(model: keras.Model, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Returns the metrics that the user has compiled the network with, beside the accuracy."""
    names = {name for metric in model.metrics for name in _names_within(metric)}
    if names <= {*_OURS, "binary_accuracy", "compile_metrics"}:
        return {}
    with without_retracing_warnings():
        values = model.evaluate(x, y, batch_size=256, verbose=0, return_dict=True)
    return {f"{METRIC}{name}": float(value) for name, value in values.items() if name not in _OURS}


def _names_within(metric: Any) -> list[str]:
    """Returns the names of what is compiled: Keras keeps all of it in one metric."""
    inner = getattr(metric, "metrics", None)
    return [name for item in inner for name in _names_within(item)] if inner else [metric.name]


def _details(results: tuple[ConditionResult, ...]) -> dict[str, Any]:
    return {result.name: dict(result.details) for result in results if result.details}
