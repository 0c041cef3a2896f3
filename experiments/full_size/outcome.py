"""What a trained network is worth: which test images it gets right, and how surprised it is."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from experiments.full_size.as_text import packed
from experiments.full_size.images import Images
from experiments.full_size.stream import StreamedImages


def outcome(
    model: keras.Model, data: Images | StreamedImages, detailed: bool = False
) -> dict[str, Any]:
    """Returns `test_accuracy`, `test_loss`, `train_accuracy` (of as many images) and `right`.

    `right` holds a bit for each test image. A network whose training has diverged gets none right.
    Of images that are read as they are trained on, the training accuracy is NaN. In detail there
    is also `taken_for`: the classes of the test images that are wrong, in their order.
    """
    p, y = _tested(model, data)
    right = _right(p, y)
    known = np.isfinite(p).all(-1)
    of_true = np.where(known, p[np.arange(len(p)), y], 1 / data.classes)
    trained = [
        probabilities(model, x_trained).argmax(-1) == y_trained
        for x_trained, y_trained in data.trained_part(len(y))
    ]
    details = {"taken_for": p[~right].argmax(-1).tolist()} if detailed else {}
    return {
        "test_accuracy": float(right.mean()),
        "test_loss": float(-np.log(np.maximum(of_true, 1e-12)).mean()),
        "train_accuracy": float(np.mean(trained)) if trained else float("nan"),
        "diverged": bool(not known.all()),
        "images": len(right),
        "right": packed(right),
        **details,
    }


def errors(model: keras.Model, data: Images | StreamedImages) -> int:
    """Returns how many test images a network gets wrong."""
    return int((~_right(*_tested(model, data))).sum())


def _tested(model: keras.Model, data: Images | StreamedImages) -> tuple[np.ndarray, np.ndarray]:
    """Returns the classes' probabilities of the test images, and their labels."""
    tested = [(probabilities(model, np.asarray(x)), np.asarray(y)) for x, y in data.test_batches()]
    p, y = (np.concatenate(parts) for parts in zip(*tested, strict=True))
    return p, y


def _right(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.isfinite(p).all(-1) & (np.nan_to_num(p).argmax(-1) == y)


def probabilities(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Returns the probabilities of the classes, of a network that returns logits."""
    logits = np.asarray(model.predict(x, batch_size=250, verbose=0), "float64")
    logits = np.exp(logits - logits.max(-1, keepdims=True))
    return logits / logits.sum(-1, keepdims=True)
