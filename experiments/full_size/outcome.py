"""What a trained network is worth: which test images it gets right, and how surprised it is."""

from __future__ import annotations

import base64
from typing import Any

import keras
import numpy as np

from experiments.full_size.images import Images
from experiments.full_size.stream import StreamedImages


def outcome(model: keras.Model, data: Images) -> dict[str, Any]:
    """Returns `test_accuracy`, `test_loss`, `train_accuracy` (of as many images) and `right`.

    `right` holds a bit for each test image. A network whose training has diverged gets none right.
    """
    trained = slice(len(data.x_test))
    train = probabilities(model, data.x_train[trained]).argmax(-1) == data.y_train[trained]
    return _outcome(probabilities(model, data.x_test), data.y_test, float(train.mean()))


def streamed_outcome(model: keras.Model, data: StreamedImages) -> dict[str, Any]:
    """Returns the same for images that are read as they are tested; none that was trained on."""
    p, labels = [], []
    for x, y in data.test_batches():
        p.append(probabilities(model, np.asarray(x)))
        labels.append(np.asarray(y))
    return _outcome(np.concatenate(p), np.concatenate(labels), float("nan"))


def _outcome(p: np.ndarray, y: np.ndarray, train_accuracy: float) -> dict[str, Any]:
    known = np.isfinite(p).all(-1)
    right = known & (np.nan_to_num(p).argmax(-1) == y)
    of_true = np.where(known, p[np.arange(len(p)), y], 1 / p.shape[-1])
    return {
        "test_accuracy": float(right.mean()),
        "test_loss": float(-np.log(np.maximum(of_true, 1e-12)).mean()),
        "train_accuracy": train_accuracy,
        "diverged": bool(not known.all()),
        "images": len(right),
        "right": packed(right),
    }


def probabilities(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Returns the probabilities of the classes, of a network that returns logits."""
    logits = np.asarray(model.predict(x, batch_size=250, verbose=0), "float64")
    logits = np.exp(logits - logits.max(-1, keepdims=True))
    return logits / logits.sum(-1, keepdims=True)


def packed(right: np.ndarray) -> str:
    """Returns bits as text."""
    return base64.b64encode(np.packbits(right).tobytes()).decode("ascii")


def unpacked(text: str, images: int) -> np.ndarray:
    """Returns the bits that `packed` was called on, one for each image."""
    return np.unpackbits(np.frombuffer(base64.b64decode(text), "uint8"), count=images) == 1
