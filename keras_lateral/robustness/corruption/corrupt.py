"""The nineteen corruptions of CIFAR-10-C and ImageNet-C, each at five severities."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_lateral.robustness.condition import ValueRange
from keras_lateral.robustness.corruption import (
    blur,
    digital,
    elastic,
    fog,
    frost,
    motion,
    noise,
    spatter,
    weather,
)
from keras_lateral.robustness.corruption.drawing import Generators, image_generators
from keras_lateral.robustness.corruption.parameters import (
    ParameterChoice,
    ParameterSet,
    check_parameters,
    parameter_set,
)

_FUNCTIONS: dict[str, Callable[[np.ndarray, int, Generators, ParameterSet], np.ndarray]] = {
    function.__name__: function
    for function in (
        noise.gaussian_noise,
        noise.shot_noise,
        noise.impulse_noise,
        blur.defocus_blur,
        blur.glass_blur,
        motion.motion_blur,
        blur.zoom_blur,
        weather.snow,
        frost.frost,
        fog.fog,
        weather.brightness,
        digital.contrast,
        elastic.elastic_transform,
        digital.pixelate,
        digital.jpeg_compression,
        noise.speckle_noise,
        blur.gaussian_blur,
        spatter.spatter,
        digital.saturate,
    )
}

CORRUPTIONS: tuple[str, ...] = tuple(_FUNCTIONS)
"""The names of all nineteen corruptions, in the published order."""

STANDARD_CORRUPTIONS: tuple[str, ...] = CORRUPTIONS[:15]
"""Those for which results are published; the other four are for choosing settings."""

SEVERITIES = (1, 2, 3, 4, 5)

_AT_ONCE, _PIXELS = 100, 64 * 32 * 32
"""Images processed at once, and pixels, so that intermediate values stay near the processor."""


def corrupt(
    images: Any,
    name: str,
    severity: int,
    *,
    seed: int = 0,
    value_range: ValueRange = (0.0, 1.0),
    parameters: ParameterChoice = "auto",
) -> np.ndarray:
    """Returns images under one of the nineteen corruptions of CIFAR-10-C and ImageNet-C.

    The two differ in their parameters: CIFAR-10-C's were made for 32 x 32 pixels, ImageNet-C's,
    which are far stronger, for 224 x 224. Lengths are in pixels, except for
    `"elastic_transform"`, where they scale with the shorter side.

    Image i is corrupted only with the random numbers of `[seed, i]`: the first images of a batch
    are corrupted as they would be on their own.

    Args:
        images: Array of shape `(images, height, width, channels)`, 8 x 8 pixels or more, one or
            three channels.
        name: One of `CORRUPTIONS`.
        severity: From 1, the mildest, to 5.
        seed: Non-negative integer that fixes the random numbers.
        value_range: The lowest and the highest value that a pixel can have.
        parameters: `"cifar10"` or `"imagenet"`: whose parameters to take. `"auto"` takes
            ImageNet-C's where the shorter side has 128 pixels or more.

    Returns:
        float32 array of the same shape, within `value_range`.

    Raises:
        ValueError: If there is no such corruption, severity or set, if images have another shape or
            lie outside `value_range`, or if grey images are to be saturated.
        ImportError: If Pillow is missing, which only `"jpeg_compression"` needs.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import corrupt
    >>> images = np.full((2, 8, 8, 3), 0.5)
    >>> mild, strong = (corrupt(images, "gaussian_noise", severity) for severity in (1, 5))
    >>> bool(mild.std() < strong.std()), strong.shape, strong.dtype
    (True, (2, 8, 8, 3), dtype('float32'))
    >>> np.array_equal(corrupt(images[:1], "gaussian_noise", 5), strong[:1])
    True

    Reference:

    - [Hendrycks, Dietterich, 2019, Benchmarking neural network robustness to common corruptions
      and perturbations](https://arxiv.org/abs/1903.12261)
    """
    check_corruption(name, severity, seed)
    check_parameters(parameters)
    x = _checked_images(images, name, value_range)
    low, high = value_range
    chosen = parameter_set(parameters, *x.shape[1:3])
    at_once = max(1, min(_AT_ONCE, _PIXELS // (x.shape[1] * x.shape[2])))
    beyond = bool(len(x)) and bool(x.min() < low or x.max() > high)
    y = np.empty(x.shape, "float32")
    for first in range(0, len(x), at_once):
        part = x[first : first + at_once].astype("float64")
        if low:
            part -= low
        part /= high - low
        if beyond:
            np.clip(part, 0, 1, out=part)
        generators = image_generators(seed, first, len(part))
        corrupted = _FUNCTIONS[name](part, int(severity), generators, chosen)
        np.clip(corrupted, 0, 1, out=corrupted)
        if high - low != 1:
            corrupted *= high - low
        if low:
            corrupted += low
        y[first : first + at_once] = corrupted
    return np.clip(y, np.float32(low), np.float32(high), out=y)


def check_corruption(name: str, severity: int, seed: int) -> None:
    """Raises a ValueError if there is no such corruption, severity or seed."""
    if name not in _FUNCTIONS:
        raise _argument_error("name", f"one of {list(CORRUPTIONS)}", f"name={name!r}")
    if not _is_integer(severity) or severity not in SEVERITIES:
        raise _argument_error("severity", "1, 2, 3, 4 or 5", f"severity={severity!r}")
    if not _is_integer(seed) or seed < 0:
        raise _argument_error("seed", "a non-negative integer", f"seed={seed!r}")


def _checked_images(images: Any, name: str, value_range: ValueRange) -> np.ndarray:
    low, high = value_range
    if not low < high:
        expected = "(low, high) with low < high"
        raise _argument_error("value_range", expected, f"value_range={value_range}")
    x = np.asarray(images)
    if x.ndim != 4 or min(x.shape[1:3]) < 8 or x.shape[3] not in (1, 3):
        shape = "shape (images, height, width, channels), 8 x 8 pixels or more, 1 or 3 channels"
        raise _argument_error("images", shape, f"shape={x.shape}")
    if name == "saturate" and x.shape[3] == 1:
        expected = "three channels, as grey has no saturation"
        raise _argument_error("images", expected, f"shape={x.shape}")
    slack = 1e-5 * (high - low)  # for values that were scaled in float32
    if len(x) and not (low - slack <= x.min() and x.max() <= high + slack):
        raise _argument_error(
            "images",
            f"values within value_range={tuple(value_range)}",
            f"values from {x.min()} to {x.max()}",
        )
    return x


def _is_integer(number: Any) -> bool:
    try:
        operator.index(number)
    except TypeError:
        return False
    return not isinstance(number, bool)


def _argument_error(name: str, expected: str, received: str) -> ValueError:
    return ValueError(
        f"Invalid value for argument `{name}`. Expected {expected}. Received: {received}"
    )
