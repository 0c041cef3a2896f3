"""The true frame bounds of a layer: extreme squared singular values on a circular map."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from keras_lateral.ops import KernelGeometry, frame_penalty, kernel_gram


def true_bounds(layer: Any) -> tuple[float, float]:
    """Returns A and B of a dense layer or a 2-D convolution without groups.

    A is that of W^T W, or of W W^T where the layer has fewer outputs than inputs. Pixels that no
    tap reads (a 1 x 1 kernel with a stride) do not count.
    """
    kernel = np.asarray(layer.kernel, "float64")
    if not np.isfinite(kernel).all():  # the training diverged
        return float("nan"), float("nan")
    if kernel.ndim == 2:
        values = np.linalg.svd(kernel, compute_uv=False)
        return float(values.min() ** 2), float(values.max() ** 2)
    (stride, _), (height, width) = layer.strides, layer.input.shape[1:3]
    reached = math.prod(min(size, stride) for size in kernel.shape[:2])
    rank = min(kernel.shape[3], reached * kernel.shape[2])
    values = singular_values(kernel, stride, (height, width))[..., :rank]
    return float(values.min() ** 2), float(values.max() ** 2)


def singular_values(kernel: np.ndarray, stride: int, size: tuple[int, int]) -> np.ndarray:
    """Returns the singular values at every frequency of the output, in falling order.

        Y(f) = 1/s sum_a K(f + a) X(f + a)     over the s x s frequencies that the stride folds on f

    Args:
        kernel: Array of shape `(height, width, inputs, outputs)`.
        stride: Stride of the layer; divides the map's size.
        size: Height and width of the circular map.
    """
    symbol = np.fft.fft2(kernel, size, axes=(0, 1))
    rows, columns = (length // stride for length in size)
    folded = [
        symbol[a * rows : (a + 1) * rows, b * columns : (b + 1) * columns]
        for a, b in itertools.product(range(stride), repeat=2)
    ]
    return np.linalg.svd(np.concatenate(folded, axis=2) / stride, compute_uv=False)


def penalty(layer: Any, lower: float | None, upper: float | None) -> float:
    """Returns R of a layer."""
    geometry = KernelGeometry(strides=getattr(layer, "strides", 1))
    return float(frame_penalty(kernel_gram(layer.kernel, geometry), lower, upper))


def layer_bounds(layers: list[Any], lower: float | None, upper: float | None) -> dict[str, Any]:
    """Returns A, B and R of every layer.

    Args:
        layers: Dense layers and convolutions.
        lower: Lower bound for R.
        upper: Upper bound for R.
    """
    bounds = [true_bounds(layer) for layer in layers]
    return {
        "lower": [low for low, _ in bounds],
        "upper": [high for _, high in bounds],
        "penalty": [penalty(layer, lower, upper) for layer in layers],
    }
