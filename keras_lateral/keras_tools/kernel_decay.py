"""Which variables weight decay falls on."""

from __future__ import annotations

import re
from typing import Any

import keras


def decay_only_kernels(optimizer: Any, model: keras.Model) -> None:
    """Keeps weight decay from all of a model's variables but its kernels.

    What has fewer than two axes does not decay: biases, and the parameters of normalizations. Nor
    do embeddings, whose rows are rarely used. They are excluded one by one, and by their names as
    well, which a copy of the model has too; a name that a kernel also has is not used.

    Keras saves neither with the optimizer.

    Args:
        optimizer: An optimizer that has made no step, with `weight_decay`.
        model: A model with all its variables.
    """
    variables = model.trainable_variables
    excluded = [v for v in variables if len(v.shape) < 2 or v.name == "embeddings"]
    places = {id(v) for v in excluded}
    kernels = {v.name for v in variables if id(v) not in places}
    names = sorted({v.name for v in excluded} - kernels)
    optimizer.exclude_from_weight_decay(excluded, [f"^{re.escape(name)}$" for name in names])
