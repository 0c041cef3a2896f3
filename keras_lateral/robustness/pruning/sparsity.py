"""How sparse a model is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.layer_kernels import LayerKernel
from keras_lateral.robustness.pruning.kernels import mask_of, prunable_kernels, values_of
from keras_lateral.robustness.pruning.smallest_weights import axes_within_filters
from keras_lateral.text import Table, columns_of

COLUMNS = ("layer", "weights", "zero", "%", "held", "filters", "zero")


@dataclass(frozen=True)
class LayerSparsity:
    """How many weights of one kernel are zero.

    Args:
        name: The layer's name; for separable convolutions `"name/depthwise"`, `"name/pointwise"`.
        weights: Number of weights of the kernel.
        zeros: Number of weights that are zero.
        held: Number of weights that are held at zero while the model trains.
        filters: Number of filters, one for each channel of the output.
        zero_filters: Number of filters all of whose weights are zero.
        written_over: How many of those that are held are not zero now, since weights were set
            after pruning: the next training step or `reapply_pruning` sets them to zero again.

    Example:

    >>> from keras_lateral import LayerSparsity
    >>> LayerSparsity("conv", weights=8, zeros=2, held=2, filters=2, zero_filters=0).share
    0.25
    """

    name: str
    weights: int
    zeros: int
    held: int
    filters: int
    zero_filters: int
    written_over: int = 0

    @property
    def share(self) -> float:
        """The share of weights that are zero."""
        return self.zeros / self.weights if self.weights else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {**asdict(self), "share": self.share}


@dataclass(frozen=True, repr=False)
class Sparsity(NamedEntries[LayerSparsity]):
    """How many weights of a model's kernels are zero, as returned by `sparsity_of`.

    Args:
        layers: One entry for each kernel, in the model's order.
        model: The model's name.

    Example:

    >>> from keras_lateral import LayerSparsity, Sparsity
    >>> conv = LayerSparsity("conv", weights=8, zeros=4, held=4, filters=2, zero_filters=1)
    >>> sparsity = Sparsity((conv,), model="small")
    >>> sparsity.share, sparsity["conv"].zero_filters
    (0.5, 1)
    >>> print(sparsity)
    "small": 4 of 8 kernel weights are zero, 50.0 %
    layer  weights  zero     %  held  filters  zero
    conv         8     4  50.0     4        2     1
    """

    layers: tuple[LayerSparsity, ...]
    model: str = "model"

    @property
    def weights(self) -> int:
        """Number of weights of all kernels."""
        return sum(layer.weights for layer in self.layers)

    @property
    def zeros(self) -> int:
        """Number of these weights that are zero."""
        return sum(layer.zeros for layer in self.layers)

    @property
    def share(self) -> float:
        """The share of weights that are zero."""
        return self.zeros / self.weights if self.weights else 0.0

    _kind = "kernel"

    def _entries(self) -> tuple[LayerSparsity, ...]:
        return self.layers

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        return {
            "model": self.model,
            "weights": self.weights,
            "zeros": self.zeros,
            "share": self.share,
            "layers": [layer.to_dict() for layer in self.layers],
        }

    def _blocks(self) -> list[Table | str]:
        title = (
            f'"{self.model}": {self.zeros:,} of {self.weights:,} kernel weights are zero, '
            f"{100 * self.share:.1f} %"
        )
        return [Table(columns_of(COLUMNS), [_row(layer) for layer in self.layers], above=(title,))]

    def _summary(self) -> str:
        zero = f"{self.zeros:,} of {self.weights:,} weights zero"
        return f"{zero}, {100 * self.share:.1f} %, model {self.model!r}"


def _row(one: LayerSparsity) -> tuple[str, ...]:
    counts = (one.held, one.filters, one.zero_filters)
    share = f"{100 * one.share:.1f}"
    return (one.name, f"{one.weights:,}", f"{one.zeros:,}", share, *(f"{n:,}" for n in counts))


def sparsity_of(model: keras.Model, layers: Choice | None = None) -> Sparsity:
    """Returns how many weights of a model's kernels are zero, for whatever reason.

    Biases, normalization, embeddings and recurrent layers are not counted.

    Args:
        model: A built model. In subclassed models, layers are found among the attributes.
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
    return Sparsity(tuple(map(layer_sparsity, kernels)), model.name)


def layer_sparsity(kernel: LayerKernel) -> LayerSparsity:
    """Returns how many weights of one kernel are zero, and how many are held there."""
    zero = values_of(kernel) == 0
    within = axes_within_filters(zero.ndim, kernel.geometry.kind_for(zero.shape))
    zero_filters = zero.all(axis=within)
    return LayerSparsity(
        name=kernel.label,
        weights=zero.size,
        zeros=int(np.count_nonzero(zero)),
        held=int(np.count_nonzero(~mask_of(kernel))),
        written_over=int(np.count_nonzero(~(mask_of(kernel) | zero))),
        filters=zero_filters.size,
        zero_filters=int(np.count_nonzero(zero_filters)),
    )
