"""A scope with a seed of its own, after which random numbers go on as they would have."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from keras_lateral.models.from_file import keeping_draws


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A scope that begins with `keras.utils.set_random_seed`, and leaves no seed set after it.

    The generators of Python, NumPy and torch go on from where they were. Keras' global generator
    and TensorFlow's have no public state: they get a seed that follows from Python's generator, so
    that they go on otherwise after each such scope, and alike whenever a program runs again.

    Args:
        seed: The seed within.

    Example:

    >>> import random
    >>> from keras_lateral.comparison.recommendation.seeded import seeded
    >>> random.seed(1)
    >>> expected = random.random()
    >>> random.seed(1)
    >>> with seeded(0):
    ...     _ = random.random()
    >>> random.random() == expected
    True
    """
    afterwards = random.Random()
    afterwards.setstate(random.getstate())
    torch = _torch()
    state = torch and torch.get_rng_state()
    with keeping_draws():
        keras.utils.set_random_seed(seed)
        try:
            yield
        finally:
            keras.utils.set_random_seed(afterwards.randrange(2**31))
            if torch is not None:
                torch.set_rng_state(state)


def _torch() -> Any:
    """Returns torch where Keras seeds it too."""
    return sys.modules.get("torch") if keras.config.backend() == "torch" else None
