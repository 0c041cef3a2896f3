"""Which weights of a model are pruned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.layer_kernels import LayerKernel
from keras_lateral.robustness.pruning.kernels import mask_of, prunable_kernels, values_of
from keras_lateral.robustness.pruning.smallest_weights import (
    HELD,
    PruningScope,
    PruningStructure,
    kept_units,
    sparing_the_largest,
    unit_magnitudes,
)


@dataclass(frozen=True, eq=False)
class PruningPlan:
    """The masks that kernels will get.

    Args:
        kernels: The kernels.
        masks: One array for each kernel, of its shape, true where a weight is kept.
        spared: Names of kernels that keep their largest filter only because it is their last.
    """

    kernels: list[LayerKernel]
    masks: list[np.ndarray]
    spared: tuple[str, ...] = ()

    @property
    def pruned(self) -> int:
        """The number of weights that are not kept."""
        return sum(int(mask.size - np.count_nonzero(mask)) for mask in self.masks)

    @property
    def weights(self) -> int:
        """The number of all weights."""
        return sum(mask.size for mask in self.masks)

    def changes(self) -> bool:
        """Returns whether any weight is pruned that is not held at zero already."""
        before = [mask_of(kernel) for kernel in self.kernels]
        return any(np.any(a != b) for a, b in zip(before, self.masks, strict=True))

    def emptied(self) -> list[str]:
        """Returns the names of kernels of which nothing is left."""
        pairs = zip(self.kernels, self.masks, strict=True)
        return [kernel.label for kernel, mask in pairs if not mask.any()]

    def set_to_zero(self) -> None:
        """Sets pruned weights to zero and leaves every other bit unchanged."""
        for kernel, mask in zip(self.kernels, self.masks, strict=True):
            kernel.weight.assign(np.where(mask, values_of(kernel), 0))

    @contextmanager
    def temporarily(self) -> Iterator[None]:
        """Prunes the weights within this context, and then restores them bit for bit."""
        before = [keras.ops.copy(kernel.weight.value) for kernel in self.kernels]
        try:
            self.set_to_zero()
            yield
        finally:
            for kernel, value in zip(self.kernels, before, strict=True):
                kernel.weight.assign(value)


def pruning_plan(
    model: keras.Model,
    sparsity: float,
    layers: Choice | None,
    scope: PruningScope,
    structure: PruningStructure,
) -> PruningPlan:
    """Returns the plan of `prune`, without carrying it out. Arguments are those of `prune`."""
    check_pruning(sparsity, scope, structure)
    kernels = prunable_kernels(model, layers, structure)
    before = [mask_of(kernel) for kernel in kernels]
    magnitudes = [
        unit_magnitudes(values_of(kernel), mask, kernel.geometry.kind_for(mask.shape), structure)
        for kernel, mask in zip(kernels, before, strict=True)
    ]
    kept, spared = kept_units(magnitudes, sparsity, scope), []
    if structure == "filters":  # a layer without any filter lets nothing pass
        unspared, some_left = kept, [np.any(array != HELD) for array in magnitudes]
        kept = kept_units([sparing_the_largest(a) for a in magnitudes], sparsity, scope)
        spared = [
            kernel.label
            for kernel, units, left in zip(kernels, unspared, some_left, strict=True)
            if left and not units.any()
        ]
    masks = [old & new for old, new in zip(before, kept, strict=True)]
    return PruningPlan(kernels, masks, tuple(spared))


def check_pruning(sparsity: Any, scope: Any, structure: Any) -> None:
    """Raises if one of these arguments of `prune` is invalid."""
    number = isinstance(sparsity, (int, float, np.number)) and not isinstance(sparsity, bool)
    if not number or not 0 <= sparsity < 1:
        raise ValueError(
            "Invalid value for argument `sparsity`. Expected a number of at least 0 and below 1. "
            f"Received: sparsity={sparsity!r}"
        )
    if scope not in ("global", "layer"):
        raise ValueError(
            "Invalid value for argument `scope`. Expected one of {'global', 'layer'}. "
            f"Received: scope={scope!r}"
        )
    if structure not in (None, "filters"):
        raise ValueError(
            "Invalid value for argument `structure`. Expected 'filters', or None for single "
            f"weights. Received: structure={structure!r}"
        )
