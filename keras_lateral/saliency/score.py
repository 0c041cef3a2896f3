"""The score of each image's class, as a function that can be differentiated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import Tensor, check_choice
from keras_lateral.keras_tools.replaced import Replaced, changed_outputs
from keras_lateral.keras_tools.scores import checked_scores, returns_probabilities
from keras_lateral.keras_tools.training_step import build_for, unchanged


def softmax_heads(model: keras.Model, forward: Callable[[], Any]) -> list[keras.layers.Layer]:
    """Returns the layers whose softmax is the model's output: one, or none.

    Args:
        model: Any model, including subclassed and nested ones.
        forward: Function that runs the model eagerly and returns its output.
    """
    ends: list[tuple[keras.layers.Layer, Any]] = []

    def note(layer: keras.layers.Layer, y: Any) -> Any:
        ends.append((layer, y))
        return y

    with changed_outputs(filter(_is_softmax, all_layers(model)), note):
        output = forward()
    return [layer for layer, y in ends if y is output]


@contextmanager
def without_softmax(heads: Iterable[keras.layers.Layer]) -> Iterator[None]:
    """A scope in which layers found by `softmax_heads` return the input of their softmax.

    Example:

    >>> import keras
    >>> head = keras.layers.Activation("softmax")
    >>> with without_softmax([head]):
    ...     [float(score) for score in head(keras.ops.convert_to_tensor([1.0, 2.0]))]
    [1.0, 2.0]
    """
    with ExitStack() as stack:
        for head in heads:
            replaced = (
                Replaced(head, "call", lambda inputs, mask=None: inputs)
                if isinstance(head, keras.layers.Softmax)
                else Replaced(head, "activation", keras.activations.linear)
            )
            stack.callback(replaced.restore)
        yield


def _is_softmax(layer: keras.layers.Layer) -> bool:
    activation = getattr(layer, "activation", None)
    return isinstance(layer, keras.layers.Softmax) or activation is keras.activations.softmax


Score = Literal["logit", "output"]

Target = int | Sequence[int] | np.ndarray | None


class TargetScore:
    """f_k(x), the score of each image's class k, in inference mode.

        "logit":   z_k, the input of the softmax that the model ends in
        "output":  the output of the model

    A probability near 1 has almost no gradient, and its gradient shows evidence against the other
    classes as much as evidence for this one; the logit's does not. A model that returns logits
    gives these. One that returns probabilities without giving access to its logits gives
    log p_k = z_k - log sum_j exp(z_j).

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
        self.target = checked_target(target, outputs)
        self._heads: list[keras.layers.Layer] = []
        self.kind: str = score
        if score == "logit" and returns_probabilities(outputs):
            first = ops.convert_to_tensor(self.images[:1])
            self._heads = softmax_heads(model, lambda: self._output(first))
            self.kind = "logit" if self._heads else "log_probability"

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
        with without_softmax(self._heads):
            y = ops.cast(self._output(x), "float32")
        y = ops.log(y) if self.kind == "log_probability" else y
        chosen = np.eye(y.shape[-1], dtype=bool)[target]
        return ops.sum(ops.where(chosen, y, ops.zeros_like(y)))

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
