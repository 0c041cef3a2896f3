"""Pruning as a condition under which a model is tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.scores import predicted_classes
from keras_lateral.robustness.condition import ConditionResult, ValueRange
from keras_lateral.robustness.pruning.kernels import count_weights
from keras_lateral.robustness.pruning.plan import check_pruning, pruning_plan
from keras_lateral.robustness.pruning.prune import synchronize
from keras_lateral.robustness.pruning.smallest_weights import PruningScope, PruningStructure


@dataclass(frozen=True)
class Pruned:
    """Accuracy with the smallest weights set to zero, without further training.

    Afterwards the model is restored, bit for bit, even if measuring fails.

    Args:
        sparsity: The share of zeros, at least 0 and below 1, as for `prune`.
        scope: `"global"` or `"layer"`, as for `prune`.
        structure: `None` for single weights, `"filters"` for whole filters.
        layers: Names of the layers to prune. Defaults to those of `prune`.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import Pruned
    >>> flatten, dense = keras.layers.Flatten(), keras.layers.Dense(2)
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), flatten, dense])
    >>> x, y = np.ones((4, 2, 2, 1), "float32"), np.array([0, 1, 0, 1])
    >>> result = Pruned(0.75).measure(model, x, y, value_range=(0, 1))
    >>> result.name, result.accuracy, result.details["zeros"]
    ('pruned-0.75', 0.5, 6)
    """

    sparsity: float
    scope: PruningScope = "global"
    structure: PruningStructure = None
    layers: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        check_pruning(self.sparsity, self.scope, self.structure)

    @property
    def name(self) -> str:
        """A name such as `"pruned-0.8"` or `"pruned-0.8-layer-filters"`."""
        scope = "" if self.scope == "global" else f"-{self.scope}"
        structure = "" if self.structure is None else f"-{self.structure}"
        layers = "" if self.layers is None else "-" + "+".join(self.layers)
        return f"pruned-{self.sparsity:g}{scope}{structure}{layers}"

    def settings(self) -> dict[str, Any]:
        """Returns all that is needed to measure it again."""
        return {
            "sparsity": float(self.sparsity),
            "scope": self.scope,
            "structure": self.structure,
            "layers": None if self.layers is None else list(self.layers),
        }

    def measure(
        self, model: keras.Model, x: np.ndarray, y: np.ndarray, value_range: ValueRange
    ) -> ConditionResult:
        """Measures a model. See `Condition.measure`."""
        layers = None if self.layers is None else list(self.layers)
        synchronize(model)
        plan = pruning_plan(model, self.sparsity, layers, self.scope, self.structure)
        with plan.temporarily():
            right = predicted_classes(model, x) == y
        return ConditionResult(
            name=self.name,
            accuracy=float(right.mean()),
            images=len(y),
            settings=self.settings(),
            details={"zeros": plan.pruned, "weights": count_weights(model)},
        )
