"""Convolution, pooling and dropout in NumPy: a loop over windows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np


def padded(x: np.ndarray, padding: int = 0) -> np.ndarray:
    """Returns an image `(rows, columns)` with so many zeros around it."""
    return np.pad(x, padding)


def size_after(n: int, k: int, padding: int = 0, stride: int = 1) -> int:
    """Returns how many windows of size k fit along n numbers."""
    return (n + 2 * padding - k) // stride + 1


def windows(x: np.ndarray, k: int, stride: int = 1) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yields the row and the column of each result, and the k x k window that it is made of."""
    rows, columns = (size_after(n, k, stride=stride) for n in x.shape[:2])
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            yield i, j, x[top : top + k, left : left + k]


def convolve(x: np.ndarray, w: np.ndarray, padding: int = 0, stride: int = 1) -> np.ndarray:
    """Returns the convolution of an image with a filter, each `(rows, columns)` or with channels.

    The filter has as many channels as the image: all products of a window are added up.
    """
    k = len(w)
    around = ((padding, padding), (padding, padding)) + ((0, 0),) * (x.ndim - 2)
    x = np.pad(x, around)
    rows, columns = (size_after(n, k, stride=stride) for n in x.shape[:2])
    result = np.zeros((rows, columns), x.dtype)
    for i, j, window in windows(x, k, stride):
        result[i, j] = np.sum(window * w)
    return result


def pool(x: np.ndarray, k: int, largest: bool = True) -> np.ndarray:
    """Returns the largest number, or the mean, of each of the k x k windows that tile an image."""
    result = np.zeros((len(x) // k, x.shape[1] // k))
    for i, j, window in windows(x, k, stride=k):
        result[i, j] = window.max() if largest else window.mean()
    return result


def through(layer: keras.layers.Layer, x: np.ndarray, w: np.ndarray | None = None) -> np.ndarray:
    """Returns what a layer of Keras makes of one image with one channel, its filter being w.

    Args:
        layer: A convolution with one filter and without a bias, or a pooling.
        x: Image of shape `(rows, columns)`, or a line, or a volume.
        w: The filter, of the same rank, or `None` for a layer without one.
    """
    batch = np.asarray(x, "float32")[None, ..., None]
    layer.build(batch.shape)
    if w is not None:
        layer.set_weights([np.asarray(w, "float32")[..., None, None]])
    return keras.ops.convert_to_numpy(layer(batch))[0, ..., 0]
