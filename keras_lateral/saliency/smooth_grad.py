"""The gradient of a class's score, averaged over noisy copies of an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import keras
import numpy as np

from keras_lateral.keras_tools.arguments import DataFormat, check_choice, is_positive
from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.saliency.gradient import Channels, input_gradients, over_channels
from keras_lateral.saliency.record import Saliency, warn_of_empty_maps
from keras_lateral.saliency.score import Score, Target, TargetScore

Average = Literal["gradient", "square", "variance"]


@reads_scores
def smooth_grad(
    model: keras.Model,
    images: Any,
    target: Target = None,
    *,
    noise: float = 0.15,
    samples: int = 25,
    average: Average = "gradient",
    value_range: tuple[float, float] | None = None,
    seed: int = 0,
    channels: Channels = "max",
    score: Score = "logit",
    data_format: DataFormat | None = None,
    batch_size: int = 32,
    model_returns: ModelReturns | None = None,
) -> Saliency:
    """Returns the gradient of a class's score, averaged over noisy copies of each image.

        G_s = d f_k / dx at x + n_s,   n_s ~ N(0, sigma^2),   sigma = noise * (high - low)
        "gradient":  M_ij = max over channels of |mean over s of G_s|      (SmoothGrad)
        "square":    M_ij = max over channels of mean over s of G_s^2      (SmoothGrad-Squared)
        "variance":  M_ij = max over channels of variance over s of G_s    (VarGrad)

    The class k is the one of the clean image. Noisy pixels are not clipped to the range, as in
    the paper. An image's noise depends only on `seed` and the image's index. Everything else
    is as in `gradient_saliency`.

    Args:
        model: A model with one input and scores of shape `(images, classes)`.
        images: Array of shape `(images, height, width, channels)`, or as in `data_format`.
        target: The class k of each image, or one for all. Defaults to the predicted class.
        noise: The noise's standard deviation as a share of the range of values; the paper
            suggests 0.1 to 0.2.
        samples: Number of noisy copies of each image; the paper sees little gain above 50.
        average: The average to take, one of the three above.
        value_range: Lowest and highest value of a pixel. Defaults to each image's own, as in the
            paper.
        seed: Seed of the noise, 0 or above.
        channels: `"max"` or `"sum"` over the channels.
        score: As in `gradient_saliency`.
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
    >>> from keras_lateral import gradient_saliency, smooth_grad
    >>> model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    >>> x = np.random.default_rng(0).normal(size=(1, 4, 4, 1))
    >>> smooth, plain = smooth_grad(model, x), gradient_saliency(model, x)
    >>> np.allclose(smooth.maps, plain.maps)  # a linear model has one gradient everywhere
    True

    Reference:

    - [Smilkov, Thorat, Kim, Viégas, Wattenberg, 2017, SmoothGrad: removing noise by adding
      noise](https://arxiv.org/abs/1706.03825)
    - [Hooker, Erhan, Kindermans, Kim, 2019, A benchmark for interpretability methods in deep
      neural networks](https://arxiv.org/abs/1806.10758), the squared variant
    """
    check_choice("channels", channels, Channels)
    check_choice("average", average, Average)
    _check(noise, samples, value_range)
    data_format = data_format or keras.config.image_data_format()
    scored = TargetScore(model, images, target, score, batch_size)
    sigma = noise * _ranges(scored.images, value_range)
    mean = np.zeros(scored.images.shape)
    square = np.zeros(scored.images.shape)
    for n in _noises(scored.images.shape, samples, seed):
        G = input_gradients(scored, (scored.images + sigma * n).astype(scored.images.dtype))
        mean += G / samples
        square += G**2 / samples
    averages = {"gradient": np.abs(mean), "square": square, "variance": square - mean**2}
    maps = over_channels(np.maximum(averages[average], 0.0), channels, data_format)
    warn_of_empty_maps(maps)
    settings = {
        "noise": noise,
        "samples": samples,
        "average": average,
        "value_range": None if value_range is None else [float(end) for end in value_range],
        "seed": seed,
        "channels": channels,
        "score": scored.kind,
    }
    return Saliency(maps, "SmoothGrad", scored.target, settings)


def _noises(shape: tuple[int, ...], samples: int, seed: int) -> Iterator[np.ndarray]:
    """Yields standard normal noise for all images, each from a generator of its own."""
    generators = [np.random.default_rng([seed, image]) for image in range(shape[0])]
    for _ in range(samples):
        yield np.stack([generator.standard_normal(shape[1:]) for generator in generators])


def _ranges(images: np.ndarray, value_range: tuple[float, float] | None) -> np.ndarray:
    """Returns the range of each image's values, array that broadcasts over them."""
    if value_range is not None:
        return np.full((1, 1, 1, 1), value_range[1] - value_range[0])
    ranges: np.ndarray = np.ptp(images.astype("float64"), axis=(1, 2, 3), keepdims=True)
    return ranges


def _check(noise: float, samples: int, value_range: tuple[float, float] | None) -> None:
    if not noise > 0:
        raise ValueError(
            "Invalid value for argument `noise`. Expected a share of the range of values, above 0. "
            f"Received: noise={noise!r}"
        )
    if not is_positive(samples):
        raise ValueError(
            "Invalid value for argument `samples`. Expected a positive number of noisy copies. "
            f"Received: samples={samples!r}"
        )
    if value_range is not None and not value_range[0] < value_range[1]:
        raise ValueError(
            "Invalid value for argument `value_range`. Expected (low, high) with low < high. "
            f"Received: value_range={value_range!r}"
        )
