"""Random numbers of each image, from this image's own generator."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Generators = Sequence[np.random.Generator]
"""One generator for each image."""


def image_generators(seed: int, first: int, images: int) -> list[np.random.Generator]:
    """Returns the generators of images `first`, `first + 1`, ...: image i has that of [seed, i]."""
    return [np.random.default_rng([seed, i]) for i in range(first, first + images)]


def drawn(generators: Generators, draw: Callable[[np.random.Generator], np.ndarray]) -> np.ndarray:
    """Returns what is drawn for each image, stacked."""
    return np.stack([draw(generator) for generator in generators])
