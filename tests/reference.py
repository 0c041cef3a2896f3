"""A second derivation of the gradient mask: NumPy and SciPy, float64, loops and closed forms.

Nothing here reads `keras_lateral`. Maps are (batch, *spatial, channels).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

ROUNDING = 1e-5
"""float32 computes a response to within this share of (sum of |kernel|) * (maximum of N)."""


@dataclass(frozen=True)
class Mask:
    """`passes` is the mask; only at `ties` may float32 decide either way."""

    passes: np.ndarray
    ties: np.ndarray


def laplacian_of_gaussian(sigma: float, rank: int, size: int, zero_sum: bool) -> np.ndarray:
    """Eq. 1 in n dimensions, as printed, and its correction.

    LoG(x) = sum over axes a of g''(x_a) * product of g(x_b) over b != a. Subtracting the mean m
    from every g'' therefore subtracts m * product of g(x_b) from every term.
    """
    ticks = np.arange(size, dtype="float64") - size // 2
    x = np.stack(np.meshgrid(*[ticks] * rank, indexing="ij"))
    kernel = closed_form(sigma, x)
    if not zero_sum:
        return kernel
    mean = closed_form(sigma, ticks[None]).mean()
    for axis in range(rank):
        kernel = kernel - mean * gaussian(sigma, np.delete(x, axis, axis=0))
    return kernel


def closed_form(sigma: float, x: np.ndarray) -> np.ndarray:
    n, square = len(x), (x**2).sum(axis=0)
    factor = -1 / ((2 * math.pi) ** (n / 2) * sigma ** (n + 2))
    return factor * (n - square / sigma**2) * np.exp(-square / (2 * sigma**2))


def gaussian(sigma: float, x: np.ndarray) -> np.ndarray:
    n, square = len(x), (x**2).sum(axis=0)
    return np.exp(-square / (2 * sigma**2)) / (2 * math.pi * sigma**2) ** (n / 2)


def filtered(one_map: np.ndarray, kernel: np.ndarray, padding: str) -> np.ndarray:
    mode = {"reflect": "mirror", "zeros": "constant"}[padding]
    return ndimage.correlate(one_map, kernel, mode=mode, cval=0.0)


def minicolumn_norms(gradient: np.ndarray, sets: int) -> np.ndarray:
    """Sums square after square, position by position."""
    *positions, channels = gradient.shape
    norms = np.zeros((*positions, sets))
    for position in np.ndindex(*positions):
        for k in range(sets):
            total = 0.0
            for channel in range(k * channels // sets, (k + 1) * channels // sets):
                total += float(gradient[(*position, channel)]) ** 2
            norms[(*position, k)] = math.sqrt(total)
    return norms


def level(magnitude: np.ndarray, threshold: float, mode: str) -> float:
    """eps of one map."""
    return {
        "absolute": lambda: threshold,
        "mean": lambda: threshold * magnitude.mean(),
        "max": lambda: threshold * magnitude.max(),
        "quantile": lambda: np.sort(magnitude, axis=None)[_place(threshold * (magnitude.size - 1))],
    }[mode]()


def _place(exact: float) -> int:
    """Rounds up, but treats what is whole to float32's precision, such as 0.1 * 30, as whole."""
    whole = round(exact)
    return whole if abs(exact - whole) <= 3e-7 * exact else math.ceil(exact)


def gradient_mask(gradient: np.ndarray, **arguments: Any) -> Mask:
    """Eq. 1 and 2, map by map; in a map with NaN or inf everything passes."""
    sets = arguments["feature_sets"]
    sets = gradient.shape[-1] if sets == "channels" else sets
    norms = minicolumn_norms(gradient.astype("float64"), sets)
    passes, ties = np.ones(norms.shape, bool), np.zeros(norms.shape, bool)
    for sample, k in np.ndindex(len(norms), sets):
        here = (sample, ..., k)
        if np.isfinite(norms[here]).all():
            passes[here], ties[here] = _mask_of_map(norms[here], **arguments)
    return Mask(passes, ties)


def _mask_of_map(
    norms: np.ndarray,
    *,
    sigma: float,
    feature_sets: Any,
    threshold: float,
    threshold_mode: str,
    inhibition: str = "log",
    inhibition_size: int | None = None,
    inhibition_padding: str = "reflect",
    zero_sum: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    delta, scale = norms, norms.max()
    if inhibition == "log":
        size = inhibition_size or 2 * math.ceil(3 * sigma) + 1
        kernel = laplacian_of_gaussian(sigma, norms.ndim, size, zero_sum)
        delta = filtered(norms, kernel, inhibition_padding)
        scale = scale * np.abs(kernel).sum()
    magnitude = np.abs(delta)
    magnitude[magnitude <= 1e-12 * scale] = 0  # float64's own rounding
    eps = level(magnitude, threshold, threshold_mode)
    near = np.abs(magnitude - eps) <= ROUNDING * scale
    # A level that is itself a response passes it, however both are rounded.
    attained = threshold_mode == "quantile" or (threshold_mode == "max" and threshold == 1)
    certain = eps == 0 or (attained and near.sum() == 1)
    return magnitude >= eps, near & (not certain)


def masked_gradient(gradient: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """a * g, every channel of a set with its set's mask; dtype and non-finite values kept."""
    wide = np.repeat(mask, gradient.shape[-1] // mask.shape[-1], axis=-1)
    return np.where(wide, gradient, np.zeros_like(gradient))
