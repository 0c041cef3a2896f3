"""Which variables weight decay falls on."""

from __future__ import annotations

import re
from typing import Any

import keras


def decay_only_kernels(optimizer: Any, model: keras.Model) -> None:
    """Keeps weight decay from all of a model's variables but its kernels.

    What has fewer than two axes does not decay: biases, and the parameters of normalizations. Nor
    do embeddings, whose rows are rarely used.

    They are excluded by their names, which a copy of the model has too. Where a kernel has the
    same name, the variable itself is excluded. Keras saves neither with the optimizer.

    Args:
        optimizer: An optimizer that has made no step, with `weight_decay`.
        model: A model with all its variables.
    """
    excluded, kernels = [], set()
    for variable in model.trainable_variables:
        if len(variable.shape) < 2 or variable.name == "embeddings":
            excluded.append(variable)
        else:
            kernels.add(variable.name)
    names = sorted({variable.name for variable in excluded} - kernels)
    shared = [variable for variable in excluded if variable.name in kernels]
    optimizer.exclude_from_weight_decay(shared, [_pattern(name) for name in names])


def _pattern(name: str) -> str:
    # Keras looks in `bias`, and under TensorFlow in `dense/bias:0`.
    return rf"(?:^|/){re.escape(name)}(?::\d+)?$"
