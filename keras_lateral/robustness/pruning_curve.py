"""What pruning costs, from no weight to nearly all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.image_dataset import ImageDataset
from keras_lateral.models.class_probabilities import class_probabilities
from keras_lateral.models.layer_choice import Choice
from keras_lateral.robustness.prunable_kernels import count_weights
from keras_lateral.robustness.pruning import synchronize
from keras_lateral.robustness.pruning_curve_record import PruningCurve, PruningPoint
from keras_lateral.robustness.pruning_plan import pruning_plan
from keras_lateral.robustness.smallest_weights import PruningScope, PruningStructure

SPARSITIES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98)


def pruning_curve(
    model: keras.Model,
    data: ImageDataset | tuple[Any, Any],
    sparsities: Sequence[float] = SPARSITIES,
    *,
    layers: Choice | None = None,
    scope: PruningScope = "global",
    structure: PruningStructure = None,
) -> PruningCurve:
    """Returns a classifier's accuracy against its sparsity, without training on.

    Each sparsity is reached from the model as it is. Afterwards the model is what it was, to the
    bit, also when measuring fails.

    Args:
        model: A built model that returns one score for each class.
        data: An `ImageDataset`, of which the test images are used, or a pair `(x, y)` of images
            and integer labels of shape `(images,)`. Pixels as the model wants them.
        sparsities: Shares to prune, each at least 0 and below 1.
        layers: As for `prune`.
        scope: As for `prune`.
        structure: As for `prune`.

    Returns:
        A `PruningCurve`.

    Raises:
        ValueError: As `prune` does, or if there is no sparsity, or data do not fit the model.

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
            "Invalid value for argument `data`. Expected images, and as many integer labels of "
            f"shape (images,). Received: shapes {x.shape} and {y.shape}, labels of {y.dtype}"
        )
    if not len(sparsities):
        raise ValueError("Invalid value for argument `sparsities`. Expected one or more.")
    synchronize(model)
    plans = [pruning_plan(model, one, layers, scope, structure) for one in sparsities]
    weights, points = count_weights(model), []
    for sparsity, plan in zip(sparsities, plans, strict=True):
        with plan.for_a_while():
            right = class_probabilities(model, x).argmax(axis=1) == y
        share = plan.pruned / weights
        points.append(PruningPoint(float(sparsity), share, float(right.mean())))
    return PruningCurve(tuple(points), len(y), scope, structure, model.name)
