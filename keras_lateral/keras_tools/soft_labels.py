"""Losses for soft labels, which give each class a share, as those of mixed images do."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


def use_soft_labels(model: keras.Model) -> None:
    """Replaces a compiled model's sparse cross-entropy by that of soft labels, in place.

        L = -log p_y   becomes   L = -sum_c share_c log p_c,

    the same number where one class has the whole share. Integer labels, as those of validation
    images, still do. Other losses stay. Metrics, if there are any, become the accuracy.

    Args:
        model: A compiled model, before its training.
    """
    loss = _only_loss(model.loss)
    if loss is keras.losses.sparse_categorical_crossentropy:
        loss = keras.losses.SparseCategoricalCrossentropy()
    if not isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        return
    config = loss.get_config()
    has_metrics = len(model.metrics) > 1  # besides the loss
    model.compile(
        optimizer=model.optimizer,
        loss=SoftLabelCrossentropy(
            from_logits=config["from_logits"], reduction=config["reduction"], name=config["name"]
        ),
        metrics=[accuracy] if has_metrics else None,
        run_eagerly=model.run_eagerly,
        steps_per_execution=model.steps_per_execution,
        jit_compile=model.jit_compile,
    )


def _only_loss(loss: Any) -> Any:
    """Returns the loss of a model with one output, in whatever way it was given."""
    if isinstance(loss, (dict, list, tuple)) and len(loss) == 1:
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
    return keras.losses.get(loss) if isinstance(loss, str) else loss


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
def accuracy(y_true: Tensor, y_pred: Tensor) -> Any:
    """Returns for each image whether the class of the highest score has the largest share."""
    return keras.metrics.categorical_accuracy(shares(y_true, y_pred), y_pred)


def shares(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Returns labels as shares of the classes, whatever they were."""
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == y_pred.shape[-1]:
        return y_true
    return ops.one_hot(ops.reshape(ops.cast(y_true, "int32"), (-1,)), y_pred.shape[-1])
