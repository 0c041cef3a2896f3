"""What an attack asks of a model: probabilities, and exact gradients for its images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.scores import class_probabilities, returns_probabilities
from keras_lateral.keras_tools.types import Tensor
from keras_lateral.robustness.attacks.image_gradients import BackwardPass, image_gradient


def in_few_shapes(
    function: Callable[..., np.ndarray], *arrays: np.ndarray, batch_size: int
) -> np.ndarray:
    """Applies a function to the rows of arrays, in batches that are filled up to few lengths.

    A batch of `batch_size` rows is what most are; what is left over is filled up to a power of 2
    with its own last row, and cut off again.

    Args:
        function: Takes as many arrays as there are, of one length, and returns one of it. What
            it does with a row must not depend on the others.
        *arrays: Arrays of one length, at least 1.
        batch_size: The longest batch.

    Returns:
        What the function returned, for all rows.
    """
    found = []
    for start in range(0, len(arrays[0]), batch_size):
        batch = [array[start : start + batch_size] for array in arrays]
        rows = len(batch[0])
        more = min(batch_size, 1 << (rows - 1).bit_length()) - rows
        filled = [np.concatenate([one, np.repeat(one[-1:], more, axis=0)]) for one in batch]
        found.append(function(*filled)[:rows])
    return np.concatenate(found)


_TINY = 1e-30
"""Below every probability that float32 holds with full precision, far above 0."""

_HUGE = 1e30


class AttackedModel:
    """A classifier of images, as an attack sees it.

        p_k(x),   log p_k(x),   g(x) = d(sum_k t_k h_k) / dx,   h = p or log p

    The gradient of a cross-entropy is that of log p with t = -1 at the label y. Where a model is
    sure, p_y is 1 in float32, and dL/dz_y = p_y - 1 of usual losses is 0: they lose the part of
    the direction that leads away from y, if they do not clip p and lose all. So it is computed
    from

        log p_y = -softplus(log sum_(k != y) exp z_k  -  z_y),     z logits, or log p

    in which nothing cancels.

    Args:
        model: A classifier that returns probabilities or logits.
        x: A few images, float32 array of shape `(images, height, width, channels)`: what the
            model says of them shows which it returns.
        backward_pass: `"exact"`, or `"training"` to see what a masked backward pass gives.
        batch_size: Images that the model sees at once.
    """

    def __init__(
        self,
        model: keras.Model,
        x: np.ndarray,
        backward_pass: BackwardPass = "exact",
        batch_size: int = 256,
    ) -> None:
        self.model, self.batch_size = model, batch_size
        self.image_shape = tuple(x.shape[1:])
        few = np.asarray(x[: min(len(x), 32)], "float32")
        self.classes = self.probabilities(few).shape[1]  # which also checks the model
        normalized = returns_probabilities(np.asarray(model.predict_on_batch(few)))
        one_log, logs, p = (
            (_log_of_one_p, _logs_of_p, _p) if normalized else (_log_of_one, _logs, _softmax)
        )
        self._of_one_log = image_gradient(model, one_log, backward_pass)
        self._of_logs = image_gradient(model, logs, backward_pass)
        self._of_probabilities = image_gradient(model, p, backward_pass)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Returns p, float64 array of shape `(images, classes)`."""

        def run(x: np.ndarray) -> np.ndarray:
            return class_probabilities(self.model, x, self.batch_size)

        return in_few_shapes(run, np.asarray(x, "float32"), batch_size=self.batch_size)

    def log_probabilities(self, x: np.ndarray) -> np.ndarray:
        """Returns log p, which are logits, float64 array of shape `(images, classes)`."""
        return np.log(np.maximum(self.probabilities(x), _TINY))

    def names_rightly(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Returns whether the most probable class is the label, bool array `(images,)`."""
        return self.probabilities(x).argmax(axis=1) == y

    def gradient(self, x: np.ndarray, t: np.ndarray, of_logs: bool = True) -> np.ndarray:
        """Returns g, array of x's shape.

        Args:
            x: Images.
            t: Weights of the classes, array of shape `(images, classes)`.
            of_logs: Whether h is log p, or p.
        """
        one = (np.count_nonzero(t, axis=1) == 1).all()
        of_these = self._of_one_log if one else self._of_logs
        run = of_these if of_logs else self._of_probabilities
        x, t = np.asarray(x, "float32"), np.asarray(t, "float32")
        return in_few_shapes(run, x, t, batch_size=self.batch_size)


def _log_of_one(z: Tensor, t: Tensor) -> Tensor:
    of_one = t != 0
    own = ops.sum(ops.where(of_one, z, 0.0), axis=1)
    others = ops.logsumexp(ops.where(of_one, -_HUGE, z), axis=1)
    return -ops.sum(ops.sum(t, axis=1) * ops.softplus(others - own))


def _logs(z: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * ops.log_softmax(z))


def _softmax(z: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * ops.softmax(z))


def _log_of_one_p(p: Tensor, t: Tensor) -> Tensor:
    return _log_of_one(_log(p), t)


def _logs_of_p(p: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * _log(p))


def _p(p: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * p)


def _log(p: Tensor) -> Tensor:
    return ops.log(ops.maximum(p, _TINY))


def one_hot(labels: Any, classes: int) -> np.ndarray:
    """Returns float32 array of shape `(images, classes)`."""
    rows: np.ndarray = np.eye(classes, dtype="float32")[np.asarray(labels, "int64")]
    return rows
