"""The cosine loss: the angle between a network's scores and the class, whatever their length."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import FixedArguments, Tensor
from keras_lateral.keras_tools.head.scores_as_logits import scores_as_logits
from keras_lateral.keras_tools.recompiled import recompile
from keras_lateral.keras_tools.soft_labels import shares
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Barz, B., Denzler, J. (2020). Deep Learning on Small Datasets without Pre-Training using "
    "Cosine Loss. WACV. arXiv:1901.09054"
)


def one_minus_cosine(y: Tensor, z: Tensor, crossentropy: float = 0.0) -> Tensor:
    """Returns for each image one minus the cosine between its scores and its class.

        L = 1 - <y, z / |z|> + c * H(y, softmax(z))

    Args:
        y: Shares of the classes, `(batch, classes)`; one-hot for a single class.
        z: Scores before any softmax, `(batch, classes)`.
        crossentropy: c, of the cross-entropy H, at least 0.

    Returns:
        A tensor of shape `(batch,)`.

    Example:

    >>> from keras import ops
    >>> y, z = ops.array([[1.0, 0.0], [1.0, 0.0]]), ops.array([[5.0, 0.0], [0.0, 2.0]])
    >>> ops.convert_to_numpy(one_minus_cosine(y, z)).tolist()
    [0.0, 1.0]

    Reference:

    - Barz, B., Denzler, J. (2020). Deep Learning on Small Datasets without Pre-Training using
      Cosine Loss, eq. 5 and 8. arXiv:1901.09054
    """
    y = ops.cast(y, z.dtype)
    length = ops.sqrt(ops.maximum(ops.sum(z * z, axis=-1), 1e-12))
    loss = 1 - ops.sum(y * z, axis=-1) / length
    if crossentropy:
        loss = loss + crossentropy * ops.categorical_crossentropy(y, z, from_logits=True)
    return loss


@keras.saving.register_keras_serializable(package="keras_lateral")
class CosineLoss(FixedArguments, keras.losses.Loss):
    """One minus the cosine between an image's scores and its class.

    Args:
        crossentropy: c, how much of the cross-entropy is added; see `one_minus_cosine`.
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss.
        **kwargs: Arguments of `keras.losses.Loss`.

    Example:

    >>> import keras
    >>> from keras_lateral.remedies import CosineLoss
    >>> loss = CosineLoss()
    >>> round(float(loss(keras.ops.array([1]), keras.ops.array([[0.0, 3.0]]))), 4)
    0.0

    Reference:

    - Barz, B., Denzler, J. (2020). Deep Learning on Small Datasets without Pre-Training using
      Cosine Loss. arXiv:1901.09054
    """

    from_logits = True
    """It takes scores before any softmax, so a model that is trained by it returns these."""

    takes_shares = True
    """Labels may be integers `(batch,)` or shares `(batch, classes)`."""

    def __init__(
        self,
        crossentropy: float = 0.0,
        reduction: str = "sum_over_batch_size",
        name: str = "cosine_loss",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)
        check_number("crossentropy", crossentropy, low=0)
        self.crossentropy = float(crossentropy)
        self._is_made = True

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Returns the loss of each image."""
        return one_minus_cosine(shares(y_true, y_pred), y_pred, self.crossentropy)

    def get_config(self) -> dict[str, Any]:
        """Returns the loss' arguments."""
        return {**super().get_config(), "crossentropy": self.crossentropy}


def use_cosine_loss(model: keras.Model, crossentropy: float = 0.0) -> keras.Model:
    """Makes a compiled classifier train with the cosine loss, in place, and returns it.

    The loss is of scores before a softmax: if the last layer has a softmax as its activation, it
    returns logits from then on.

    Args:
        model: A compiled model that returns a score for each class.
        crossentropy: c; see `one_minus_cosine`.

    Raises:
        ValueError: If the model is not compiled, or has a single score or a sigmoid, or a softmax
            that is not the activation of a layer.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    >>> model.compile("adam", "sparse_categorical_crossentropy")
    >>> use_cosine_loss(model).layers[-1].activation.__name__
    'linear'
    """
    loss = CosineLoss(crossentropy)
    return recompile(scores_as_logits(model), loss=loss)


def cosine_loss_method(*, crossentropy: float = 0.0, name: str = "cosine_loss") -> Method:
    """Returns the method that trains with the cosine loss.

    Accuracy is what it is for. The length of the scores, on which a softmax' confidence depends, is
    not trained: since each cosine is at most 1, nothing rewards confidence. So the log-loss and the
    calibration error that a comparison measures say little of it, and are usually worse. With a
    share of cross-entropy they mean more.

    Args:
        crossentropy: c, how much of the cross-entropy is added. The paper takes 0.1, where it adds
            it; there a further dense layer computes its logits, here it is that of the same scores.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `crossentropy`.

    Raises:
        ValueError: If `crossentropy` is below 0.

    Example:

    >>> from keras_lateral import cosine_loss_method
    >>> dict(cosine_loss_method().settings)
    {'crossentropy': 0.0}

    Reference:

    - Barz, B., Denzler, J. (2020). Deep Learning on Small Datasets without Pre-Training using
      Cosine Loss. arXiv:1901.09054
    """
    check_number("crossentropy", crossentropy, low=0)
    return Method(
        name,
        partial(use_cosine_loss, crossentropy=float(crossentropy)),
        settings={"crossentropy": float(crossentropy)},
        space=SearchedMethod(cosine_loss_method, name, {"crossentropy": [0.0, 0.1, 1.0]}),
        reference=REFERENCE,
        exclusive=frozenset({"loss"}),
    )
