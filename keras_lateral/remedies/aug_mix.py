"""AugMix: each image mixed with chains of operations applied to it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Batch, Method
from keras_lateral.remedies import image_operations as of
from keras_lateral.remedies.numbers_in_range import check_number
from keras_lateral.remedies.rand_augment import WITHOUT_ENHANCEMENTS, strengths

REFERENCE = (
    "Hendrycks, D., Mu, N., Cubuk, E. D., Zoph, B., Gilmer, J., Lakshminarayanan, B. (2020). "
    "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty. ICLR. "
    "arXiv:1912.02781"
)

OPERATIONS = WITHOUT_ENHANCEMENTS
"""The nine of the paper, which leaves out those that resemble the corruptions it tests on."""


def aug_mixed(
    images: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    *,
    severity: float = 0.3,
    chains: int = 3,
    depth: int = 3,
    alpha: float = 1.0,
) -> Batch:
    """Mixes each image with several chains of operations applied to it.

        y = (1 - m) x + m sum_k w_k f_k(x),   m ~ Beta(alpha, alpha),   w ~ Dirichlet(alpha)

    Each f_k is a chain of 1 to `depth` of the paper's nine operations, drawn for each image, each
    at its own magnitude from 0.01 to `severity`. The paper also trains with a loss that keeps the
    predictions for two such images alike, which is not part of this.

    Args:
        images: x, float32 array of shape `(batch, height, width, channels)`, from 0 to 1.
        labels: Returned as they are.
        generator: Draws all of this.
        severity: Largest magnitude, from above 0.01 to 1; see `rand_augmented`.
        chains: Number of chains.
        depth: Largest number of operations of a chain.
        alpha: alpha, above 0.

    Returns:
        Images of the same shape, the labels, and `None`: all images have the same weight.

    Raises:
        ValueError: If the images are not from 0 to 1.

    Example:

    >>> import numpy as np
    >>> images = np.zeros((2, 8, 8, 3), "float32")
    >>> aug_mixed(images, np.array([0, 1]), np.random.default_rng(0))[0].shape
    (2, 8, 8, 3)

    Reference:

    - Hendrycks, D. et al. (2020). AugMix. arXiv:1912.02781
    """
    of.check_range_of_images(images)
    n, known = len(images), OPERATIONS
    w = generator.dirichlet([alpha] * chains, n).astype("float32")
    m = generator.beta(alpha, alpha, n).astype("float32").reshape(-1, 1, 1, 1)
    x = np.concatenate([images] * chains)  # all chains at once
    length = generator.integers(1, depth + 1, len(x))
    for place in range(depth):
        longer = np.flatnonzero(place < length)
        magnitudes = generator.uniform(0.01, severity, len(longer))
        which = generator.integers(0, len(known), len(longer))
        signs = generator.choice([-1.0, 1.0], len(longer))
        x[longer] = of.applied(x[longer], known, which, _strengths(magnitudes, signs))
    mixed = np.einsum("nk,knhwc->nhwc", w, x.reshape(chains, *images.shape))
    return (1 - m) * images + m * mixed, labels, None


def _strengths(magnitudes: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Returns strengths as in the authors' code, which posterizes more and shifts less."""
    return strengths(OPERATIONS, magnitudes, signs, most_bits=4, largest_shift=1 / 3)


def aug_mix_method(
    *,
    severity: float = 0.3,
    chains: int = 3,
    depth: int = 3,
    alpha: float = 1.0,
    name: str = "aug_mix",
) -> Method:
    """Returns the method that mixes each training image with changed versions of it.

    The loss that the paper adds, which asks for similar predictions for several such versions, is
    not part of it.

    Args:
        severity: Largest magnitude of an operation. The default is the paper's 3, of 10.
        chains: Number of chains; the default is the paper's.
        depth: Largest number of operations of a chain; the default is the paper's.
        alpha: Parameter of the shares; the default is the paper's.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `severity`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> from keras_lateral import aug_mix_method
    >>> dict(aug_mix_method().settings)
    {'severity': 0.3, 'chains': 3, 'depth': 3, 'alpha': 1.0}

    Reference:

    - Hendrycks, D. et al. (2020). AugMix. arXiv:1912.02781
    """
    check_number("severity", severity, above=0.01, high=1)
    check_number("chains", chains, low=1, whole=True)
    check_number("depth", depth, low=1, whole=True)
    check_number("alpha", alpha, above=0)
    settings: dict[str, Any] = {
        "severity": float(severity),
        "chains": int(chains),
        "depth": int(depth),
        "alpha": float(alpha),
    }
    return Method(
        name,
        settings=settings,
        batches=partial(aug_mixed, **settings),
        space=SearchedMethod(aug_mix_method, name, {"severity": (0.1, 1.0)}, settings),
        reference=REFERENCE,
    )
