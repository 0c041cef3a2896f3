"""Magnitude pruning that holds while the model trains on."""

from __future__ import annotations

import warnings
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import LayerKernel, layer_kernels
from keras_lateral.robustness.pruning.averages import hold_averages, release_averages
from keras_lateral.robustness.pruning.fresh_step import trace_anew
from keras_lateral.robustness.pruning.mask import PruningMask
from keras_lateral.robustness.pruning.plan import PruningPlan, pruning_plan
from keras_lateral.robustness.pruning.smallest_weights import PruningScope, PruningStructure
from keras_lateral.robustness.pruning.sparsity import Sparsity, sparsity_of


def prune(
    model: keras.Model,
    sparsity: float,
    *,
    layers: Choice | None = None,
    scope: PruningScope = "global",
    structure: PruningStructure = None,
) -> Sparsity:
    """Sets the smallest weights of a model to zero and holds them there while it trains.

        w_i <- 0   for the round(sparsity * n) smallest |w_i| of n weights

    Pruned are kernels of dense layers and convolutions; biases and normalization are not. The
    model is changed in place: each pruned kernel gets a `PruningMask` as its constraint, beside
    the one it may have. The zeros hold in `fit` and `train_on_batch` with any optimizer of Keras,
    and the model saves and loads with them. Prune it again, at a higher sparsity, to go on step by
    step; what is pruned never comes back. `import keras_lateral` before loading a saved model.

    Prune the model that is trained, not one nested in it, and compile it first where it averages
    its weights (`use_ema=True`): see `reapply_pruning`.

    Args:
        model: A built model, compiled or not. Of subclassed models, layers are found among the
            attributes.
        sparsity: The share of zeros to reach, at least 0 and below 1, of the chosen kernels; what
            was pruned before counts.
        layers: A layer's name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to all dense layers and convolutions; with `structure="filters"`, to
            all convolutions.
        scope: `"global"`: that share of the weights of all layers, however they fall on these;
            `"layer"`: that share of each kernel.
        structure: `None` for single weights. `"filters"`: whole filters, the smallest by
            ||w_f||_2 / sqrt(weights of f), and `sparsity` is a share of filters. The bias of a
            filter stays, so its channel is constant, not gone.

    Returns:
        The `Sparsity` of all kernels. The share reached differs from `sparsity` by rounding, and
        for filters of different size.

    Raises:
        ValueError: If an argument is wrong, a layer is not built, or has no kernel that is known
            here.

    Example:

    >>> import keras
    >>> from keras_lateral import prune
    >>> model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(5, 2)])
    >>> model.compile("adam", "mse")
    >>> prune(model, 0.8).zeros
    16
    >>> _ = model.train_on_batch(keras.random.normal((8, 4, 4, 1)), keras.ops.ones((8, 3, 3, 5)))
    >>> int((keras.ops.convert_to_numpy(model.layers[0].kernel) != 0).sum())
    4

    Reference:

    - [Han, Pool, Tran, Dally, 2015, Learning both weights and connections for efficient neural
      networks](https://arxiv.org/abs/1506.02626)
    - [Li, Kadav, Durdanovic, Samet, Graf, 2017, Pruning filters for efficient
      ConvNets](https://arxiv.org/abs/1608.08710), which takes the sum of |w|
    """
    synchronize(model)
    plan = pruning_plan(model, sparsity, layers, scope, structure)
    if not plan.changes():
        warnings.warn(
            f"Nothing was pruned: sparsity={sparsity} asks for no weight that is not held at zero "
            f"already. Of {plan.weights:,} weights, {plan.pruned:,} are.",
            UserWarning,
            stacklevel=2,
        )
        return sparsity_of(model)
    if plan.gone():
        warnings.warn(
            f"Nothing is left of the kernels of {plan.gone()}: sparsity={sparsity}, "
            f'scope="{scope}". Their outputs do not depend on the image any more.',
            UserWarning,
            stacklevel=2,
        )
    _hold(plan)
    plan.set_to_zero()
    hold_averages(model)
    trace_anew(model)
    return sparsity_of(model)


def reapply_pruning(model: keras.Model) -> Sparsity:
    """Sets the pruned weights to zero again, and holds averages of the weights at zero, too.

    Two things can fill pruned weights: values set from elsewhere, as by `load_weights`; and an
    optimizer with `use_ema=True`, which at the end of `fit` puts averages in the weights' place
    that it took before the constraint acted. `prune` and this function make an optimizer that is
    there leave the zeros; call this one after compiling the model anew or loading it.

    Args:
        model: A model that was pruned.

    Returns:
        The `Sparsity` of all kernels.

    Raises:
        ValueError: If nothing of it was pruned.

    Example:

    >>> import keras
    >>> from keras_lateral import prune, reapply_pruning
    >>> model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(5, 2)])
    >>> before = model.get_weights()
    >>> _ = prune(model, 0.8)
    >>> model.set_weights(before)
    >>> reapply_pruning(model).zeros
    16
    """
    synchronize(model)
    kernels = _pruned(model)
    PruningPlan(kernels, [kernel.variable.constraint.mask for kernel in kernels]).set_to_zero()
    hold_averages(model)
    trace_anew(model)
    return sparsity_of(model)


def remove_pruning(model: keras.Model, layers: Choice | None = None) -> list[str]:
    """Lets pruned weights train again. They are zero still; earlier constraints remain.

    Args:
        model: A model that was pruned.
        layers: As for `prune`. Defaults to all layers.

    Returns:
        The names of the kernels that were held.

    Raises:
        ValueError: If nothing of them was pruned.

    Example:

    >>> import keras
    >>> from keras_lateral import prune, remove_pruning
    >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, name="dense")])
    >>> _ = prune(model, 0.5)
    >>> remove_pruning(model), model.get_layer("dense").kernel_constraint
    (['dense'], None)
    """
    synchronize(model)
    kernels = _pruned(model, layers)
    for kernel in kernels:
        _constrain(kernel, kernel.variable.constraint.beside)
    release_averages(model)
    trace_anew(model)
    return [kernel.label for kernel in kernels]


def synchronize(model: Any) -> None:
    """On JAX, `fit` keeps the weights to itself from batch to batch: asks for them."""
    if keras.config.backend() == "jax" and isinstance(model, keras.Model):
        model.jax_state_sync()


def _hold(plan: PruningPlan) -> None:
    for kernel, mask in zip(plan.kernels, plan.masks, strict=True):
        before = kernel.variable.constraint
        if mask.all():
            continue
        beside = before.beside if isinstance(before, PruningMask) else before
        _constrain(kernel, PruningMask(mask, beside))


def _constrain(kernel: LayerKernel, constraint: Any) -> None:
    setattr(kernel.layer, f"{kernel.name}_constraint", constraint)
    kernel.variable.constraint = constraint


def _pruned(model: keras.Model, layers: Choice | None = None) -> list[LayerKernel]:
    every = list(all_layers(model))
    chosen = every if layers is None else choose_layers(model, layers, every)
    kernels = [
        kernel
        for layer in chosen
        if layer.built
        for kernel in layer_kernels(layer)
        if isinstance(kernel.variable.constraint, PruningMask)
    ]
    if not kernels:
        among = "" if layers is None else f" among the layers {layers!r}"
        raise ValueError(f"Model {model.name!r} has no pruned weights{among}. See `prune`.")
    return kernels
