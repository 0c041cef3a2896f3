"""The scope in which a model's variables are made."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras


def strategy_scope(model: Any) -> AbstractContextManager[Any]:
    """Returns the scope of the TensorFlow strategy that a model was made in.

    Variables that are given to a model later, such as those of what is attached, must be made in
    it too. It may be entered within itself; without a strategy, or on other backends, it does
    nothing.

    Args:
        model: Any model.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> with strategy_scope(model):
    ...     variable = keras.Variable(1.0)
    """
    strategy = getattr(model, "distribute_strategy", None)
    if keras.config.backend() != "tensorflow" or strategy is None:
        return nullcontext()
    import tensorflow as tf

    if tf.distribute.get_strategy() is strategy:
        return nullcontext()
    return strategy.scope()
