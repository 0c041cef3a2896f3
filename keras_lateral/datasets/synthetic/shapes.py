"""Images whose class is determined only by the outline of one shape."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset

Floats = NDArray[np.floating[Any]]

SUBPIXELS = 3
"""Samples along each side of a pixel, so that edges are antialiased."""

RADIUS = 0.92
"""No point of a shape of area 1 is farther from its center."""


def _triangle(u: Floats, v: Floats) -> Floats:
    sides = [np.cos(a) * u + np.sin(a) * v for a in np.pi / 2 + 2 * np.pi / 3 * np.arange(3)]
    return np.maximum.reduce(sides) - (3 * 3**0.5) ** -0.5


def _rectangle(u: Floats, v: Floats, width: float, height: float) -> Floats:
    return np.maximum(np.abs(u) - width / 2, np.abs(v) - height / 2)


# Each is below zero inside a shape of area 1 around the origin.
OUTLINES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "circle": lambda u, v: u**2 + v**2 - 1 / np.pi,
    "square": lambda u, v: _rectangle(u, v, 1, 1),
    "triangle": _triangle,
    "cross": lambda u, v: np.minimum(
        _rectangle(u, v, 3 / 5**0.5, 1 / 5**0.5), _rectangle(u, v, 1 / 5**0.5, 3 / 5**0.5)
    ),
    "ring": lambda u, v: np.abs(u**2 + v**2 - 5 / (6 * np.pi)) - 1 / (2 * np.pi),
    "bar": lambda u, v: _rectangle(u, v, 3**0.5, 3**-0.5),
}


def synthetic_shapes(
    images_per_class: int = 100,
    test_per_class: int = 50,
    *,
    classes: Sequence[str] = ("circle", "square", "triangle", "cross"),
    size: int = 32,
    noise: float = 0.03,
    seed: int = 0,
) -> ImageDataset:
    """Draws grey images of one plain shape each, whose outline is the class.

    Position, size, angle and both greys are random, and all classes have the same area: neither
    brightness nor any single pixel reveals the class, only the outline. No data are needed.

    Args:
        images_per_class: Training images of each class.
        test_per_class: Test images of each class.
        classes: Two or more of `"circle"`, `"square"`, `"triangle"`, `"cross"`, `"ring"`,
            `"bar"`.
        size: Height and width in pixels, at least 8.
        noise: Standard deviation of the noise added to each pixel.
        seed: Non-negative integer that fixes all images.

    Returns:
        An `ImageDataset` of shape `(images, size, size, 1)`, `float32` from 0 to 1, classes mixed.

    Raises:
        ValueError: If a class is unknown or an argument is out of its range.

    Example:

    >>> from keras_lateral.datasets import synthetic_shapes
    >>> synthetic_shapes(5, 2, classes=("circle", "cross"))
    <ImageDataset shapes: 10 training and 4 test images, (32, 32, 1) float32, 2 classes>
    """
    _check(images_per_class, test_per_class, classes, size, noise, seed)
    parts = []
    for part, count in enumerate((images_per_class, test_per_class)):
        rng = np.random.default_rng([seed, part])
        y = rng.permutation(np.repeat(np.arange(len(classes), dtype=np.int32), count))
        x = np.stack([_image(OUTLINES[classes[label]], size, noise, rng) for label in y])
        parts.append((x, y))
    (x_train, y_train), (x_test, y_test) = parts
    return ImageDataset(
        name="shapes",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(classes),
        max_value=1.0,
        source="synthetic",
        notes=(f"Drawn, not photographed: seed {seed}, noise {noise:g}.",),
    )


def _image(
    outline: Callable[[Floats, Floats], Floats], size: int, noise: float, rng: np.random.Generator
) -> Floats:
    side = size * rng.uniform(0.33, 0.5)  # of a square with the shape's area
    row, column = rng.uniform(RADIUS * side, size - RADIUS * side, 2)
    angle = rng.uniform(0, 2 * np.pi)
    behind, before = rng.uniform(0.1, 0.9, 2)
    if abs(before - behind) < 0.3:
        before = behind + 0.4 if behind < 0.5 else behind - 0.4
    at = (np.arange(size * SUBPIXELS) + 0.5) / SUBPIXELS
    y, x = np.meshgrid((at - row) / side, (at - column) / side, indexing="ij")
    c, s = np.cos(angle), np.sin(angle)
    inside = outline(c * x + s * y, c * y - s * x) < 0
    cover = inside.reshape(size, SUBPIXELS, size, SUBPIXELS).mean(axis=(1, 3))
    image = behind + (before - behind) * cover + noise * rng.normal(size=(size, size))
    return np.clip(image, 0, 1).astype("float32")[..., None]


def _check(
    images_per_class: Any, test_per_class: Any, classes: Any, size: Any, noise: Any, seed: Any
) -> None:
    unknown = [name for name in classes if name not in OUTLINES]
    if isinstance(classes, str) or unknown or len(set(classes)) < max(2, len(classes)):
        raise ValueError(
            "Invalid value for argument `classes`. Expected two or more different ones of "
            f"{sorted(OUTLINES)}. Received: classes={classes!r}"
        )
    numbers = {"images_per_class": (images_per_class, 1), "test_per_class": (test_per_class, 1)}
    for name, (value, least) in (numbers | {"size": (size, 8), "seed": (seed, 0)}).items():
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected an integer of at least {least}. "
                f"Received: {name}={value!r}"
            )
    if not noise >= 0:
        raise ValueError(
            "Invalid value for argument `noise`. Expected a number of at least 0. "
            f"Received: noise={noise!r}"
        )
