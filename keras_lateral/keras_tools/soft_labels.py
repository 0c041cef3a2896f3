"""Losses for soft labels, which give each class a share, as those of mixed images do."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.head.compiled_loss import only_loss


def use_soft_labels(model: keras.Model) -> None:
    """Replaces a compiled model's cross-entropy by that of soft labels, in place.

        L = -log p_y   becomes   L = -sum_c share_c log p_c,

    the same number where one class has the whole share. It is done for the sparse cross-entropy of
    many classes, and for the binary one of a single score. Integer labels, as those of validation
    images, still do. Other losses stay: with one that has `takes_shares`, metrics change too.
    Metrics, if there are any, become the accuracy.

    Args:
        model: A compiled model, before its training.
    """
    loss = _soft_loss(only_loss(model.loss), model)
    if loss is None:
        return
    has_metrics = len(model.metrics) > 1  # besides the loss
    of_logit = isinstance(loss, SoftLabelBinaryCrossentropy) and loss.from_logits
    metric: Any = accuracy
    if of_logit:
        metric = keras.metrics.MeanMetricWrapper(accuracy_of_logit, name="accuracy")
    model.compile(
        optimizer=model.optimizer,
        loss=loss,
        metrics=[metric] if has_metrics else None,
        run_eagerly=model.run_eagerly,
        steps_per_execution=model.steps_per_execution,
        jit_compile=model.jit_compile,
    )


def _soft_loss(loss: Any, model: keras.Model) -> Any:
    """Returns the loss to use instead, or `None` if it stays."""
    if loss is keras.losses.sparse_categorical_crossentropy:
        loss = keras.losses.SparseCategoricalCrossentropy()
    if loss is keras.losses.binary_crossentropy:
        loss = keras.losses.BinaryCrossentropy()
    if getattr(loss, "takes_shares", False):
        return loss
    if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        names = ("from_logits", "reduction", "name")
        config = loss.get_config()
        return SoftLabelCrossentropy(**{name: config[name] for name in names})
    one_score = getattr(model, "output_shape", None) in ((None, 1), [(None, 1)])
    if isinstance(loss, keras.losses.BinaryCrossentropy) and one_score:
        more = ("from_logits", "label_smoothing", "axis", "reduction", "name")
        config = loss.get_config()
        return SoftLabelBinaryCrossentropy(**{name: config[name] for name in more})
    return None


@keras.saving.register_keras_serializable(package="keras_lateral")
class SoftLabelCrossentropy(keras.losses.CategoricalCrossentropy):
    """The cross-entropy of labels that are shares `(batch, classes)` or integers `(batch,)`.

    Args:
        **kwargs: The arguments of `keras.losses.CategoricalCrossentropy`.
    """

    def call(self, y_true: Tensor, y_pred: Tensor) -> Any:
        """Returns the loss of each image."""
        return super().call(shares(y_true, y_pred), y_pred)


@keras.saving.register_keras_serializable(package="keras_lateral")
class SoftLabelBinaryCrossentropy(keras.losses.BinaryCrossentropy):
    """The binary cross-entropy of labels that are shares `(batch, 2)` or 0 and 1.

        L = -share_0 log(1 - p) - share_1 log p

    Args:
        **kwargs: The arguments of `keras.losses.BinaryCrossentropy`.
    """

    def call(self, y_true: Tensor, y_pred: Tensor) -> Any:
        """Returns the loss of each image."""
        return super().call(shares_of_two(y_true)[:, 1:], y_pred)


@keras.saving.register_keras_serializable(package="keras_lateral")
def accuracy(y_true: Tensor, y_pred: Tensor) -> Any:
    """Returns for each image whether the class of the highest score has the largest share."""
    if y_pred.shape[-1] == 1:
        return keras.metrics.binary_accuracy(ops.round(shares_of_two(y_true)[:, 1:]), y_pred)
    return keras.metrics.categorical_accuracy(shares(y_true, y_pred), y_pred)


@keras.saving.register_keras_serializable(package="keras_lateral")
def accuracy_of_logit(y_true: Tensor, y_pred: Tensor) -> Any:
    """Returns for each image whether the sign of its one logit is that of the larger share."""
    labels = ops.round(shares_of_two(y_true)[:, 1:])
    return keras.metrics.binary_accuracy(labels, y_pred, threshold=0.0)


def shares_of_two(y_true: Tensor) -> Tensor:
    """Returns labels 0 and 1, or shares of two classes, as shares `(batch, 2)`."""
    if len(y_true.shape) == 2 and y_true.shape[-1] == 2:
        return y_true
    second = ops.reshape(ops.cast(y_true, "float32"), (-1, 1))
    return ops.concatenate([1 - second, second], axis=1)


def shares(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Returns labels as shares of the classes, whatever they were."""
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == y_pred.shape[-1]:
        return y_true
    return ops.one_hot(ops.reshape(ops.cast(y_true, "int32"), (-1,)), y_pred.shape[-1])
