"""Resampling of images: borders, filters and resizing as matrices along one axis."""

from __future__ import annotations

from typing import Literal

import numpy as np

Border = Literal["nearest", "reflect", "mirror"]


def inside(i: np.ndarray, n: int, border: Border) -> np.ndarray:
    """Returns which of n pixels stands for pixel i, which may lie outside.

    `"nearest"` repeats the last pixel, a a | a b c | c c; `"reflect"` mirrors at the edge of the
    image, b a | a b c | c b; `"mirror"` at the center of the last pixel, c b | a b c | b a.
    """
    if border == "nearest":
        return np.clip(i, 0, n - 1)
    period = 2 * n if border == "reflect" else 2 * n - 2
    i = np.mod(i, period)
    return np.where(i < n, i, (period - 1 if border == "reflect" else period) - i)


def along_axes(x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Returns y_ij = sum_kl rows_ik columns_jl x_kl for images `(images, height, width, channels)`.

    Every separable linear filter and every resizing has this form.
    """
    y = (rows @ planes(x)) @ columns.T
    return np.ascontiguousarray(np.moveaxis(y, 1, -1))


def planes(x: np.ndarray) -> np.ndarray:
    """Returns images as `(images, channels, height, width)`, whose products are large ones."""
    return np.ascontiguousarray(np.moveaxis(x, -1, 1))


def gaussian_blurred(
    x: np.ndarray, sigma: float, border: Border = "nearest", truncate: float = 4.0
) -> np.ndarray:
    """Returns images blurred by a Gaussian that ends at `truncate` standard deviations."""
    height, width = x.shape[1:3]
    return along_axes(
        x,
        _gaussian_matrix(height, sigma, border, truncate),
        _gaussian_matrix(width, sigma, border, truncate),
    )


def _gaussian_matrix(n: int, sigma: float, border: Border, truncate: float) -> np.ndarray:
    """Returns a matrix whose row i holds g_d = exp(-d^2 / (2 sigma^2)) / Z at the pixels i + d."""
    radius = int(truncate * sigma + 0.5)
    d = np.arange(-radius, radius + 1)
    g = np.exp(-(d**2) / (2 * sigma**2)) if radius else np.ones(1)
    i = np.arange(n)[:, None]
    matrix = np.zeros((n, n))
    np.add.at(matrix, (i, inside(i + d, n, border)), g / g.sum())
    return matrix


def clipped_zoom(x: np.ndarray, zoom: float) -> np.ndarray:
    """Returns the middle of images, enlarged by linear interpolation to the same size."""
    return along_axes(x, zoom_matrix(x.shape[1], zoom), zoom_matrix(x.shape[2], zoom))


def zoom_matrix(n: int, zoom: float) -> np.ndarray:
    """Spreads the middle ceil(n / zoom) pixels over round(zoom ceil(n / zoom)), cropped to n."""
    cut = int(np.ceil(n / zoom))
    size = round(cut * zoom)
    i = (size - n) // 2 + np.arange(n)
    at = i * (cut - 1) / (size - 1)  # the first and the last pixel stay where they are
    low = np.minimum(at.astype(int), cut - 2)
    matrix = np.zeros((n, n))
    start = (n - cut) // 2 + low
    matrix[np.arange(n), start] = 1 - (at - low)
    matrix[np.arange(n), start + 1] = at - low
    return matrix


def box_matrix(n: int, size: int) -> np.ndarray:
    """Returns the matrix that makes `size` pixels of n, each the mean of those centered in it.

    When enlarging, a new pixel takes the value of the old one that contains its center.
    """
    ratio = n / size
    support = 0.5 * max(ratio, 1.0)
    middle = ((np.arange(size) + 0.5) * ratio)[:, None]
    distance = (np.arange(n) + 0.5 - middle) / (2 * support)
    held = (distance > -0.5) & (distance <= 0.5)
    return held / held.sum(axis=1, keepdims=True)


def bilinear(x: np.ndarray, rows: np.ndarray, columns: np.ndarray, border: Border) -> np.ndarray:
    """Returns images read at fractional positions, `rows` and `columns` of `(images, h, w)`."""
    images, height, width, channels = x.shape
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    first = np.arange(images)[:, None, None] * height
    i, i1 = ((first + inside(row, height, border)) * width for row in (top, top + 1))
    j, j1 = inside(left, width, border), inside(left + 1, width, border)
    pixels = x.reshape(-1, channels)
    above = _between(pixels[i + j], pixels[i + j1], right)
    below = _between(pixels[i1 + j], pixels[i1 + j1], right)
    return _between(above, below, down)


def _between(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Returns (1 - share) one + share other, in the place of `other`."""
    other -= one
    other *= share
    other += one
    return other
