"""Blurs: defocus, glass, zoom, Gaussian."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn
from keras_lateral.robustness.corruption.parameters import ParameterSet, published
from keras_lateral.robustness.corruption.sampling import (
    columns_product,
    gaussian_blurred,
    inside,
    planes,
    rows_product,
    zoom_matrix,
)

FEW_TAPS = 40
"""Up to so many taps, a kernel is applied tap by tap; a larger one by Fourier transforms."""


def gaussian_blur(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = G_c * x."""
    c = published("gaussian_blur", severity, parameters)
    return gaussian_blurred(x, c)


def defocus_blur(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = K * x,  K a disk whose edge is softened by a Gaussian."""
    radius, sigma = published("defocus_blur", severity, parameters)
    kernel = soft_disk(radius, sigma)
    height, width = x.shape[1:3]
    reach = len(kernel) // 2
    rows, columns = (inside(np.arange(-reach, n + reach), n, "mirror") for n in (height, width))
    wide = x[:, rows][:, :, columns]
    if np.count_nonzero(kernel) > FEW_TAPS:
        return _filtered_by_frequency(wide, kernel)
    y = np.zeros_like(x)
    for (i, j), k in np.ndenumerate(kernel):
        if k:
            y += k * wide[:, i : i + height, j : j + width]
    return y


def _filtered_by_frequency(wide: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Returns images, given with the pixels around them, correlated with a kernel."""
    sizes = wide.shape[1:3]
    height, width = (n - len(kernel) + 1 for n in sizes)
    grid = [_fast_length(n) for n in sizes]  # longer is no harm: what is far away is not read
    spectrum = np.fft.rfft2(planes(wide), s=grid)
    spectrum *= np.conj(np.fft.rfft2(kernel, s=grid))
    y = np.fft.irfft2(spectrum, s=grid)[..., :height, :width]
    return np.ascontiguousarray(np.moveaxis(y, 1, -1))


def _fast_length(n: int) -> int:
    """Returns the least even number from n on with no prime factor above 5."""
    while n % 2 or _without_small_factors(n) > 1:
        n += 1
    return n


def _without_small_factors(n: int) -> int:
    for prime in (2, 3, 5):
        while n % prime == 0:
            n //= prime
    return n


def soft_disk(radius: float, sigma: float) -> np.ndarray:
    """Returns the kernel: pixels within the radius, blurred over 3 x 3, or 5 x 5 beyond radius 8.

    The published grid ends eight pixels from the centre or, if that is more, at the radius. A disk
    that reaches so far is mirrored there for its blur; any other kernel sums to 1.
    """
    end, soft = max(8, int(radius)), 1 if radius <= 8 else 2
    reach = min(int(radius) + soft, end)
    i = np.arange(-reach, reach + 1)
    disk = (i[:, None] ** 2 + i**2 <= radius**2).astype("float64")
    d = np.arange(-soft, soft + 1)
    g = np.exp(-(d**2) / (2 * sigma**2))
    g /= g.sum()
    blur = np.zeros((len(i), len(i)))
    for row in range(len(i)):
        at = row + d
        within = (at >= 0) & (at < len(i)) | (reach == end)
        np.add.at(blur[row], inside(at, len(i), "mirror")[within], g[within])
    return blur @ (disk / disk.sum()) @ blur.T


def glass_blur(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Blurs, replaces every pixel by one at most d away, and blurs again.

    The published code is meant to swap pixels, but copies one over the other (a row of an array is
    a view), and that is how the published images were made. It goes from the last pixel back to
    row and column d + 1; what is above, to the left, or in the last d - 1 rows and columns stays.
    """
    sigma, d, rounds = published("glass_blur", severity, parameters)
    images, height, width, channels = x.shape
    y = gaussian_blurred(x, sigma)
    size = (rounds, height - 2 * d, width - 2 * d, 2)
    steps = drawn(generators, lambda rng: rng.integers(-d, d, size=size))
    rows, columns = np.arange(d + 1, height - d + 1), np.arange(d + 1, width - d + 1)
    for r in range(rounds):
        dx, dy = np.moveaxis(steps[:, r, ::-1, ::-1], -1, 0)  # drawn from the last pixel back
        read = np.broadcast_to(np.arange(height * width), (images, height * width)).copy()
        from_there = (rows[:, None] + dy) * width + columns + dx
        read.reshape(images, height, width)[:, d + 1 : height - d + 1, d + 1 : width - d + 1] = (
            from_there
        )
        y = y.reshape(-1, channels).take(_sources(read), axis=0).reshape(x.shape)
    return gaussian_blurred(y, sigma)


def _sources(read: np.ndarray) -> np.ndarray:
    """Returns where each pixel's value comes from if pixels are written from the last to the first.

    A pixel that reads one behind it reads what has just been written there, which was read from
    somewhere else, and so on.

    Args:
        read: Integers of shape `(images, pixels)`: which pixel of its image each pixel reads.

    Returns:
        Integers of the same shape, which count the pixels of all images.
    """
    own = np.arange(read.size).reshape(read.shape)
    read = read + own[:, :1]  # as a pixel of all images
    source = np.where(read > own, read, own)  # follow the chain to one that reads no later pixel
    while True:
        farther = source.take(source)
        if np.array_equal(farther, source):
            return read.take(source)
        source = farther


def zoom_blur(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns the mean of the image and its enlargements by 1, 1 + c, 1 + 2 c, ..."""
    largest, step = published("zoom_blur", severity, parameters)
    zooms = np.arange(1, largest, step)
    one = planes(x)
    y = one.copy()
    for zoom in zooms:
        rows, columns = (zoom_matrix(n, zoom) for n in x.shape[1:3])
        y += rows_product(rows, columns_product(columns, one))
    y /= len(zooms) + 1
    return np.ascontiguousarray(np.moveaxis(y, 1, -1))
