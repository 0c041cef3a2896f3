"""Images without information, whose pixels replace those of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from keras_lateral.gradient_mask.gaussian import gaussian_taps, inhibition_size_for, reflect

Baseline = float | Sequence[float] | Literal["mean", "blur"]


def uninformative_images(images: np.ndarray, baseline: Baseline, blur: float | None) -> np.ndarray:
    """Returns images whose pixels replace those of the given images.

    Args:
        images: Array of shape `(images, height, width, channels)`.
        baseline: A number, one for each channel, `"mean"`: each image's mean in each channel, or
            `"blur"`: each image, blurred by a Gaussian, mirrored at the borders.
        blur: The Gaussian's standard deviation in pixels. Defaults to a tenth of the shorter side
            and at least 1.

    Returns:
        Array of the images' shape and dtype.

    Raises:
        ValueError: If `baseline` or `blur` is invalid.

    Example:

    >>> image = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> uninformative_images(image, "mean", None).ravel().tolist()
    [1.5, 1.5, 1.5, 1.5]
    """
    if isinstance(baseline, str) and baseline == "blur":
        return _blurred(images, blur_sigma(images, blur)).astype(images.dtype)
    channels = images.shape[-1]
    if isinstance(baseline, str) and baseline == "mean":
        values = images.mean(axis=(1, 2), keepdims=True, dtype="float64")
    elif isinstance(baseline, str) or np.shape(baseline) not in ((), (channels,)):
        raise ValueError(
            "Invalid value for argument `baseline`. Expected a number or one for each of "
            f"{channels} channels, 'mean' or 'blur'. Received: baseline={baseline!r}"
        )
    else:
        values = np.asarray(baseline, "float64")
    return np.broadcast_to(values, images.shape).astype(images.dtype)


def blur_sigma(images: np.ndarray, blur: float | None) -> float:
    """Returns the standard deviation of the blur in pixels."""
    sigma = max(1.0, min(images.shape[1:3]) / 10) if blur is None else float(blur)
    if not 0 < sigma < np.inf:
        raise ValueError(
            "Invalid value for argument `blur`. Expected a number of pixels above 0. "
            f"Received: blur={blur!r}"
        )
    return sigma


def _blurred(images: np.ndarray, sigma: float) -> np.ndarray:
    rows, columns = (_gaussian_matrix(length, sigma) for length in images.shape[1:3])
    return np.einsum("ij,njkc,lk->nilc", rows, images, columns, optimize=True)


def _gaussian_matrix(length: int, sigma: float) -> np.ndarray:
    """Returns the matrix that blurs a row of pixels; each of its rows sums to 1."""
    size = inhibition_size_for(sigma)
    g, _ = gaussian_taps(sigma, size, zero_sum=True)
    index = reflect(np.arange(length)[:, None] + np.arange(size) - size // 2, length)
    matrix = np.zeros((length, length))
    np.add.at(matrix, (np.arange(length)[:, None], index), g / g.sum())
    return matrix
