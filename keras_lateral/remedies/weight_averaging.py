"""Moving averages of the weights, which are what is kept at the end."""

from __future__ import annotations

from functools import partial

import keras

from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.innermost_optimizer import innermost_optimizer, set_optimizer
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Polyak, B. T., Juditsky, A. B. (1992). Acceleration of Stochastic Approximation by Averaging. "
    "SIAM Journal on Control and Optimization 30, 838-855"
)


def average_weights(model: keras.Model, momentum: float = 0.95) -> keras.Model:
    """Makes a compiled model end its training with the moving average of its weights.

        a <- m a + (1 - m) w   after every step;   w <- a   at the end of `fit`

    By the optimizer's own `use_ema`. Weights that are not trained, such as the moving statistics
    of BatchNormalization, are averages already and stay. During training the model is evaluated
    with w; `keras.callbacks.SwapEMAWeights` evaluates it with a.

    Args:
        model: A compiled model. It is changed in place.
        momentum: m, above 0 and below 1.

    Returns:
        `model`.

    Raises:
        ValueError: If the model is not compiled, its optimizer averages already, or `momentum` is
            out of its range.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> average_weights(model).optimizer.use_ema
    True
    """
    check_number("momentum", momentum, above=0, below=1)
    if innermost_optimizer(model).use_ema:
        raise ValueError(
            "Invalid value for argument `model`. Expected an optimizer that does not average the "
            f"weights yet. Received: model {model.name!r}, whose optimizer has use_ema=True"
        )
    return set_optimizer(
        model, use_ema=True, ema_momentum=float(momentum), ema_overwrite_frequency=None
    )


def weight_averaging_method(*, momentum: float = 0.95, name: str = "weight_averaging") -> Method:
    """Returns the method that ends with the moving average of the weights.

    Args:
        momentum: m. An average reaches back about 1 / (1 - m) steps, and of T steps the first one
            has still a share of m ** T. A training on little data has some hundred steps: after 100
            the share is 0.6 % with the default and 37 % with Keras' 0.99, which is for long ones.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `momentum`.

    Raises:
        ValueError: If `momentum` is out of its range.

    Example:

    >>> from keras_lateral import weight_averaging_method
    >>> dict(weight_averaging_method().settings)
    {'momentum': 0.95}

    Reference:

    - Polyak, B. T., Juditsky, A. B. (1992). Acceleration of Stochastic Approximation by Averaging.
      SIAM Journal on Control and Optimization 30, 838-855
    """
    check_number("momentum", momentum, above=0, below=1)
    return Method(
        name,
        partial(average_weights, momentum=float(momentum)),
        settings={"momentum": float(momentum)},
        space=SearchedMethod(weight_averaging_method, name, {"momentum": [0.8, 0.9, 0.95, 0.99]}),
        reference=REFERENCE,
        exclusive=frozenset({"weight averaging"}),
    )
