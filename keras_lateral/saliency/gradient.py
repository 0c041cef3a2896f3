"""Saliency by the gradient of a class's score."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import DataFormat, check_choice
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.saliency.record import Saliency, warn_of_empty_maps
from keras_lateral.saliency.score import Score, Target, TargetScore

Channels = Literal["max", "sum"]


@reads_scores
def gradient_saliency(
    model: keras.Model,
    images: Any,
    target: Target = None,
    *,
    channels: Channels = "max",
    score: Score = "logit",
    data_format: DataFormat | None = None,
    batch_size: int = 32,
    model_returns: ModelReturns | None = None,
) -> Saliency:
    """Returns how much each pixel would change the score of a class: its gradient.

        M_ij = max over channels c of |d f_k(x) / d x_ijc|

    f_k is the score of class k before the softmax or sigmoid, where the model ends in one; a model
    with one score z for two classes has -z and z. The gradient is the exact one, in inference mode:
    masks never act, dropout is off, batch normalization uses its moving statistics, and nothing in
    the model changes.

    Args:
        model: A model with one input and scores of shape `(images, classes)`.
        images: Array of shape `(images, height, width, channels)`, or as in `data_format`,
            scaled as for the model.
        target: The class k of each image, or one for all. Defaults to the predicted class.
        channels: `"max"`, as in the paper, or `"sum"` of |gradient| over the channels.
        score: `"logit"`: the score before the softmax or sigmoid; `"output"`: the model's output. A
            model whose probabilities do not come from such a layer at its end gives log p_k for
            `"logit"`, as recorded in `settings["score"]`.
        data_format: Data format of the images. Defaults to Keras' setting.
        batch_size: Number of images differentiated at once.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `Saliency`.

    Raises:
        ValueError: If an argument is out of its range, or model, images and target do not fit each
            other.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import gradient_saliency
    >>> head = keras.layers.Dense(2, activation="softmax", kernel_initializer="ones")
    >>> model = keras.Sequential([keras.Input((2, 3, 1)), keras.layers.Flatten(), head])
    >>> gradient_saliency(model, np.zeros((1, 2, 3, 1))).maps.tolist()
    [[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]]

    Reference:

    - [Simonyan, Vedaldi, Zisserman, 2014, Deep inside convolutional networks: visualising image
      classification models and saliency maps](https://arxiv.org/abs/1312.6034)
    """
    check_choice("channels", channels, Channels)
    data_format = data_format or keras.config.image_data_format()
    scored = TargetScore(model, images, target, score, batch_size)
    maps = over_channels(np.abs(input_gradients(scored, scored.images)), channels, data_format)
    warn_of_empty_maps(maps)
    settings = {"channels": channels, "score": scored.kind}
    return Saliency(maps, "gradient", scored.target, settings)


def input_gradients(scored: TargetScore, images: np.ndarray) -> np.ndarray:
    """Returns d f_k / dx at `images`, float64 array of their shape, a batch at a time."""
    found = []
    parts = zip(scored.batches(images), scored.batches(scored.target), strict=True)
    for x, target in parts:
        (G,) = gradients(partial(scored, target=target), [ops.convert_to_tensor(x)])[1]
        found.append(np.asarray(ops.convert_to_numpy(G), "float64"))
    return scored.joined(found)


def over_channels(values: np.ndarray, channels: Channels, data_format: DataFormat) -> np.ndarray:
    """Returns one value for each pixel, array of shape `(images, height, width)`."""
    axis = 1 if data_format == "channels_first" else -1
    result: np.ndarray = values.max(axis=axis) if channels == "max" else values.sum(axis=axis)
    return result
