"""What an attack needs of a model: probabilities, and exact gradients with respect to images."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.head.of_model import Head, head_of
from keras_lateral.keras_tools.scores import class_probabilities
from keras_lateral.robustness.attacks.image_gradients import (
    BackwardPass,
    ScoreFunction,
    image_gradient,
)


def in_few_shapes(
    function: Callable[..., np.ndarray], *arrays: np.ndarray, batch_size: int
) -> np.ndarray:
    """Applies a function to the rows of arrays, in batches padded to a few different lengths.

    All batches but the last have `batch_size` rows; the last one is padded to a power of 2 with
    copies of its own last row, whose results are dropped.

    Args:
        function: Takes as many arrays as given, of equal length, and returns one of that length.
            Its result for a row must not depend on the other rows.
        *arrays: Arrays of equal length, at least 1.
        batch_size: Largest length of a batch.

    Returns:
        The function's results for all rows.
    """
    found = []
    for start in range(0, len(arrays[0]), batch_size):
        batch = [array[start : start + batch_size] for array in arrays]
        rows = len(batch[0])
        more = min(batch_size, 1 << (rows - 1).bit_length()) - rows
        padded = [np.concatenate([part, np.repeat(part[-1:], more, axis=0)]) for part in batch]
        found.append(function(*padded)[:rows])
    return np.concatenate(found)


_TINY = 1e-30
"""Below every probability that matters, but well above the smallest float32."""

_HUGE = 1e30


class AttackedModel:
    """A classifier of images, as an attack sees it.

        p_k(x),   log p_k(x),   g(x) = d(sum_k t_k h_k) / dx,   h = p or log p

    The gradient of a cross-entropy is that of log p with t = -1 at the label y. Where a model is
    certain, p_y is 1 in float32, and dL/dz_y = p_y - 1 of usual losses is 0: they lose the part of
    the direction that leads away from y, or, if they clip p, all of it. So it is computed
    from

        log p_y = -softplus(log sum_(k != y) exp z_k  -  z_y),     z logits, or log p

    in which nothing cancels.

    Args:
        model: A classifier that returns probabilities or logits; of two classes it may return one.
        x: A few images, float32 array of shape `(images, height, width, channels)`, to try it on.
        backward_pass: `"exact"`, or `"training"` to see the effect of a masked backward pass.
        batch_size: Images per batch.
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
        self.head = head_of(model, few)
        self.classes = self.probabilities(few).shape[1]  # which also checks the model
        functions, bypassed = _functions_for(self.head)
        self._one_log_gradient, self._logs_gradient, self._probabilities_gradient = (
            image_gradient(model, function, backward_pass, bypassed) for function in functions
        )

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Returns p, a float64 array of shape `(images, classes)`."""

        def run(x: np.ndarray) -> np.ndarray:
            return class_probabilities(self.model, x, self.batch_size, self.head)

        return in_few_shapes(run, np.asarray(x, "float32"), batch_size=self.batch_size)

    def log_probabilities(self, x: np.ndarray) -> np.ndarray:
        """Returns log p, which are logits, a float64 array of shape `(images, classes)`."""
        return np.log(np.maximum(self.probabilities(x), _TINY))

    def classifies_correctly(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Returns whether the most probable class is the label, a bool array `(images,)`."""
        return self.probabilities(x).argmax(axis=1) == y

    def gradient(self, x: np.ndarray, t: np.ndarray, of_logs: bool = True) -> np.ndarray:
        """Returns g, an array of x's shape.

        Args:
            x: Images.
            t: Weights of the classes, array of shape `(images, classes)`.
            of_logs: Whether h is log p rather than p.
        """
        one_class = (np.count_nonzero(t, axis=1) == 1).all()
        log_gradient = self._one_log_gradient if one_class else self._logs_gradient
        run = log_gradient if of_logs else self._probabilities_gradient
        x, t = np.asarray(x, "float32"), np.asarray(t, "float32")
        return in_few_shapes(run, x, t, batch_size=self.batch_size)


def _one_log_from_logits(z: Tensor, t: Tensor) -> Tensor:
    chosen = t != 0
    own = ops.sum(ops.where(chosen, z, 0.0), axis=1)
    others = ops.logsumexp(ops.where(chosen, -_HUGE, z), axis=1)
    return -ops.sum(ops.sum(t, axis=1) * ops.softplus(others - own))


def _logs_from_logits(z: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * ops.log_softmax(z))


def _p_from_logits(z: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * ops.softmax(z))


def _one_log_from_p(p: Tensor, t: Tensor) -> Tensor:
    return _one_log_from_logits(_log(p), t)


def _logs_from_p(p: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * _log(p))


def _weighted_p(p: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * p)


def _two_from_logit(z: Tensor) -> Tensor:
    """Returns logits of both classes from the one logit z: softmax(0, z) = (1 - s(z), s(z))."""
    return ops.concatenate([ops.zeros_like(z), z], axis=1)


def _two_from_p(p: Tensor) -> Tensor:
    return ops.concatenate([_log(1 - p), _log(p)], axis=1)


def _functions_for(head: Head) -> tuple[tuple[ScoreFunction, ...], tuple[Any, ...]]:
    """Returns the functions of a model's output to differentiate, and what is bypassed for it.

    A sigmoid near 1 loses 1 - s to rounding, so its logit is taken where it can be.
    """
    from_logits = (_one_log_from_logits, _logs_from_logits, _p_from_logits)
    if head.kind == "softmax":
        return (_one_log_from_p, _logs_from_p, _weighted_p), ()
    convert: Callable[[Tensor], Tensor] | None
    if head.units > 1:
        convert = None if head.kind == "logits" else _log
        return tuple(_after(convert, function) for function in from_logits), ()
    has_logit = head.kind == "logits" or bool(head.bypassed)
    convert = _two_from_logit if has_logit else _two_from_p
    return tuple(_after(convert, function) for function in from_logits), head.bypassed


@cache  # one object for each, by which the compiled gradients are kept
def _after(convert: Callable[[Tensor], Tensor] | None, function: ScoreFunction) -> ScoreFunction:
    return function if convert is None else lambda y, t: function(convert(y), t)


def _log(p: Tensor) -> Tensor:
    return ops.log(ops.maximum(p, _TINY))


def one_hot(labels: Any, classes: int) -> np.ndarray:
    """Returns a float32 array of shape `(images, classes)`."""
    rows: np.ndarray = np.eye(classes, dtype="float32")[np.asarray(labels, "int64")]
    return rows
