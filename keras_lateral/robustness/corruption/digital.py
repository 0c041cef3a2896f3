"""Contrast, saturation, pixelation, JPEG."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np

from keras_lateral.extras import import_optional
from keras_lateral.robustness.corruption.drawing import Generators, saturated
from keras_lateral.robustness.corruption.parameters import ParameterSet, published
from keras_lateral.robustness.corruption.sampling import along_axes, box_matrix


def contrast(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = m + c (x - m),  m the mean of each channel of the image."""
    c = published("contrast", severity, parameters)
    m = x.mean(axis=(1, 2), keepdims=True)
    return m + c * (x - m)


def saturate(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns s' = a s + b in hue, saturation and value."""
    a, b = published("saturate", severity, parameters)
    return saturated(x, a, b)


def pixelate(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Shrinks by the factor c, and enlarges to the old size, both with a box filter."""
    c = published("pixelate", severity, parameters)
    rows, columns = (_pixelating_matrix(n, int(n * c)) for n in x.shape[1:3])
    return along_axes(x, rows, columns)


@lru_cache(maxsize=16)
def _pixelating_matrix(n: int, size: int) -> np.ndarray:
    matrix: np.ndarray = box_matrix(size, n) @ box_matrix(n, size)
    matrix.flags.writeable = False
    return matrix


def jpeg_compression(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Writes images as JPEG at some quality and reads them again, with Pillow."""
    quality = published("jpeg_compression", severity, parameters)
    Image = import_optional("PIL.Image", "pillow", "compress images as JPEG", "robustness")
    y = np.empty_like(x)
    for image, out in zip(np.rint(x * 255).astype("uint8"), y, strict=True):
        with BytesIO() as file:
            Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(
                file, "JPEG", quality=quality
            )
            with Image.open(file) as read:
                out[:] = np.asarray(read).reshape(image.shape) / 255
    return y
