"""The images of the course, and how long to train: everything, or a taste of it in seconds."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets import ImageDataset, load_images

TASTE = os.environ.get("LECTURE") == "taste"
"""With `LECTURE=taste` in the environment the notebooks run in seconds, on few small digits."""


def handwritten_digits() -> ImageDataset:
    """Returns MNIST with pixels divided by 255, as the lecture does.

    It is read from the folder that `KERAS_LATERAL_DATA` names, or downloaded. For a taste the
    digits are scikit-learn's instead, each pixel enlarged to three by three.
    """
    if not TASTE:
        return load_images("mnist").scaled()
    few = load_images("digits").subset(20, test_per_class=10).scaled()
    return replace(few, x_train=enlarged(few.x_train), x_test=enlarged(few.x_test))


def enlarged(x: np.ndarray, times: int = 3) -> np.ndarray:
    """Returns images whose pixels are squares of so many pixels."""
    return x.repeat(times, axis=1).repeat(times, axis=2)


def epochs(wanted: int) -> int:
    """Returns how many epochs to train: as many as wanted, or a taste."""
    return min(wanted, 2) if TASTE else wanted


class CountErrors(keras.callbacks.Callback):
    """Counts the errors on some images after every epoch, in `errors`."""

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__()
        self.x, self.y = x, y
        self.errors: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        taken_for = self.model.predict(self.x, batch_size=1000, verbose=0).argmax(-1)
        self.errors.append(int((taken_for != self.y).sum()))
