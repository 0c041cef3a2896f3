"""Building a model from the batches it is about to be trained on."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras


def build_by_batches(model: Any, batches: Any) -> None:
    """Builds a model that is not built, if its first step would.

    On JAX and torch `fit` builds every model before it calls anything. On TensorFlow the first step
    does, which is too late to freeze it: its variables are made while it is traced. Here the model
    is traced alone, on batches of the same shapes. No number is drawn for that, and no step made.

    A model that cannot be called is left as it is: its `train_step` may call its layers alone.

    Args:
        model: Any model.
        batches: TensorFlow's iterator over batches; what it says of their shapes is used.
    """
    spec = getattr(batches, "element_spec", None)
    if model.built or spec is None or keras.config.backend() != "tensorflow":
        return
    import tensorflow as tf

    x, _, _ = keras.utils.unpack_x_y_sample_weight(spec)
    try:
        tf.function(partial(model), autograph=False).get_concrete_function(x)
    except Exception:  # noqa: BLE001, whatever its code raises, and it goes on without
        return
