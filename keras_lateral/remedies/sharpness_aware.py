"""Sharpness-aware minimization: the gradient is taken where the loss nearby is highest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from numbers import Real
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.fresh_step import own_train_step
from keras_lateral.keras_tools.attaching.lost_training import warn_when_training_is_lost
from keras_lateral.keras_tools.replaced import Replaced
from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.two_gradients import SharpnessAwareStep
from keras_lateral.robustness.pruning.mask import PruningMask

REFERENCE = (
    "Foret, P., Kleiner, A., Mobahi, H., Neyshabur, B. (2021). Sharpness-Aware Minimization for "
    "Efficiently Improving Generalization. ICLR. arXiv:2010.01412"
)


def perturbed_weights(
    weights: Sequence[Tensor], gradients: Sequence[Tensor | None], rho: float
) -> list[Tensor]:
    """Returns the weights at the distance rho where the loss is highest, to first order.

        w_hat = w + rho * g / ||g||_2,   ||g||_2 = sqrt(sum over all weights of g^2)

    The norm is one number for all tensors together. Where it is 0, w_hat is w.

    Args:
        weights: w, floating-point tensors of any shapes.
        gradients: g, a tensor of its shape for each of them. `None` is a gradient of 0.
        rho: The distance, in the units of the weights.

    Returns:
        w_hat, tensors of the same shapes and dtypes.

    Example:

    >>> from keras import ops
    >>> w_hat = perturbed_weights([ops.zeros(2), ops.zeros(1)], [ops.array([2.0, 0.0]), None], 0.5)
    >>> [ops.convert_to_numpy(tensor).tolist() for tensor in w_hat]
    [[0.5, 0.0], [0.0]]
    """
    known = [ops.cast(g, "float32") for g in gradients if g is not None]
    if not known:
        return list(weights)
    norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in known))
    scale = rho * ops.where(norm > 0, 1 / ops.where(norm > 0, norm, 1.0), 0.0)
    return [
        w if g is None else w + ops.cast(scale * ops.cast(g, "float32"), w.dtype)
        for w, g in zip(weights, gradients, strict=True)
    ]


def kept_gradients(
    variables: Sequence[Any], gradients: Sequence[Tensor | None]
) -> list[Tensor | None]:
    """Returns the gradients with respect to the weights that a model has: 0 where one is pruned.

    A weight that `prune` holds at zero is none of the model's any more, so it is not moved, and
    its gradient does not count in ||g||_2.

    Args:
        variables: The weights' variables.
        gradients: A tensor of its shape for each of them, or `None`.
    """
    return [
        ops.where(ops.convert_to_tensor(variable.constraint.mask), g, ops.zeros_like(g))
        if g is not None and isinstance(variable.constraint, PruningMask)
        else g
        for variable, g in zip(variables, gradients, strict=True)
    ]


def check_rho(rho: Any) -> None:
    """Raises if `rho` is not a number of at least 0."""
    number = isinstance(rho, Real) and not isinstance(rho, bool)
    if not number or not 0 <= float(rho) < float("inf"):
        raise ValueError(
            "Invalid value for argument `rho`. Expected a finite number of at least 0, the "
            f"distance by which the weights are moved. Received: rho={rho!r}"
        )


def minimize_sharpness(model: keras.Model, rho: float = 0.05) -> keras.Model:
    """Makes a compiled model train with sharpness-aware minimization, in place, and returns it.

        g = dL/dw at w
        w_hat = w + rho * g / ||g||_2
        the optimizer's step from w, with dL/dw at w_hat

    A step costs two: each batch is passed forward and back twice.

    L is all that `fit` differentiates: the compiled loss with sample and class weights, what
    layers add, and the penalties of regularizers, which the authors' code counts in both passes
    too. A weight decay that the optimizer applies by itself is no part of L; it acts on w. So do
    the optimizer's clipping, averages and constraints. Both passes see the same batch and, as in
    the authors' code, the same dropout masks. Metrics, the reported loss, and what layers keep,
    such as BatchNormalization's averages, come from the first pass alone, at w: the authors' code
    keeps these averages of the first pass too, but reports the loss of the second. Weights that
    are not trainable are not moved, nor are those that `prune` holds at zero, which count in no
    norm. Under a TensorFlow strategy each replica moves the weights by the gradient of its own part
    of the batch, as the paper does ("m-sharpness"); JAX distributes a batch as one, so there the
    whole batch moves them.

    The model keeps its class, weights, optimizer and compilation, and may be compiled again. What
    is saved is the plain model: a loaded one, or a copy, trains plainly until it is given to this
    function again; saving and copying warn of that. A program that is interrupted and started again
    builds its model, calls this function, and goes on by `keras.callbacks.BackupAndRestore`, which
    restores weights into that model and loses nothing.

    Args:
        model: A compiled model, of any class that has Keras' own `train_step`.
        rho: The distance, in the units of the weights. The default is the paper's, for CIFAR and
            ImageNet.

    Returns:
        `model`.

    Raises:
        ValueError: If the model is not compiled, has a `train_step` of its own, which would be
            bypassed, or already trains like this; or `rho` is negative.

    Example:

    >>> import keras, numpy as np
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> history = minimize_sharpness(model).fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)

    Reference:

    - Foret, P., Kleiner, A., Mobahi, H., Neyshabur, B. (2021). Sharpness-Aware Minimization for
      Efficiently Improving Generalization. arXiv:2010.01412
    """
    check_rho(rho)
    _check_model(model)
    rho = float(rho)

    def perturbed(weights: Sequence[Tensor], gradients: Sequence[Tensor | None]) -> list[Tensor]:
        gradients = kept_gradients(model.trainable_variables, gradients)
        return perturbed_weights(weights, gradients, rho)

    step = SharpnessAwareStep(model, perturbed).function()
    Replaced(model, "train_step", step)
    rebuild_compiled_functions(model)
    warn_when_training_is_lost(
        model,
        lambda: own_train_step(model) is step,
        what="sharpness-aware minimization",
        instead="trains plainly",
        again=f"call `keras_lateral.minimize_sharpness(model, rho={rho:g})`.",
    )
    return model


def _check_model(model: Any) -> None:
    if not isinstance(model, keras.Model) or not model.compiled:
        raise ValueError(
            "Invalid value for argument `model`. Expected a compiled model, whose optimizer makes "
            f"the steps. Received: model={model}"
        )
    if model.built and not model.trainable_variables:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with trainable weights. "
            f"Received: model {model.name!r} with none"
        )
    own = own_train_step(model)
    if getattr(own, "is_sharpness_aware", False):
        raise ValueError(
            "Invalid value for argument `model`. Expected a model that does not yet train with "
            f"sharpness-aware minimization. Received: model {model.name!r}"
        )
    if own is not None or type(model).train_step is not keras.Model.train_step:
        raise ValueError(
            f"Model {model.name!r} of class {type(model).__name__} has a `train_step` of its own, "
            "which sharpness-aware minimization would bypass. Use it on a model with Keras' own, "
            "such as `keras.Model(inputs, outputs)`; a loss may be added by `add_loss` or by an "
            "own `compute_loss`."
        )


def sharpness_aware_minimization_method(
    *, rho: float = 0.05, name: str = "sharpness_aware_minimization"
) -> Method:
    """Returns the method that trains with sharpness-aware minimization.

    A step costs two, so at equal time the baseline could train about twice the epochs.

    Args:
        rho: The distance by which the weights are moved; see `minimize_sharpness`.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Raises:
        ValueError: If `rho` is negative.

    Example:

    >>> from keras_lateral.remedies.sharpness_aware import sharpness_aware_minimization_method
    >>> method = sharpness_aware_minimization_method()
    >>> method.name, dict(method.settings)
    ('sharpness_aware_minimization', {'rho': 0.05})

    Reference:

    - Foret, P., Kleiner, A., Mobahi, H., Neyshabur, B. (2021). Sharpness-Aware Minimization for
      Efficiently Improving Generalization. arXiv:2010.01412
    """
    check_rho(rho)
    return Method(
        name,
        partial(minimize_sharpness, rho=float(rho)),
        settings={"rho": float(rho)},
        space=SearchedMethod(sharpness_aware_minimization_method, name, {"rho": (0.01, 0.5)}),
        reference=REFERENCE,
        exclusive=frozenset({"training step"}),
    )
