"""Searches with keras-tuner on one device and with a strategy of TensorFlow, in its own process.

python searched.py RESULT.npz DEVICES
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

import keras
import numpy as np

from keras_lateral import FrameRegularizer, GradientMaskConv2D
from tests.many_devices.one_process import split_the_processor
from tests.many_devices.trained_alike import Arrays, images_and_targets, save_runs


def build(hp: Any) -> keras.Model:
    """Returns a model whose mask and penalty are searched."""
    keras.utils.set_random_seed(0)
    frame = FrameRegularizer(1.0, 1.0, factor=hp.Float("factor", 1e-3, 1e-1), seed=3)
    sigma = hp.Float("sigma", 0.5, 1.5)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 4)),
            GradientMaskConv2D(4, 3, sigma=sigma, threshold=0.5, kernel_regularizer=frame),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    model.compile(keras.optimizers.SGD(0.02), "mse", jit_compile=False)
    return model


def searched(strategy: Any = None) -> Arrays:
    """Returns the values that two trials tried, and how well they did."""
    import keras_tuner

    x, y = images_and_targets()
    with tempfile.TemporaryDirectory() as folder:
        search = keras_tuner.RandomSearch(
            build,
            objective=keras_tuner.Objective("loss", "min"),
            max_trials=2,
            seed=5,
            distribution_strategy=strategy,
            directory=folder,
        )
        search.search(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        trials = search.oracle.trials.values()
        tried = [[*trial.hyperparameters.values.values(), trial.score] for trial in trials]
    return {"tried": np.array(tried)}


def main(path: str, devices: int) -> None:
    import tensorflow as tf

    names = split_the_processor(devices)
    one = searched()
    save_runs(path, {"one": one, "several": searched(tf.distribute.MirroredStrategy(names))})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
