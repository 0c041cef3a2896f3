"""The score of each image's class, as a function that can be differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor, check_choice
from keras_lateral.keras_tools.head.of_model import Head, find_head
from keras_lateral.keras_tools.head.output_kind import without_activation
from keras_lateral.keras_tools.scores import checked_scores
from keras_lateral.keras_tools.training_step import build_for, unchanged

Score = Literal["logit", "output"]

Target = int | Sequence[int] | np.ndarray | None


class TargetScore:
    """f_k(x), the score of each image's class k, in inference mode.

        "logit":   z_k, the input of the softmax or sigmoid that the model ends in
        "output":  the output of the model

    A probability near 1 has almost no gradient, and its gradient shows evidence against the other
    classes as much as evidence for this one; the logit's does not. A model that returns logits
    gives these. One that returns probabilities without giving access to its logits gives
    log p_k = z_k - log sum_j exp(z_j). A model with one score for two classes has the logits -z
    and z, and the outputs 1 - p and p.

    Args:
        model: A model with one input that returns one score for each class.
        images: Array of shape `(images, height, width, channels)`, or with the channels first.
        target: The class of each image, or one for all. Defaults to the predicted class.
        score: `"logit"` or `"output"`.
        batch_size: Number of images that the model sees at once.

    Raises:
        ValueError: If model, images or target do not fit each other.
    """

    def __init__(
        self, model: keras.Model, images: Any, target: Target, score: Score, batch_size: int
    ) -> None:
        check_choice("score", score, Score)
        self.images = checked_images(images)
        self.model, self.batch_size = model, batch_size
        build_for(model, self.images)
        outputs = self.joined([self._scores(x) for x in self.batches(self.images)])
        self._head, self.kind = self._read(score)
        self.target = checked_target(target, self._head.for_two(outputs))

    def batches(self, array: np.ndarray) -> list[np.ndarray]:
        """Splits an array with one row for each image into parts of equal length.

        The last part is padded with copies, so that functions are compiled only once.
        """
        starts = range(0, len(array), self.batch_size)
        parts = [array[start : start + self.batch_size] for start in starts]
        missing = len(parts[0]) - len(parts[-1])
        parts[-1] = np.concatenate([parts[-1], np.repeat(parts[-1][-1:], missing, axis=0)])
        return parts

    def joined(self, parts: list[np.ndarray]) -> np.ndarray:
        """Returns the results of all parts as one array with one row for each image."""
        return np.concatenate(parts)[: len(self.images)]

    def __call__(self, x: Tensor, target: np.ndarray) -> Tensor:
        """Returns the sum of a batch's scores: its gradient is that of each image's own score."""
        head = self._head
        if self.kind != "logit" or head.kind == "logits":
            y = head.for_two(ops.cast(self._output(x), "float32"))
        else:
            with without_activation(head.bypassed):
                z = ops.cast(self._output(x), "float32")
            y = replace(head, kind="logits").for_two(z)
        y = ops.log(y) if self.kind == "log_probability" else y
        chosen = np.eye(y.shape[-1], dtype=bool)[target]
        return ops.sum(ops.where(chosen, y, ops.zeros_like(y)))

    def _read(self, score: Score) -> tuple[Head, str]:
        """Returns how the scores are read, and the kind of score that is used."""
        head = find_head(self.model, self.images)
        if score == "output" or (head.problem and head.units == 1 and head.kind == "logits"):
            # A number that is no class's, as of a regression, is taken as it is.
            return (replace(head, kind=None) if head.problem else head), "output"
        if head.problem:
            raise ValueError(
                f'{head.problem}. Or choose score="output", which takes the output as it is.'
            )
        return head, "logit" if head.kind == "logits" or head.bypassed else "log_probability"

    def _scores(self, x: Any) -> np.ndarray:
        return checked_scores(self._output(x), self.model)

    def _output(self, x: Any) -> Tensor:
        with unchanged(self.model):
            return self.model(ops.convert_to_tensor(x), training=False)


def checked_images(images: Any) -> np.ndarray:
    """Returns images as an array of four axes in Keras' float type, or raises."""
    images = np.asarray(images, keras.config.floatx())
    if images.ndim != 4 or not len(images):
        raise ValueError(
            "Invalid value for argument `images`. Expected one image or more, of shape (images, "
            f"height, width, channels). Received: shape={images.shape}"
        )
    return images


def checked_target(target: Target, outputs: np.ndarray, name: str = "target") -> np.ndarray:
    """Returns the class of each image, int array; by default the predicted class."""
    if target is None:
        return outputs.argmax(axis=1)
    (images, classes), given = outputs.shape, np.asarray(target)
    given = given[:, 0] if given.shape == (images, 1) else given
    whole = given.shape in ((), (images,)) and np.issubdtype(given.dtype, np.integer)
    if not whole or given.min() < 0 or given.max() >= classes:
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected whole numbers from 0 to {classes - 1}, "
            f"one for all or {images}. Received: {name}={target!r}"
        )
    return np.broadcast_to(given, images).astype("int64")
