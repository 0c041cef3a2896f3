"""Accuracy and calibration error equal those of torchmetrics, where it is installed."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from keras_lateral import calibration_error, evaluate


def probabilities(images: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(classes)
    p = rng.dirichlet(np.full(classes, 0.4), images).astype("float32")
    return p, np.where(
        rng.random(images) < 0.6, p.argmax(axis=1), rng.integers(classes, size=images)
    )


@pytest.mark.home
@pytest.mark.parametrize("bins", [5, 15, 40])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_calibration_error_is_that_of_torchmetrics(classes, bins):
    functional = pytest.importorskip("torchmetrics.functional.classification")
    torch = pytest.importorskip("torch")
    p, y = probabilities(500, classes)
    theirs = functional.multiclass_calibration_error(
        torch.tensor(p), torch.tensor(y), num_classes=classes, n_bins=bins, norm="l1"
    )
    np.testing.assert_allclose(calibration_error(p, y, bins=bins), float(theirs), atol=1e-6)


def test_the_accuracy_of_a_model_is_that_of_torchmetrics():
    functional = pytest.importorskip("torchmetrics.functional.classification")
    torch = pytest.importorskip("torch")
    p, y = probabilities(60, 4)
    model = keras.Sequential([keras.Input((1, 4, 1)), keras.layers.Flatten()])
    theirs = functional.multiclass_accuracy(
        torch.tensor(p), torch.tensor(y), num_classes=4, average="micro"
    )
    found = evaluate(model, (p[:, None, :, None], y), model_returns="probabilities")
    np.testing.assert_allclose(found.accuracy, float(theirs), atol=1e-6)
