"""A Keras model as an estimator of the Adversarial Robustness Toolbox, on every backend."""

from __future__ import annotations

from functools import cache
from types import new_class
from typing import Any, Literal, get_args

import keras
import numpy as np

from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.robustness.attacks.attacked_model import AttackedModel, one_hot
from keras_lateral.robustness.attacks.checks import checked_range
from keras_lateral.robustness.attacks.image_gradients import BackwardPass
from keras_lateral.robustness.attacks.toolbox import toolbox
from keras_lateral.robustness.condition import ValueRange

Output = Literal["probabilities", "logits"]


@reads_scores
def art_classifier(
    model: keras.Model,
    value_range: ValueRange = (0.0, 1.0),
    *,
    image_shape: tuple[int, ...] | None = None,
    output: Output = "probabilities",
    backward_pass: BackwardPass = "exact",
    batch_size: int = 256,
    model_returns: ModelReturns | None = None,
) -> Any:
    """Returns an estimator of the Adversarial Robustness Toolbox for a Keras classifier.

    Its gradients are exact: computed in inference mode within `exact_gradients`. It works on
    every backend; the toolbox's own estimators for Keras need TensorFlow. Importing the toolbox
    writes its configuration to the folder `.art` in the home folder.

    Args:
        model: A classifier that returns probabilities or logits; the estimator finds out which.
        value_range: The lowest and highest value of a pixel; attacks stay within it.
        image_shape: `(height, width, channels)`. Needed if the model does not know it.
        output: What `predict` returns and `class_gradient` differentiates: `"probabilities"`, or
            `"logits"` (log p), which DeepFool and Carlini and Wagner's attack require.
        backward_pass: `"training"` takes gradients through the masks, which makes poor attacks;
            `gradient_obfuscation` uses it to show that.
        batch_size: Largest number of images per batch.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        An `art.estimators.BaseEstimator` with loss and class gradients.

    Raises:
        ImportError: If the toolbox is not installed.
        ValueError: If `value_range` is not a range, the model's image shape is not known, or it
            does not return scores of classes.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import art_classifier
    >>> model = keras.Sequential(
    ...     [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3)]
    ... )
    >>> classifier = art_classifier(model, value_range=(0, 255))
    >>> classifier.nb_classes, classifier.input_shape
    (3, (4, 4, 1))
    >>> x = np.full((2, 4, 4, 1), 100.0, "float32")
    >>> classifier.loss_gradient(x, np.eye(3)[[0, 1]]).shape
    (2, 4, 4, 1)
    """
    low, high = checked_range(value_range)
    shape = _image_shape(model) if image_shape is None else tuple(image_shape)
    examples = np.random.default_rng(0).uniform(low, high, (8, *shape)).astype("float32")
    attacked = AttackedModel(model, examples, backward_pass, batch_size)
    return toolbox_estimator(attacked, (low, high), output)


def toolbox_estimator(attacked: AttackedModel, value_range: ValueRange, output: Output) -> Any:
    """Returns the toolbox's estimator for an `AttackedModel`."""
    if output not in get_args(Output):
        raise ValueError(
            f"Invalid value for argument `output`. Expected one of {set(get_args(Output))}. "
            f"Received: output={output!r}"
        )
    estimator = _estimator_class()(
        model=attacked.model, clip_values=value_range, channels_first=False, preprocessing=None
    )
    estimator.attacked, estimator.logits = attacked, output == "logits"
    estimator.nb_classes = attacked.classes
    return estimator


def _image_shape(model: keras.Model) -> tuple[int, ...]:
    shape = getattr(model, "input_shape", None) if model.built else None
    if not isinstance(shape, tuple) or None in shape[1:] or len(shape) < 2:
        raise ValueError(
            f"Model {model.name!r} does not define the shape of one image; pass the argument "
            f"`image_shape`. Its own input shape is {shape!r}."
        )
    return tuple(shape[1:])


class EstimatorMethods:
    """The part of the toolbox's estimator interface that attacks need."""

    attacked: AttackedModel
    logits: bool

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape `(height, width, channels)` of an image."""
        return self.attacked.image_shape

    def predict(self, x: Any, batch_size: int = 0, **kwargs: Any) -> np.ndarray:
        """Returns p, or log p, as a float64 array of shape `(images, classes)`."""
        attacked = self.attacked
        return attacked.log_probabilities(x) if self.logits else attacked.probabilities(x)

    def loss_gradient(self, x: np.ndarray, y: Any, **kwargs: Any) -> np.ndarray:
        """Returns the gradient of the cross-entropy, an array of x's shape."""
        return self.attacked.gradient(x, -self._weights(y))

    def class_gradient(self, x: np.ndarray, label: Any = None, **kwargs: Any) -> np.ndarray:
        """Returns the gradients of what `predict` returns, `(images, classes or 1, *shape)`."""
        classes = self.attacked.classes
        wanted = range(classes) if label is None else [label]
        weights = [one_hot(np.broadcast_to(k, len(x)), classes) for k in wanted]
        found = [self.attacked.gradient(x, t, of_logs=self.logits) for t in weights]
        return np.stack(found, axis=1)

    def compute_loss(self, x: np.ndarray, y: Any, **kwargs: Any) -> np.ndarray:
        """Returns the cross-entropy of each image."""
        loss: np.ndarray = -(self._weights(y) * self.attacked.log_probabilities(x)).sum(axis=1)
        return loss

    def fit(self, x: Any, y: Any, **kwargs: Any) -> None:
        """Raises `NotImplementedError`."""
        raise NotImplementedError("Train the Keras model itself, with its `fit`.")

    def get_activations(self, x: Any, layer: Any, **kwargs: Any) -> np.ndarray:
        """Raises `NotImplementedError`."""
        raise NotImplementedError("This estimator only supports attacks that need no activations.")

    def _weights(self, y: Any) -> np.ndarray:
        """Returns labels, given as numbers or as one row for each image, as rows."""
        return one_hot(y, self.attacked.classes) if np.ndim(y) == 1 else np.asarray(y, "float32")


@cache
def _estimator_class() -> Any:
    """Returns the class, which cannot stand at module level: its bases are the toolbox's."""
    estimators = toolbox("art.estimators")
    classification = toolbox("art.estimators.classification")
    bases = (
        EstimatorMethods,
        classification.ClassGradientsMixin,
        classification.ClassifierMixin,
        estimators.LossGradientsMixin,
        estimators.NeuralNetworkMixin,
        estimators.BaseEstimator,
    )
    return new_class("KerasEstimator", bases)
