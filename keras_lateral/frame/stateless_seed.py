"""A seed for Keras' random functions without state: the same index draws the same numbers."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


class SeedAt(keras.random.SeedGenerator):
    """The seed with number `index` of a stream; it has no state.

    Args:
        seed: Int, 0 or above; or a stream's two `halves` as scalar tensors, so that a compiled
            function follows when the seed changes.
        index: Int, or scalar tensor of whole numbers, up to 2^31.
        stream: Int, 0 or above: which of an int seed's streams.

    Example:

    >>> import keras
    >>> a, b = (keras.random.uniform((), seed=SeedAt(1, index=5)) for _ in range(2))
    >>> float(a) == float(b)
    True
    """

    def __init__(self, seed: int | Sequence[Tensor], index: Tensor, stream: int = 0) -> None:
        self._halves = halves(seed, stream) if isinstance(seed, int) else seed
        self._index = index

    def next(self, ordered: bool = True) -> Tensor:
        """Returns the seed."""
        dtype = "uint32" if keras.config.backend() == "jax" else "int64"  # as in Keras
        high, low = (ops.cast(half, dtype) for half in self._halves)
        return ops.stack([_HALF * high + low, ops.cast(self._index, dtype)])


_HALF = 2**16


def halves(seed: int, stream: int = 0) -> tuple[int, int]:
    """Returns where a stream of a seed begins, as two numbers that float32 holds exactly.

    Args:
        seed: Int, 0 or above.
        stream: Int, 0 or above: which of the seed's streams.
    """
    # On torch only the sum of the pair counts: streams with neighbouring starts would meet.
    (start,) = np.random.SeedSequence([seed, stream]).generate_state(1) >> 1
    high, low = divmod(int(start), _HALF)
    return high, low
