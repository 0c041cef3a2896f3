"""MixUp and CutMix: images made of two, with the shares of both labels."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.label_shares import label_shares
from keras_lateral.remedies.numbers_in_range import check_number

# Keras has layers `MixUp` and `CutMix`. On a batch of 32 images of 32 x 32 they cost 6 and 12 ms on
# TensorFlow, and draw from their own state; this is below 1 ms, the same on every backend, and
# draws from the generator that pairs share. The tests compare both with Keras' layers.

MIXUP = (
    "Zhang, H., Cisse, M., Dauphin, Y. N., Lopez-Paz, D. (2018). mixup: Beyond Empirical Risk "
    "Minimization. ICLR. arXiv:1710.09412"
)
CUTMIX = (
    "Yun, S., Han, D., Oh, S. J., Chun, S., Choe, J., Yoo, Y. (2019). CutMix: Regularization "
    "Strategy to Train Strong Classifiers with Localizable Features. ICCV. arXiv:1905.04899"
)


def mixup(
    images: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    *,
    classes: int,
    alpha: float = 0.2,
) -> tuple[np.ndarray, np.ndarray, None]:
    """Mixes each image of a batch with another one, and their labels alike.

        x = s x_i + (1 - s) x_j,   y = s y_i + (1 - s) y_j,   s ~ Beta(alpha, alpha)

    j is the image at the same place of a permutation, and each pair has its own s, as in Keras'
    layer. In the authors' code all pairs of a batch share one s.

    Args:
        images: Float array of shape `(batch, height, width, channels)`.
        labels: Integers `(batch,)`, or shares of the classes `(batch, classes)`.
        generator: Draws the permutation and s.
        classes: Number of classes.
        alpha: alpha, above 0. The larger, the more often both images have a similar share.

    Returns:
        The mixed images, their labels as float32 shares `(batch, classes)`, and `None`: all have
        the same weight.

    Example:

    >>> import numpy as np
    >>> images, generator = np.ones((2, 4, 4, 3), "float32"), np.random.default_rng(0)
    >>> mixed, shares, _ = mixup(images, np.array([0, 2]), generator, classes=3)
    >>> mixed.shape, shares.sum(axis=1).round(4).tolist()
    ((2, 4, 4, 3), [1.0, 1.0])

    Reference:

    - Zhang, H. et al. (2018). mixup: Beyond Empirical Risk Minimization. arXiv:1710.09412
    """
    y = label_shares(labels, classes)
    j = generator.permutation(len(images))
    s = generator.beta(alpha, alpha, len(images)).astype("float32")
    s_image, s_label = s.reshape(-1, *[1] * (images.ndim - 1)), s[:, None]
    x = s_image * images + (1 - s_image) * images[j]
    return x.astype(images.dtype), s_label * y + (1 - s_label) * y[j], None


def cutmix(
    images: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    *,
    classes: int,
    alpha: float = 1.0,
    probability: float = 0.5,
) -> tuple[np.ndarray, np.ndarray, None]:
    """Pastes a box of another image into each image, and gives the label that share of the area.

        x = m x_i + (1 - m) x_j,   y = s y_i + (1 - s) y_j,   s = mean(m)

    m is 0 in a box of the image's proportions and 1 elsewhere. With s' ~ Beta(alpha, alpha) its
    sides are sqrt(1 - s') of the image's; its center is anywhere, and what would be outside is cut
    off. s is the share that is left. Each image is changed with the given probability and has its
    own box; in the authors' code a whole batch has the same.

    Args:
        images: Float array of shape `(batch, height, width, channels)`.
        labels: Integers `(batch,)`, or shares of the classes `(batch, classes)`.
        generator: Draws the permutation, the images to change, s' and the centers.
        classes: Number of classes.
        alpha: alpha, above 0.
        probability: Probability that an image is changed, from 0 to 1.

    Returns:
        The images, their labels as float32 shares `(batch, classes)`, and `None`: all have the
        same weight.

    Example:

    >>> import numpy as np
    >>> images, generator = np.ones((2, 4, 4, 3), "float32"), np.random.default_rng(0)
    >>> cut, shares, _ = cutmix(images, np.array([0, 2]), generator, classes=3)
    >>> cut.shape, shares.sum(axis=1).round(4).tolist()
    ((2, 4, 4, 3), [1.0, 1.0])

    Reference:

    - Yun, S. et al. (2019). CutMix. arXiv:1905.04899
    """
    y = label_shares(labels, classes)
    n, height, width = images.shape[:3]
    j = generator.permutation(n)
    changed = generator.random(n) < probability
    side = np.sqrt(1 - generator.beta(alpha, alpha, n)) * changed
    rows = _inside(_drawn(generator, height, n), (side * height).astype(int), height)
    columns = _inside(_drawn(generator, width, n), (side * width).astype(int), width)
    box = rows[:, :, None] & columns[:, None, :]
    x = np.where(box[..., None], images[j], images)
    s = (1 - box.mean(axis=(1, 2), dtype="float64")).astype("float32")[:, None]
    return x, s * y + (1 - s) * y[j], None


def _drawn(generator: np.random.Generator, size: int, n: int) -> np.ndarray:
    """Returns n places among `size`."""
    return np.asarray(generator.integers(0, size, n))


def _inside(center: np.ndarray, length: np.ndarray, size: int) -> np.ndarray:
    """Returns which of `size` places are within half a length of each center."""
    places = np.arange(size)
    first, end = (center - length // 2)[:, None], (center + length // 2)[:, None]
    inside: np.ndarray = (places >= first) & (places < end)
    return inside


def mixup_method(*, alpha: float = 0.2, name: str = "mixup") -> Method:
    """Returns the method that mixes each image with another one, and their labels alike.

    Args:
        alpha: See `mixup`. The default is that of the paper for ImageNet, where 0.1 to 0.4 helped
            and more underfitted, and of Keras' layer. On CIFAR the paper takes 1, with large
            networks and 200 epochs.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `alpha`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> from keras_lateral import mixup_method
    >>> dict(mixup_method().settings)
    {'alpha': 0.2}

    Reference:

    - Zhang, H. et al. (2018). mixup: Beyond Empirical Risk Minimization. arXiv:1710.09412
    """
    check_number("alpha", alpha, above=0)
    return Method(
        name,
        settings={"alpha": float(alpha)},
        batches=partial(mixup, alpha=float(alpha)),
        space=SearchedMethod(mixup_method, name, {"alpha": (0.1, 1.0)}),
        reference=MIXUP,
    )


def cutmix_method(*, alpha: float = 1.0, probability: float = 0.5, name: str = "cutmix") -> Method:
    """Returns the method that pastes a box of another image into each image.

    Args:
        alpha: See `cutmix`. The default is the paper's.
        probability: Probability that an image is changed. The default is the paper's for CIFAR;
            for ImageNet it takes 1.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `probability`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> from keras_lateral import cutmix_method
    >>> dict(cutmix_method().settings)
    {'alpha': 1.0, 'probability': 0.5}

    Reference:

    - Yun, S. et al. (2019). CutMix. arXiv:1905.04899
    """
    check_number("alpha", alpha, above=0)
    check_number("probability", probability, low=0, high=1)
    settings: dict[str, Any] = {"alpha": float(alpha), "probability": float(probability)}
    return Method(
        name,
        settings=settings,
        batches=partial(cutmix, **settings),
        space=SearchedMethod(
            cutmix_method, name, {"probability": (0.25, 1.0), "alpha": float(alpha)}
        ),
        reference=CUTMIX,
    )
