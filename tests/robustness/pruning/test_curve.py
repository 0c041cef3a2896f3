"""Every point is what `Pruned` measures, and the model is restored."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import Pruned, pruning_curve
from keras_lateral.datasets import ImageDataset
from tests.robustness.pruning.test_condition import X, Y, new_model


def test_points_agree_with_the_condition_at_these_sparsities() -> None:
    model = new_model()
    before = model.get_weights()
    sparsities = (0.9, 0, 0.5)
    curve = pruning_curve(model, (X, Y), sparsities, scope="layer", layers=["conv", "dense"])
    for point, sparsity in zip(curve.points, sparsities, strict=True):
        result = Pruned(sparsity, scope="layer").measure(model, X, Y, (0, 1))
        assert point.accuracy == result.accuracy
        assert point.share == result.details["zeros"] / result.details["weights"]
        assert point.sparsity == sparsity
    for after, original in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(after, original)
    assert (curve.scope, curve.structure, curve.images) == ("layer", None, 64)


def test_shares_are_of_all_kernels_whichever_were_chosen() -> None:
    curve = pruning_curve(new_model(), (X, Y), [0.5], structure="filters")
    assert curve.points[0].share == (2 * 9) / (4 * 9 + 2 * 2 * 4 * 3)
    result = Pruned(0.5, structure="filters").measure(new_model(), X, Y, (0, 1))
    assert result.details == {"zeros": 18, "weights": 84}


def test_the_test_images_of_a_dataset_are_used() -> None:
    data = ImageDataset("noise", X[:8], Y[:8], X[8:], Y[8:], ("a", "b", "c"), max_value=1.0)
    model = new_model()
    curve = pruning_curve(model, data, [0.5])
    assert curve == pruning_curve(model, (X[8:], Y[8:]), [0.5])


@pytest.mark.parametrize(
    ("data", "sparsities", "message"),
    [
        ((X, Y[:5]), [0.5], "`data`. Expected images and as many integer labels"),
        ((X, Y / 2), [0.5], "`data`"),
        ((X, Y), [], "`sparsities`. Expected one or more"),
        ((X, Y), [0.5, 1], "`sparsity`. Expected a number of at least 0"),
    ],
)
def test_invalid_arguments_are_refused(data: Any, sparsities: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pruning_curve(new_model(), data, sparsities)


def test_a_model_that_does_not_return_scores_is_refused() -> None:
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match="one score for each"):
        pruning_curve(model, (X, Y), [0.5])
