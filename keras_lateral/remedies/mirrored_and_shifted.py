"""Flips and shifts as a method."""

from __future__ import annotations

from functools import partial

import numpy as np

from keras_lateral.datasets.flip_and_shift import flip_and_shift
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Batch, Method
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "He, K., Zhang, X., Ren, S., Sun, J. (2016). Deep Residual Learning for Image Recognition, "
    "4.2. CVPR. arXiv:1512.03385"
)


def flipped_and_shifted(
    images: np.ndarray, labels: np.ndarray, generator: np.random.Generator, *, pixels: int = 4
) -> Batch:
    """Mirrors and shifts images at random; see `keras_lateral.flip_and_shift`.

    Args:
        images: Array of shape `(batch, height, width, channels)`.
        labels: Returned as they are.
        generator: Draws for each image whether to mirror it and how far to shift it.
        pixels: Largest shift in each direction.

    Returns:
        Images of the same shape, the labels, and `None`: all images have the same weight.
    """
    return flip_and_shift(images, generator, pixels), labels, None


def flip_and_shift_method(*, pixels: int = 4, name: str = "flip_and_shift") -> Method:
    """Returns the method that mirrors and shifts training images, as `--augment` does for all arms.

    It fits images whose left and right are interchangeable: not letters and digits.

    Args:
        pixels: Largest shift in each direction. The default is what the source takes for CIFAR, of
            32 x 32 pixels. There the border is black, here it is mirrored.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `pixels`.

    Raises:
        ValueError: If `pixels` is not a whole number of at least 0.

    Example:

    >>> from keras_lateral import flip_and_shift_method
    >>> dict(flip_and_shift_method().settings)
    {'pixels': 4}

    Reference:

    - He, K. et al. (2016). Deep Residual Learning for Image Recognition, 4.2. arXiv:1512.03385
    """
    check_number("pixels", pixels, low=0, whole=True)
    return Method(
        name,
        settings={"pixels": int(pixels)},
        batches=partial(flipped_and_shifted, pixels=int(pixels)),
        space=SearchedMethod(flip_and_shift_method, name, {"pixels": [1, 2, 4]}),
        reference=REFERENCE,
    )
