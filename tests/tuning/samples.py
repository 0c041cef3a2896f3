"""Values of trials, drawn as in keras-tuner's random search."""

from collections.abc import Callable, Iterator
from typing import Any


def samples(space: Callable[[Any], Any], count: int = 60) -> Iterator[Any]:
    """Yields what a space returns for random values."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    space(hp)  # registers what to draw
    for seed in range(count):
        for place, parameter in enumerate(hp.space):
            hp.values[parameter.name] = parameter.random_sample(1000 * place + seed)
        yield space(hp)
