"""What pruning costs, from no weights to nearly all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.scores import predicted_classes
from keras_lateral.record import Record
from keras_lateral.robustness.pruning.kernels import count_weights
from keras_lateral.robustness.pruning.plan import pruning_plan
from keras_lateral.robustness.pruning.prune import synchronize
from keras_lateral.robustness.pruning.smallest_weights import PruningScope, PruningStructure
from keras_lateral.text import Column, Table, counted


@dataclass(frozen=True)
class PruningPoint:
    """A model's accuracy at one sparsity.

    Args:
        sparsity: The requested share of weights or filters.
        share: The share of pruned weights among those of all kernels, including layers that were
            not chosen, so that all curves of a model have the same axis.
        accuracy: The share of images classified correctly.

    Example:

    >>> from keras_lateral import PruningPoint
    >>> PruningPoint(sparsity=0.5, share=0.5, accuracy=0.75).to_dict()
    {'sparsity': 0.5, 'share': 0.5, 'accuracy': 0.75}
    """

    sparsity: float
    share: float
    accuracy: float

    def to_dict(self) -> dict[str, float]:
        """Returns all values by their names."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class PruningCurve(Record):
    """A model's accuracy against its sparsity, without further training, from `pruning_curve`.

    Args:
        points: One point for each sparsity, in the order of the sparsities.
        images: Number of images it was measured on.
        scope: As for `prune`.
        structure: As for `prune`.
        model: The model's name.

    Example:

    >>> from keras_lateral import PruningCurve, PruningPoint
    >>> points = (PruningPoint(0.0, 0.0, 0.9), PruningPoint(0.5, 0.5, 0.6))
    >>> curve = PruningCurve(points, images=100)
    >>> curve.accuracies
    (0.9, 0.6)
    >>> print(curve)
    accuracy of "model" pruned, without training on (100 images; scope global)
    sparsity  weights zero %  accuracy %
           0             0.0        90.0
         0.5            50.0        60.0
    """

    points: tuple[PruningPoint, ...]
    images: int
    scope: str = "global"
    structure: str | None = None
    model: str = "model"

    @property
    def sparsities(self) -> tuple[float, ...]:
        """The requested sparsities."""
        return tuple(point.sparsity for point in self.points)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """The accuracy at each of them."""
        return tuple(point.accuracy for point in self.points)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        points = [point.to_dict() for point in self.points]
        return {**asdict(self), "points": points}

    def _blocks(self) -> list[Table | str]:
        structure = "" if self.structure is None else f", structure {self.structure}"
        title = (
            f'accuracy of "{self.model}" pruned, without training on '
            f"({self.images:,} images; scope {self.scope}{structure})"
        )
        rows = [
            (f"{point.sparsity:g}", f"{100 * point.share:.1f}", f"{100 * point.accuracy:.1f}")
            for point in self.points
        ]
        return [Table(COLUMNS, rows, above=(title,))]

    def _summary(self) -> str:
        measured = f"{counted(len(self.points), 'point')}, {counted(self.images, 'image')}"
        if not self.points:
            return measured
        first, last = 100 * self.accuracies[0], 100 * self.accuracies[-1]
        return f"accuracy {first:.1f} to {last:.1f} %, {measured}"


COLUMNS = (Column("sparsity", width=8), Column("weights zero %"), Column("accuracy %"))

SPARSITIES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98)


@reads_scores
def pruning_curve(
    model: keras.Model,
    data: ImageDataset | tuple[Any, Any],
    sparsities: Sequence[float] = SPARSITIES,
    *,
    layers: Choice | None = None,
    scope: PruningScope = "global",
    structure: PruningStructure = None,
    model_returns: ModelReturns | None = None,
) -> PruningCurve:
    """Returns a classifier's accuracy against its sparsity, without further training.

    Each sparsity is reached from the original model. Afterwards the model is restored, bit for
    bit, even if measuring fails.

    Args:
        model: A built model that returns one score for each class.
        data: An `ImageDataset`, of which the test images are used, or a pair `(x, y)` of images
            and integer labels of shape `(images,)`. Pixels must be as the model expects them.
        sparsities: Shares to prune, each at least 0 and below 1.
        layers: As for `prune`.
        scope: As for `prune`.
        structure: As for `prune`.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `PruningCurve`.

    Raises:
        ValueError: As for `prune`, or if there is no sparsity, or the data do not fit the model.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import pruning_curve
    >>> flatten, dense = keras.layers.Flatten(), keras.layers.Dense(2)
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), flatten, dense])
    >>> data = np.ones((4, 2, 2, 1), "float32"), np.array([0, 1, 0, 1])
    >>> pruning_curve(model, data, sparsities=(0, 0.5)).accuracies
    (0.5, 0.5)
    """
    x, y = (data.x_test, data.y_test) if isinstance(data, ImageDataset) else data
    x, y = np.asarray(x, "float32"), np.asarray(y)
    if not len(y) or y.shape != x.shape[:1] or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(
            "Invalid value for argument `data`. Expected images and as many integer labels of "
            f"shape (images,). Received: shapes {x.shape} and {y.shape}, labels of {y.dtype}"
        )
    if not len(sparsities):
        raise ValueError(
            "Invalid value for argument `sparsities`. Expected one or more. "
            f"Received: sparsities={sparsities!r}"
        )
    synchronize(model)
    plans = [pruning_plan(model, sparsity, layers, scope, structure) for sparsity in sparsities]
    weights, points = count_weights(model), []
    for sparsity, plan in zip(sparsities, plans, strict=True):
        with plan.temporarily():
            right = predicted_classes(model, x) == y
        share = plan.pruned / weights
        points.append(PruningPoint(float(sparsity), share, float(right.mean())))
    return PruningCurve(tuple(points), len(y), scope, structure, model.name)
