"""Magnitude pruning that holds during further training."""

from __future__ import annotations

import warnings
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.fresh_step import drop_fresh_step, keep_fresh_step
from keras_lateral.keras_tools.attaching.nothing_to_remove import warn_of_nothing_to_remove
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import LayerKernel, kernels_of_model
from keras_lateral.robustness.pruning.averages import hold_averages, release_averages
from keras_lateral.robustness.pruning.mask import PruningMask, is_pruned
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

    Only kernels of dense layers and convolutions are pruned, not biases or normalization. The
    model is changed in place: each pruned kernel gets a `PruningMask` as its constraint, together
    with the one it may have. The zeros hold in `fit` and `train_on_batch` with any Keras optimizer,
    and are saved and loaded with the model. To prune step by step, prune again at a higher
    sparsity; pruned weights never come back. Import `keras_lateral` before loading a saved model.

    Prune the model that is trained, not one nested in it, and compile it first if it averages
    its weights (`use_ema=True`): see `reapply_pruning`.

    Args:
        model: A built model, compiled or not. In subclassed models, layers are found among the
            attributes.
        sparsity: The share of zeros to reach in the chosen kernels, at least 0 and below 1;
            weights pruned before count.
        layers: A layer's name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to all dense layers and convolutions; with `structure="filters"`, to
            all convolutions.
        scope: `"global"`: that share of the weights of all layers together; `"layer"`: that share
            of each kernel.
        structure: `None` for single weights. `"filters"`: whole filters, the smallest by
            ||w_f||_2 / sqrt(weights of f), and `sparsity` is a share of filters. The largest
            filter of each kernel is never pruned. The bias of a filter stays, so its channel
            becomes constant but remains. A depthwise convolution has a filter for each channel.
            Filters of different layers differ in size for reasons of their own, as how they were
            initialized and that a normalization follows; `scope="layer"` compares none of these.

    Returns:
        The `Sparsity` of all kernels. The share reached can differ from `sparsity` by rounding, and
        with filters of different sizes.

    Raises:
        ValueError: If an argument is invalid, or a layer is not built or has no known kernel.

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
            f"Nothing was pruned: sparsity={sparsity} requires no further zeros. Of "
            f"{plan.weights:,} weights, {plan.pruned:,} are already held at zero.",
            UserWarning,
            stacklevel=2,
        )
        return sparsity_of(model)
    if plan.spared:
        advice = ' Use scope="layer" for the same share of each.' if scope == "global" else ""
        warnings.warn(
            f"Only the largest filter is left in each of {list(plan.spared)}: sparsity={sparsity} "
            f'with scope="{scope}" would take all of them, and nothing would pass.{advice}',
            UserWarning,
            stacklevel=2,
        )
    if plan.emptied():
        warnings.warn(
            f"Nothing is left of the kernels of {plan.emptied()}: sparsity={sparsity}, "
            f'scope="{scope}". Their outputs no longer depend on the image.',
            UserWarning,
            stacklevel=2,
        )
    _set_masks(plan)
    plan.set_to_zero()
    hold_averages(model)
    _trace_with_masks(model)
    return sparsity_of(model)


def reapply_pruning(model: keras.Model) -> Sparsity:
    """Sets the pruned weights to zero again, and also holds their averages at zero.

    Two things can overwrite pruned weights: values set from outside, as by `load_weights`; and an
    optimizer with `use_ema=True`, which at the end of `fit` replaces the weights by averages taken
    before the constraint acted. `prune` and this function make an existing optimizer keep the
    zeros; call this one after recompiling or loading the model.

    Args:
        model: A pruned model.

    Returns:
        The `Sparsity` of all kernels.

    Raises:
        ValueError: If the model has no pruned weights.

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
    kernels = _pruned_kernels(model)
    if not kernels:
        raise ValueError(f"Model {model.name!r} has no pruned weights. See `prune`.")
    PruningPlan(kernels, [kernel.weight.constraint.mask for kernel in kernels]).set_to_zero()
    hold_averages(model)
    _trace_with_masks(model)
    return sparsity_of(model)


def remove_pruning(model: keras.Model, layers: Choice | None = None) -> list[str]:
    """Lets pruned weights train again. They start from zero; earlier constraints remain.

    Args:
        model: A pruned model.
        layers: As for `prune`. Defaults to all layers.

    Returns:
        The names of the kernels that were held. If none was, there is a warning.

    Raises:
        ValueError: If `layers` matches no layer.

    Example:

    >>> import keras
    >>> from keras_lateral import prune, remove_pruning
    >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, name="dense")])
    >>> _ = prune(model, 0.5)
    >>> remove_pruning(model), model.get_layer("dense").kernel_constraint
    (['dense'], None)
    """
    synchronize(model)
    kernels = _pruned_kernels(model, layers)
    if not kernels:
        warn_of_nothing_to_remove(model, "pruned weights", layers)
        return []
    for kernel in kernels:
        _set_constraint(kernel, kernel.weight.constraint.beside)
    release_averages(model)
    _trace_with_masks(model)
    return [kernel.label for kernel in kernels]


def synchronize(model: Any) -> None:
    """Fetches the current weights on JAX, where `fit` keeps them to itself between batches."""
    if keras.config.backend() == "jax" and isinstance(model, keras.Model):
        model.jax_state_sync()


def _trace_with_masks(model: Any) -> None:
    """Makes the training function anew: masks are constants of the one that there is."""
    if not isinstance(model, keras.Model):
        return
    rebuild_compiled_functions(model)
    if is_pruned(model):
        keep_fresh_step(model)
    else:
        drop_fresh_step(model)


def _set_masks(plan: PruningPlan) -> None:
    for kernel, mask in zip(plan.kernels, plan.masks, strict=True):
        before = kernel.weight.constraint
        if mask.all():
            continue
        beside = before.beside if isinstance(before, PruningMask) else before
        _set_constraint(kernel, PruningMask(mask, beside))


def _set_constraint(kernel: LayerKernel, constraint: Any) -> None:
    setattr(kernel.layer, f"{kernel.name}_constraint", constraint)
    kernel.weight.constraint = constraint


def _pruned_kernels(model: keras.Model, layers: Choice | None = None) -> list[LayerKernel]:
    every = list(all_layers(model))
    chosen = every if layers is None else choose_layers(model, layers, every)
    return [
        kernel
        for kernel in kernels_of_model(model, chosen)
        if kernel.layer.built and isinstance(kernel.weight.constraint, PruningMask)
    ]
