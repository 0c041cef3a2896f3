"""Decoupled weight decay of kernels."""

from __future__ import annotations

from functools import partial

import keras

from keras_lateral.keras_tools.attaching.lost_training import warn_when_training_is_lost
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.innermost_optimizer import innermost_optimizer, set_optimizer
from keras_lateral.remedies.kernel_decay import decay_only_kernels
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Loshchilov, I., Hutter, F. (2019). Decoupled Weight Decay Regularization. ICLR. "
    "arXiv:1711.05101"
)


def decay_kernels(model: keras.Model, factor: float = 0.01) -> keras.Model:
    """Makes a compiled model's optimizer decay its kernels, in place, and returns the model.

        w <- w - rate * factor * w,   besides the step of the gradient

    By the optimizer's own `weight_decay`: Adam with it is AdamW. Variables with fewer than two
    axes, as biases and the parameters of normalizations, and embeddings do not decay.

    Keras does not save which variables are excluded: in a model that was saved and loaded, all of
    them decay if it is trained on. Saving and copying warn of that, and say what to do.

    Args:
        model: A compiled model.
        factor: Factor of the decay, above 0.

    Raises:
        ValueError: If the model is not compiled, its optimizer has no `weight_decay` or has made
            steps already, or `factor` is out of its range.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> decay_kernels(model).optimizer.weight_decay
    0.01
    """
    check_number("factor", factor, above=0)
    model = set_optimizer(model, weight_decay=float(factor))
    optimizer = innermost_optimizer(model)
    decay_only_kernels(optimizer, model)
    warn_when_training_is_lost(
        model,
        lambda: innermost_optimizer(model) is optimizer,
        what="weight decay of its kernels alone",
        instead="decays biases and normalizations too",
        again="build the model by its code, call `keras_lateral.decay_kernels(model)`, and then "
        "`model.load_weights`, which also reads a `.keras` file.",
    )
    return model


def weight_decay_method(*, factor: float = 0.01, name: str = "weight_decay") -> Method:
    """Returns the method that decays kernels in every step, besides the gradient's.

    The decay is multiplied by the learning rate, so all steps together shrink a kernel by
    exp(-factor * sum of the rates): 300 steps at 0.001 by 0.3 %. Where there are few steps, a
    larger factor than the default may be needed; `space` searches up to 10.

    Args:
        factor: Factor of the decay. The default is PyTorch's for AdamW; Keras' own is 0.004. For
            SGD, with its larger rates, 0.0005 is usual.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `factor`.

    Raises:
        ValueError: If `factor` is not a number above 0.

    Example:

    >>> from keras_lateral import weight_decay_method
    >>> dict(weight_decay_method().settings)
    {'factor': 0.01}

    Reference:

    - Loshchilov, I., Hutter, F. (2019). Decoupled Weight Decay Regularization. arXiv:1711.05101
    """
    check_number("factor", factor, above=0)
    return Method(
        name,
        partial(decay_kernels, factor=float(factor)),
        settings={"factor": float(factor)},
        space=SearchedMethod(weight_decay_method, name, {"factor": (1e-3, 10.0)}),
        reference=REFERENCE,
        exclusive=frozenset({"weight decay"}),
    )
