"""The state of a compiled model: all that a training changes in it, and how it is set back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from keras import ops

from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.generators import drawing_generators
from keras_lateral.keras_tools.layer_kernels import layer_kernels
from keras_lateral.receptive_field.freeze.optimizer_hooks import optimizer_parts


def build_optimizer(model: Any) -> None:
    """Builds the optimizer of a built model, which `fit` does in its first step otherwise."""
    if model.built and model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def state_of(model: Any) -> list[Any]:
    """Returns the variables that a training changes, in the order in which the model has them.

    These are the weights, what the layers and regularizers draw or count, and the optimizer's: the
    number of steps, the learning rate, slots, moving averages, gradient sums and loss scales.
    Metrics are left out: they are reset by `fit`, and do not exist before the first step.

    Args:
        model: A compiled model.
    """
    of_metrics = {id(variable) for variable in model.metrics_variables}
    found: dict[int, Any] = {}
    for variable in (*model.variables, *_of_generators(model), *optimizer_state(model)):
        if id(variable) not in of_metrics:
            found.setdefault(id(variable), variable)
    return list(found.values())


def optimizer_state(model: Any) -> list[Any]:
    """Returns the variables of a model's optimizer and of those inside it."""
    if model.optimizer is None:
        return []
    return [variable for part in optimizer_parts(model.optimizer) for variable in part.variables]


def size_of(model: Any) -> int:
    """Returns the number of bytes of a model's state, at four bytes a number."""
    return sum(4 * math.prod(variable.shape) for variable in state_of(model))


def follow_seeds(model: Any, fresh: Any) -> None:
    """Gives a model's regularizers the seeds, and the full strength, of those of a new model."""
    for penalty, first in zip(_penalties(model), _penalties(fresh), strict=False):
        penalty.seed, penalty.scale = first.seed, first.scale


def set_back(model: Any, fresh: Any) -> None:
    """Gives a trained model the state of one that was built in the same way and not trained.

    Args:
        model: The trained model.
        fresh: The other one, whose values are copied. Its optimizer must be built.
    """
    for variable, first in zip(state_of(model), state_of(fresh), strict=True):
        variable.assign(ops.copy(first.value))  # JAX ends the life of a trained model's buffers
    pairs = zip(drawing_generators(model), drawing_generators(fresh), strict=True)
    for (_, generator), (_, first) in pairs:
        # On torch, Keras' dropout reads the seed from here; see `seed_generators`.
        generator._initial_seed = first._initial_seed
    model.reset_metrics()


def _penalties(model: Any) -> list[Penalty]:
    kernels = [kernel for layer in all_layers(model) for kernel in layer_kernels(layer)]
    return [kernel.regularizer for kernel in kernels if isinstance(kernel.regularizer, Penalty)]


def _of_generators(model: Any) -> Iterator[Any]:
    for _, generator in drawing_generators(model):
        yield generator.state
