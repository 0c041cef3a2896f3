"""Resampling of images: borders, filters and resizing as matrices along one axis."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import numpy as np

BAND = 32
"""Rows of a matrix that are multiplied at a time."""

Border = Literal["nearest", "reflect", "mirror"]


def inside(i: np.ndarray, n: int, border: Border) -> np.ndarray:
    """Returns which of n pixels stands for pixel i, which may lie outside.

    `"nearest"` repeats the last pixel, a a | a b c | c c; `"reflect"` mirrors at the edge of the
    image, b a | a b c | c b; `"mirror"` at the center of the last pixel, c b | a b c | b a.
    """
    if border == "nearest":
        return np.clip(i, 0, n - 1)
    outside = (i < 0) | (i >= n)
    period = 2 * n if border == "reflect" else 2 * n - 2
    folded = np.mod(i[outside], period)
    last = period - 1 if border == "reflect" else period
    found = i.copy()
    found[outside] = np.where(folded < n, folded, last - folded)
    return found


def along_axes(x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Returns y_ij = sum_kl rows_ik columns_jl x_kl for images `(images, height, width, channels)`.

    Every separable linear filter and every resizing has this form.
    """
    y = columns_product(columns, rows_product(rows, planes(x)))
    return np.ascontiguousarray(np.moveaxis(y, 1, -1))


def rows_product(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Returns matrix @ x for planes `(..., height, width)`, without most of the matrix's zeros."""
    y = np.empty((*x.shape[:-2], len(matrix), x.shape[-1]))
    for made, read in bands(matrix[None]):
        np.matmul(matrix[made, read], x[..., read, :], out=y[..., made, :])
    return y


def columns_product(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Returns x @ matrix^T for planes `(..., height, width)`, like `rows_product`."""
    y = np.empty((*x.shape[:-1], len(matrix)))
    for made, read in bands(matrix[None]):
        np.matmul(x[..., read], matrix[made, read].T, out=y[..., made])
    return y


def bands(matrices: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Yields some rows of matrices `(matrices, rows, columns)`, and the columns that are not 0."""
    for first in range(0, matrices.shape[1], BAND):
        made = slice(first, min(first + BAND, matrices.shape[1]))
        columns = np.flatnonzero(matrices[:, made].any((0, 1)))
        yield made, slice(columns[0], columns[-1] + 1) if len(columns) else slice(0, 1)


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


@lru_cache(maxsize=16)
def _gaussian_matrix(n: int, sigma: float, border: Border, truncate: float) -> np.ndarray:
    """Returns a matrix whose row i holds g_d = exp(-d^2 / (2 sigma^2)) / Z at the pixels i + d."""
    radius = int(truncate * sigma + 0.5)
    d = np.arange(-radius, radius + 1)
    g = np.exp(-(d**2) / (2 * sigma**2)) if radius else np.ones(1)
    i = np.arange(n)[:, None]
    matrix = np.zeros((n, n))
    np.add.at(matrix, (i, inside(i + d, n, border)), g / g.sum())
    matrix.flags.writeable = False
    return matrix


def clipped_zoom(x: np.ndarray, zoom: float) -> np.ndarray:
    """Returns the middle of images, enlarged by linear interpolation to the same size."""
    return along_axes(x, zoom_matrix(x.shape[1], zoom), zoom_matrix(x.shape[2], zoom))


@lru_cache(maxsize=64)
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
    matrix.flags.writeable = False
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
    above, below = (
        _between(pixels.take(row + j, axis=0), pixels.take(row + j1, axis=0), right)
        for row in (i, i1)
    )
    return _between(above, below, down)


def _between(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Returns (1 - share) one + share other, in the place of `other`."""
    other -= one
    other *= share
    other += one
    return other
