"""Trials' values, drawn as keras-tuner's random search draws them."""

from collections.abc import Callable, Iterator
from typing import Any


def samples(space: Callable[[Any], Any], count: int = 60) -> Iterator[Any]:
    """Yields what a space returns for random values."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    space(hp)  # says what there is to draw
    for seed in range(count):
        for place, one in enumerate(hp.space):
            hp.values[one.name] = one.random_sample(1000 * place + seed)
        yield space(hp)
