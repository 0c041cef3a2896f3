"""Numbers of a layer that compiled functions follow, though they are no weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


class FollowedValues(keras.random.SeedGenerator):
    """A few numbers, in a variable that a layer has beside its weights.

    Set as an attribute of a layer, the variable is one of `layer.variables`, so JAX passes it in
    and out of compiled functions, and none of `layer.weights`, so it is neither saved nor counted
    nor set. In Keras this is how the state of random numbers is kept, which is why this is a
    `SeedGenerator`, though it draws nothing.

    Args:
        values: The numbers.
        name: Name of the variable.

    Example:

    >>> import keras
    >>> layer = keras.layers.Dense(1)
    >>> layer.settings = FollowedValues([0.5, 2.0], name="settings")
    >>> len(layer.variables), len(layer.weights)
    (1, 0)
    >>> layer.settings.set([0.25, 2.0])
    >>> [float(value) for value in layer.settings.read()]
    [0.25, 2.0]
    """

    def __init__(self, values: Sequence[float], name: str) -> None:
        self.name = name
        start = [float(value) for value in values]

        # A function, which Keras takes in the scope of a function that is being traced too.
        def initializer(shape: Any, dtype: Any = None) -> Tensor:
            return ops.convert_to_tensor(start, dtype=dtype)

        self.state = keras.Variable(
            initializer,
            shape=(len(start),),
            dtype="float32",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name=name,
        )

    def set(self, values: Sequence[float]) -> None:
        """Replaces the numbers, for functions that are already compiled too."""
        self.state.assign(ops.convert_to_tensor([float(value) for value in values], "float32"))

    def read(self) -> Tensor:
        """Returns the numbers as they are now, a float32 vector."""
        return self.state.value * 1

    def next(self, ordered: bool = True) -> Tensor:
        """Raises: nothing is drawn from these values."""
        raise TypeError(f"{self.name!r} holds settings; it is no seed to draw random numbers with.")
