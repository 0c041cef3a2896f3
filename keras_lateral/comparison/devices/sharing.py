"""One training that several devices share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import keras


@dataclass(frozen=True)
class Sharing:
    """The devices that share each batch of a training: by default one, as Keras chooses it.

    On TensorFlow this is `MirroredStrategy`, on JAX `DataParallel`.

    Args:
        devices: Names as the backend has them, such as `"GPU:0"` on TensorFlow and `"gpu:0"` on
            JAX; none for the one device.
    """

    devices: tuple[str, ...] = ()

    @property
    def parts(self) -> int:
        """Into how many equal parts each batch is divided."""
        return max(1, len(self.devices))

    @property
    def reads_ahead(self) -> bool:
        """Whether threads draw the order of batches, at no certain time, if `fit` shuffles them."""
        return self.parts > 1 and keras.config.backend() == "tensorflow"

    @contextmanager
    def scope(self) -> Iterator[None]:
        """The scope in which models are built and trained. What measures them is outside."""
        if self.parts == 1:
            yield
        elif keras.config.backend() == "tensorflow":
            with _strategy(self.devices).scope():
                yield
        else:
            distribution: Any = keras.distribution
            before = distribution.distribution()
            distribution.set_distribution(distribution.DataParallel(devices=list(self.devices)))
            try:
                yield
            finally:
                distribution.set_distribution(before)


ALONE = Sharing()


def backend_names(places: Sequence[int]) -> tuple[str, ...]:
    """Returns what the backend calls its GPUs, from their places among those that it sees.

    Example:

    >>> from keras_lateral.comparison.devices.sharing import backend_names
    >>> [name.lower() for name in backend_names([0, 2])]
    ['gpu:0', 'gpu:2']
    """
    kind = "GPU" if keras.config.backend() == "tensorflow" else "gpu"
    return tuple(f"{kind}:{place}" for place in places)


@cache
def _strategy(devices: tuple[str, ...]) -> Any:
    """Returns the strategy of a process: TensorFlow tolerates few of them."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(list(devices))
