"""What RandAugment and AugMix do to images: shear, rotate, posterize and so on, in NumPy.

Keras' layers `RandAugment` and `AugMix` do the same to a whole batch, draw from the process'
global random numbers in part, turn by up to half a circle, and compute every operation to keep one:
100 ms for 32 images of 32 x 32 on TensorFlow, 660 ms on JAX. Here each image has its own
operations, in 5 to 15 ms on every backend. The tests compare with Pillow, as the papers use it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Operation = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From float32 images `(images, height, width, channels)` from 0 to 1 and a strength for each,
`(images,)`, to the changed images."""

FILL = 0.5
"""What comes in from outside: the middle gray, as in the code of RandAugment's authors."""


def shear_x(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Shifts each row by `strength` times its height above the center."""
    return affine(x, _matrices(len(x), yx=0 * strength, xy=strength))


def shear_y(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Shifts each column by `strength` times its distance from the center."""
    return affine(x, _matrices(len(x), yx=strength, xy=0 * strength))


def translate_x(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Shifts images along the width, by a share of it."""
    shift = np.stack([0 * strength, strength * x.shape[2]], axis=1)
    return affine(x, _matrices(len(x)), shift)


def translate_y(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Shifts images along the height, by a share of it."""
    shift = np.stack([strength * x.shape[1], 0 * strength], axis=1)
    return affine(x, _matrices(len(x)), shift)


def rotate(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Turns images by an angle in degrees, around their centers."""
    angle = np.deg2rad(strength)
    cos, sin = np.cos(angle), np.sin(angle)
    return affine(x, np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], axis=1))


def affine(
    x: np.ndarray, matrices: np.ndarray, shifts: np.ndarray | None = None, fill: float = FILL
) -> np.ndarray:
    """Returns images whose value at a place is that of another place, linearly interpolated.

        y(p) = x(M (p - c) + c + t)

    c is the image's center.

    Args:
        x: Float array of shape `(images, height, width, channels)`.
        matrices: M, of shape `(images, 2, 2)`, in the order height, width.
        shifts: t in pixels, of shape `(images, 2)`, in the same order; `None` for none.
        fill: The value outside the image.

    Returns:
        A float32 array of the images' shape.
    """
    n, height, width, channels = x.shape
    center = np.array([height - 1, width - 1], "float32") / 2
    grid = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), axis=-1)
    place = (grid.reshape(-1, 2) - center).astype("float32")
    source = place @ matrices.astype("float32").transpose(0, 2, 1) + center
    if shifts is not None:
        source += shifts[:, None].astype("float32")
    framed = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=fill)
    source = np.clip(source + 1, 0, np.array([height + 1, width + 1], "float32"))
    first = np.minimum(source.astype("int32"), np.array([height, width]))
    part = (source - first).astype("float32")
    pixels = framed.reshape(-1, channels)
    start = np.arange(n)[:, None] * (height + 2) * (width + 2)
    corner = (start + first[..., 0] * (width + 2) + first[..., 1]).ravel()
    v, u = part.reshape(-1, 2, 1).transpose(1, 0, 2)
    y = (1 - v) * (1 - u) * pixels.take(corner, axis=0)
    y += (1 - v) * u * pixels.take(corner + 1, axis=0)
    y += v * (1 - u) * pixels.take(corner + width + 2, axis=0)
    y += v * u * pixels.take(corner + width + 3, axis=0)
    return y.reshape(x.shape).astype("float32")


def _matrices(n: int, yx: np.ndarray | float = 0.0, xy: np.ndarray | float = 0.0) -> np.ndarray:
    """Returns matrices with ones on the diagonal."""
    m = np.zeros((n, 2, 2), "float32")
    m[:, 0, 0] = m[:, 1, 1] = 1
    m[:, 0, 1], m[:, 1, 0] = yx, xy
    return m


def auto_contrast(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Stretches each channel of each image to the range from 0 to 1."""
    low, high = x.min(axis=(1, 2), keepdims=True), x.max(axis=(1, 2), keepdims=True)
    varies = high > low
    return np.where(varies, (x - low) / np.where(varies, high - low, 1), x)


def equalize(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Makes the values of each channel of each image about equally frequent, in 256 steps."""
    n, height, width, channels = x.shape
    levels = _levels(x).transpose(0, 3, 1, 2).reshape(n * channels, height * width)
    rows = np.arange(n * channels)[:, None]
    counts = np.bincount((levels + 256 * rows).ravel(), minlength=256 * n * channels)
    counts = counts.reshape(-1, 256)
    of_last = counts[rows[:, 0], levels.max(axis=1)]
    step = (height * width - of_last) // 255
    below = np.cumsum(counts, axis=1) - counts
    table = (step[:, None] // 2 + below) // np.maximum(step, 1)[:, None]
    table = np.where(step[:, None] > 0, np.minimum(table, 255), np.arange(256))
    changed = table[rows, levels].reshape(n, channels, height, width).transpose(0, 2, 3, 1)
    return (changed / 255).astype("float32")


def posterize(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Keeps as many of the eight bits of each value as `strength` says, the leading ones."""
    dropped = (8 - strength.astype(int)).reshape(-1, 1, 1, 1)
    return (((_levels(x) >> dropped) << dropped) / 255).astype("float32")


def solarize(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Inverts values of `strength` and above."""
    return np.where(x >= _each(strength), 1 - x, x)


def color(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Multiplies the distance from gray: 0 is a gray image, 1 the image itself."""
    return _blend(_gray(x), x, strength)


def contrast(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Multiplies the distance from the image's mean gray: 1 is the image itself."""
    return _blend(_gray(x).mean(axis=(1, 2, 3), keepdims=True), x, strength)


def brightness(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Multiplies values: 0 is black, 1 the image itself."""
    return _blend(np.zeros_like(x), x, strength)


def sharpness(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Multiplies the distance from a smoothed image: 0 is smoothed, 1 the image itself."""
    height, width = x.shape[1:3]
    if min(height, width) < 3:
        return x
    rows, columns = range(height - 2), range(width - 2)
    total = 4 * x[:, 1:-1, 1:-1]
    for top in range(3):
        for left in range(3):
            total = total + x[:, top : top + len(rows), left : left + len(columns)]
    smooth = x.copy()  # the border stays
    smooth[:, 1:-1, 1:-1] = total / 13
    return _blend(smooth, x, strength)


def unchanged(x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Leaves images as they are."""
    return x


def applied(
    x: np.ndarray,
    operations: Sequence[Operation],
    which: np.ndarray,
    strengths: np.ndarray,
) -> np.ndarray:
    """Applies to each image the operation that is chosen for it.

    Args:
        x: Float32 images `(images, height, width, channels)` from 0 to 1.
        operations: The operations.
        which: Index of each image's operation, `(images,)`.
        strengths: Strength of each operation for each image, `(operations, images)`.

    Returns:
        An array of the same shape, from 0 to 1.
    """
    result = x.copy()
    for index in np.unique(which):
        chosen = which == index
        result[chosen] = operations[index](x[chosen], strengths[index, chosen])
    return np.clip(result, 0, 1)


def check_range_of_images(x: np.ndarray) -> None:
    """Raises if values are not from 0 to 1."""
    if len(x) and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            "Invalid value for argument `images`. Expected values from 0 to 1. "
            f"Received: values from {x.min():g} to {x.max():g}"
        )


def _levels(x: np.ndarray) -> np.ndarray:
    """Returns values as whole numbers from 0 to 255."""
    return np.rint(x * 255).astype(int)


def _gray(x: np.ndarray) -> np.ndarray:
    if x.shape[-1] != 3:
        return x.mean(axis=-1, keepdims=True)
    return (x @ np.array([0.299, 0.587, 0.114], "float32"))[..., None]


def _blend(start: np.ndarray, x: np.ndarray, strength: np.ndarray) -> np.ndarray:
    return np.clip(start + _each(strength) * (x - start), 0, 1)


def _each(strength: np.ndarray) -> np.ndarray:
    return strength.astype("float32").reshape(-1, 1, 1, 1)
