"""How sparse a model is."""

from __future__ import annotations

import keras
import numpy as np

from keras_lateral.models.layer_choice import Choice
from keras_lateral.models.layer_kernels import LayerKernel
from keras_lateral.robustness.prunable_kernels import mask_of, prunable_kernels, values_of
from keras_lateral.robustness.smallest_weights import axes_within_filters
from keras_lateral.robustness.sparsity_record import LayerSparsity, Sparsity


def sparsity_of(model: keras.Model, layers: Choice | None = None) -> Sparsity:
    """Returns how many weights of a model's kernels are zero, whoever made them so.

    Biases, normalization, embeddings and recurrent layers are not counted.

    Args:
        model: A built model. Of subclassed models, layers are found among the attributes.
        layers: A layer's name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to all dense layers and convolutions.

    Returns:
        A `Sparsity`, with an entry for each kernel.

    Raises:
        ValueError: If there is no such layer, or it is not built.

    Example:

    >>> import keras
    >>> from keras_lateral import sparsity_of
    >>> dense = keras.layers.Dense(2, kernel_initializer=keras.initializers.Identity())
    >>> sparsity_of(keras.Sequential([keras.Input((4,)), dense])).share
    0.75
    """
    kernels = prunable_kernels(model, layers)
    return Sparsity(tuple(map(_layer_sparsity, kernels)), model.name)


def _layer_sparsity(kernel: LayerKernel) -> LayerSparsity:
    zero = values_of(kernel) == 0
    within = axes_within_filters(zero.ndim, kernel.geometry.kind_for(zero.shape))
    zero_filters = zero.all(axis=within)
    return LayerSparsity(
        name=kernel.label,
        weights=zero.size,
        zeros=int(np.count_nonzero(zero)),
        held=int(np.count_nonzero(~mask_of(kernel))),
        filters=zero_filters.size,
        zero_filters=int(np.count_nonzero(zero_filters)),
    )
