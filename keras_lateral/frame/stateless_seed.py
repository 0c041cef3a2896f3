"""A seed for Keras' random functions without state: the same index draws the same numbers."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


class SeedAt(keras.random.SeedGenerator):
    """The seed with number `index` of a stream; it has no state.

    Args:
        seed: Int, 0 or above.
        index: Int, or scalar tensor of whole numbers, up to 2^31.
        stream: Int, 0 or above: which of the seed's streams.

    Example:

    >>> import keras
    >>> a, b = (keras.random.uniform((), seed=SeedAt(1, index=5)) for _ in range(2))
    >>> float(a) == float(b)
    True
    """

    def __init__(self, seed: int, index: Tensor, stream: int = 0) -> None:
        # On torch only the sum of the pair counts: streams with neighbouring starts would meet.
        (self._start,) = np.random.SeedSequence([seed, stream]).generate_state(1) >> 1
        self._index = index

    def next(self, ordered: bool = True) -> Tensor:
        """Returns the seed."""
        dtype = "uint32" if keras.config.backend() == "jax" else "int64"  # as in Keras
        return ops.stack([ops.cast(int(self._start), dtype), ops.cast(self._index, dtype)])
