"""RandAugment: a few of fourteen operations for each image, all at one magnitude."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Batch, Method
from keras_lateral.remedies import image_operations as of
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Cubuk, E. D., Zoph, B., Shlens, J., Le, Q. V. (2020). RandAugment: Practical Automated Data "
    "Augmentation with a Reduced Search Space. NeurIPS. arXiv:1909.13719"
)

SHIFTS: tuple[of.Operation, ...] = (of.translate_x, of.translate_y)
ENHANCEMENTS: tuple[of.Operation, ...] = (of.color, of.contrast, of.brightness, of.sharpness)

WITHOUT_ENHANCEMENTS: tuple[of.Operation, ...] = (
    *(of.auto_contrast, of.equalize, of.posterize, of.solarize),
    *(of.rotate, of.shear_x, of.shear_y, *SHIFTS),
)

OPERATIONS: tuple[of.Operation, ...] = (of.unchanged, *WITHOUT_ENHANCEMENTS, *ENHANCEMENTS)
"""The fourteen of the paper."""


def rand_augmented(
    images: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    *,
    operations: int = 2,
    magnitude: float = 0.3,
) -> Batch:
    """Applies to each image a few operations drawn at random, all at one magnitude.

    The operations are the paper's fourteen: identity, contrast stretched, equalized, posterized,
    solarized, rotated, sheared and shifted along each axis, color, contrast, brightness and
    sharpness. Rotations, shears, shifts and the last four go either way.

    Args:
        images: Float32 array of shape `(batch, height, width, channels)`, from 0 to 1.
        labels: Returned as they are.
        generator: Draws for each image the operations and their signs.
        operations: Number of operations for each image, one after the other.
        magnitude: From 0 to 1: a rotation of 30 degrees, a shear of 0.3, a shift of 0.45 of the
            side, 4 of 8 bits kept, all values inverted, color and the others by 0.9.

    Returns:
        Images of the same shape, the labels, and `None`: all images have the same weight.

    Raises:
        ValueError: If the images are not from 0 to 1.

    Example:

    >>> import numpy as np
    >>> images = np.zeros((2, 8, 8, 3), "float32")
    >>> rand_augmented(images, np.array([0, 1]), np.random.default_rng(0))[0].shape
    (2, 8, 8, 3)

    Reference:

    - Cubuk, E. D. et al. (2020). RandAugment. arXiv:1909.13719
    """
    of.check_range_of_images(images)
    known, x = OPERATIONS, images
    for _ in range(operations):
        magnitudes = np.full(len(x), magnitude)
        which = generator.integers(0, len(known), len(x))
        signs = generator.choice([-1.0, 1.0], len(x))
        x = of.applied(x, known, which, strengths(known, magnitudes, signs))
    return x, labels, None


def strengths(
    operations: tuple[of.Operation, ...],
    magnitudes: np.ndarray,
    signs: np.ndarray,
    *,
    most_bits: int = 8,
    largest_shift: float = 0.45,
) -> np.ndarray:
    """Returns how strong each operation is for each image, in the operation's own units.

    Args:
        operations: The operations.
        magnitudes: From 0 to 1, `(images,)`.
        signs: -1 or 1, `(images,)`.
        most_bits: Bits that posterizing leaves of each value at magnitude 0; at 1 four fewer.
        largest_shift: Shift at magnitude 1, as a share of the side.

    Returns:
        An array of shape `(operations, images)`.
    """
    by_operation: dict[of.Operation, np.ndarray] = {
        of.posterize: most_bits - np.rint(4 * magnitudes),
        of.solarize: 1 - magnitudes,
        of.rotate: 30 * magnitudes * signs,
        **dict.fromkeys((of.shear_x, of.shear_y), 0.3 * magnitudes * signs),
        **dict.fromkeys(SHIFTS, largest_shift * magnitudes * signs),
        **dict.fromkeys(ENHANCEMENTS, 1 + 0.9 * magnitudes * signs),
    }
    return np.stack([by_operation.get(operation, magnitudes) for operation in operations])


def rand_augment_method(
    *, operations: int = 2, magnitude: float = 0.3, name: str = "rand_augment"
) -> Method:
    """Returns the method that applies a few operations drawn at random to each training image.

    Args:
        operations: Number of operations for each image. The default is the paper's for ImageNet.
        magnitude: From 0 to 1; see `rand_augmented`. The default is the paper's 9 for ImageNet, of
            30 as in torchvision; the authors' first code counted to 10. For small networks on CIFAR
            the paper chose smaller ones.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `magnitude`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> from keras_lateral import rand_augment_method
    >>> dict(rand_augment_method().settings)
    {'operations': 2, 'magnitude': 0.3}

    Reference:

    - Cubuk, E. D. et al. (2020). RandAugment. arXiv:1909.13719
    """
    check_number("operations", operations, low=1, whole=True)
    check_number("magnitude", magnitude, above=0, high=1)
    settings: dict[str, Any] = {"operations": int(operations), "magnitude": float(magnitude)}
    return Method(
        name,
        settings=settings,
        batches=partial(rand_augmented, **settings),
        space=SearchedMethod(
            rand_augment_method, name, {"magnitude": (0.1, 1.0), "operations": int(operations)}
        ),
        reference=REFERENCE,
    )
