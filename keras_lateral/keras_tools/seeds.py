"""The seeds that a number or a list stands for, and scopes that leave random numbers alone."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import keras
import numpy as np

Seeds = int | Sequence[int]
"""The number of seeds, counted from 0, or the seeds themselves."""


def seed_numbers(seeds: Seeds) -> tuple[int, ...]:
    """Returns the seeds that `seeds` stands for.

    Raises:
        ValueError: If there is none, one is negative, or one occurs twice.
    """
    chosen = tuple(range(int(seeds))) if isinstance(seeds, (int, np.integer)) else tuple(seeds)
    whole = all(isinstance(seed, Integral) and int(seed) >= 0 for seed in chosen)
    if not chosen or not whole or len(set(chosen)) < len(chosen):
        raise ValueError(
            "Invalid value for argument `seeds`. Expected a number of seeds, 1 or more, or "
            f"distinct integers from 0 on. Received: seeds={seeds!r}"
        )
    return tuple(int(seed) for seed in chosen)


@contextmanager
def keeping_draws() -> Iterator[None]:
    """A scope after which Python and NumPy go on as if nothing had been drawn in it.

    A process loads a file with the first training, whose weights must be those of any other.
    """
    python, arrays = random.getstate(), np.random.get_state()  # noqa: NPY002, the global one
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(arrays)  # noqa: NPY002


@contextmanager
def keeping_seeds() -> Iterator[None]:
    """A scope in which seeds may be set, and after which random numbers go on as before it.

    The generators of Python, NumPy and torch go on from where they were. Keras' global generator
    and TensorFlow's have no public state: they get a seed that follows from Python's generator, so
    that they go on otherwise after each such scope, and alike whenever a program runs again.

    Example:

    >>> import keras, random
    >>> from keras_lateral.keras_tools.seeds import keeping_seeds
    >>> random.seed(1)
    >>> expected = random.random()
    >>> random.seed(1)
    >>> with keeping_seeds():
    ...     keras.utils.set_random_seed(0)
    >>> random.random() == expected
    True
    """
    afterwards = random.Random()
    afterwards.setstate(random.getstate())
    torch: Any = sys.modules.get("torch") if keras.config.backend() == "torch" else None
    state = None if torch is None else torch.get_rng_state()
    with keeping_draws():
        try:
            yield
        finally:
            keras.utils.set_random_seed(afterwards.randrange(2**31))
            if torch is not None:
                torch.set_rng_state(state)
