"""Spatter: drops of water at severities 1 to 3, splashes of mud at 4 and 5."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn, in_channels
from keras_lateral.robustness.corruption.parameters import ParameterSet, published
from keras_lateral.robustness.corruption.sampling import gaussian_blurred, inside

_TAN_22_5 = 0.4142135623730951


def canny_edges(x: np.ndarray, low: int, high: int) -> np.ndarray:
    """Returns where edges are, as OpenCV's Canny detector finds them.

    Gradients are Sobel's, |g| = |g_x| + |g_y|. A pixel above `low` is on a ridge if it is the
    largest along its gradient (horizontal, vertical or diagonal); ridges are edges if they
    are connected to a pixel above `high`.

    Args:
        x: uint8 array of shape `(images, height, width)`.
        low: Gradients up to this are not edges.
        high: Gradients above this are edges.

    Returns:
        bool array of the same shape.
    """
    right, down = _sobel(x.astype("int32"))
    g = np.abs(right) + np.abs(down)
    ridge = (g > low) & _is_largest(g, right, down)
    return _connected(ridge, ridge & (g > high))


def _sobel(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns gradients to the right and down; outside, the last pixel is repeated."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    smooth = x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]
    right = smooth[..., 2:] - smooth[..., :-2]
    smooth = x[..., :-2] + 2 * x[..., 1:-1] + x[..., 2:]
    return right, smooth[:, 2:] - smooth[:, :-2]


def _is_largest(g: np.ndarray, right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Returns whether g is larger than both neighbours along the gradient.

    Of two equal neighbours the first is taken, but none on a diagonal.
    """
    horizontal = np.abs(down) < _TAN_22_5 * np.abs(right)
    vertical = np.abs(down) > (_TAN_22_5 + 2) * np.abs(right)
    falling = right * down >= 0
    wide = np.pad(g, ((0, 0), (1, 1), (1, 1)))
    height, width = g.shape[1:]

    def at(i: int, j: int) -> np.ndarray:
        return wide[:, 1 + i :, 1 + j :][:, :height, :width]

    ways = [
        (g > at(0, -1)) & (g >= at(0, 1)),
        (g > at(-1, 0)) & (g >= at(1, 0)),
        (g > at(-1, -1)) & (g > at(1, 1)),
    ]
    rising = (g > at(-1, 1)) & (g > at(1, -1))
    return np.select([horizontal, vertical, falling], ways, rising)


def _connected(ridge: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """Returns the parts of ridges that are connected to strong pixels, diagonals included."""
    margin = ((0, 0), (1, 1), (1, 1))
    found = np.pad(strong, margin)
    left, connected = np.pad(ridge & ~strong, margin).reshape(-1), found.reshape(-1)
    line = found.shape[2]
    around = np.array([line * i + j for i in (-1, 0, 1) for j in (-1, 0, 1)])
    new = np.flatnonzero(connected)
    while len(new):
        beside = (new[:, None] + around).reshape(-1)
        new = beside[left[beside]]
        left[new], connected[new] = False, True
        new = np.unique(new)
    return found[:, 1:-1, 1:-1]


_EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
_FARTHEST = 20.0
_ONE, _DIAGONAL, _KNIGHT = 65536, 91750, 143976
"""Lengths of steps in 1 / 65536: to the side 1, diagonal 1.4, and like a chess knight 2.1969."""


def light_in_drops(liquid: np.ndarray) -> np.ndarray:
    """Returns the brightness of the drops, from 0 to 1 in each image; all 0 without a drop.

    Args:
        liquid: uint8 array of shape `(images, height, width)`, 0 where there is no drop.
    """
    distance = np.minimum(distances(canny_edges(liquid, 50, 150)), _FARTHEST)
    levels = equalized((_sums(distance) / 9).astype("uint8"))
    levels = np.clip(_filtered(levels, _EMBOSS), 0, 255)
    light = liquid * np.rint(_sums(levels) / 9)
    brightest = light.max(axis=(1, 2), keepdims=True)
    return light / np.where(brightest == 0, 1, brightest)


def distances(edges: np.ndarray) -> np.ndarray:
    """Returns the chamfer distance of each pixel to the nearest edge, infinite without one.

    Args:
        edges: bool array of shape `(images, height, width)`.
    """
    height, width = edges.shape[1:]
    far = 2 * _KNIGHT * (height + width)
    found = np.full((len(edges), height + 4, width + 4), far)
    found[:, 2:-2, 2:-2][edges] = 0
    # A shortest way can go downward first and then upward, so that each row is passed twice.
    steps = _ONE * np.arange(width)
    for rows in (found, found[:, ::-1, ::-1]):
        for row in range(2, height + 2):
            _come_from_above(rows[:, row - 2], rows[:, row - 1], rows[:, row], steps)
    found = found[:, 2:-2, 2:-2]
    return np.where(found < far, found / _ONE, np.inf)


def _come_from_above(
    second: np.ndarray, first: np.ndarray, row: np.ndarray, steps: np.ndarray
) -> None:
    """Shortens the distances in a row by ways from the two rows above, and then from the left.

    Args:
        second: Integers `(images, 2 + width + 2)`, those of the row two above.
        first: Those of the row above.
        row: Those of the row itself.
        steps: Distances from the row's first pixel.
    """
    inner = row[:, 2:-2]
    knight = np.minimum(second[:, 1:-3], second[:, 3:-1])
    for other in (first[:, :-4], first[:, 4:]):
        np.minimum(knight, other, out=knight)
    np.minimum(inner, knight + _KNIGHT, out=inner)
    np.minimum(inner, np.minimum(first[:, 1:-3], first[:, 3:-1]) + _DIAGONAL, out=inner)
    np.minimum(inner, first[:, 2:-2] + _ONE, out=inner)
    np.minimum.accumulate(inner - steps, axis=1, out=inner)
    inner += steps


def equalized(levels: np.ndarray) -> np.ndarray:
    """Returns levels spread over 0 to 255 in each image, so that all are about as frequent.

        level -> round(255 (pixels up to it - n0) / (pixels - n0)),  n0 pixels of the darkest level

    Args:
        levels: uint8 array of shape `(images, height, width)`.
    """
    counts = np.stack([np.bincount(image.ravel(), minlength=256) for image in levels])
    darkest = counts[np.arange(len(levels)), levels.min(axis=(1, 2))][:, None]
    pixels = levels[0].size
    flat = darkest == pixels  # a single level stays as it is
    scale = np.float32(255) / np.where(flat, 1, pixels - darkest).astype("float32")
    table = np.rint(np.maximum(counts.cumsum(axis=1) - darkest, 0).astype("float32") * scale)
    table = np.where(flat, np.arange(256), table)
    return np.take_along_axis(table, levels.reshape(len(levels), -1), axis=1).reshape(levels.shape)


def _filtered(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Returns images `(images, height, width)` correlated with 3 x 3 taps, mirrored outside."""
    height, width = x.shape[1:]
    wide = _mirrored(x)
    taps = [(place, k) for place, k in np.ndenumerate(kernel) if k]
    return sum(k * wide[:, i : i + height, j : j + width] for (i, j), k in taps)


def _sums(x: np.ndarray) -> np.ndarray:
    """Returns the sums over 3 x 3 pixels of `(images, height, width)`, mirrored outside."""
    x = _mirrored(x)
    x = x[:, :-2] + x[:, 1:-1] + x[:, 2:]
    return x[..., :-2] + x[..., 1:-1] + x[..., 2:]


def _mirrored(x: np.ndarray) -> np.ndarray:
    """Returns `(images, height, width)` with a pixel more on each side, mirrored outside."""
    rows, columns = (inside(np.arange(-1, n + 1), n, "mirror") for n in x.shape[1:])
    return x[:, rows][:, :, columns]


_WATER = np.array([175, 238, 238]) / 255
_MUD = np.array([63, 42, 20]) / 255


def spatter(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Spatters images with liquid wherever blurred noise is above a threshold.

    Water adds its colour, y = x + c w, with w in [0, 1] the light in the drops. Mud hides what is
    behind it: y = (1 - m) x + m c, with m the blurred mud, 0 below 0.8. The
    parameters are mean and deviation of the noise, its blur, threshold, and the strength of water
    or the blur of mud.
    """
    mean, deviation, sigma, threshold, c = published("spatter", severity, parameters)
    noise = drawn(generators, lambda rng: rng.normal(mean, deviation, x.shape[1:3]))
    liquid = gaussian_blurred(noise[..., None], sigma)[..., 0]
    liquid[liquid < threshold] = 0
    if severity <= 3:
        w = light_in_drops(np.clip(liquid * 255, 0, 255).astype("uint8"))
        return x + c * w[..., None] * in_channels(_WATER, x.shape[-1])
    m = gaussian_blurred((liquid > threshold).astype("float64")[..., None], c)
    m[m < 0.8] = 0
    return (1 - m) * x + m * in_channels(_MUD, x.shape[-1])
