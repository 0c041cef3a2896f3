"""Compares methods on one device and on several that share each training, in its own process.

python compared.py RESULT.npz DEVICES
"""

from __future__ import annotations

import os
import sys
from typing import Any
from unittest.mock import patch

if __name__ == "__main__":
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={sys.argv[2]}"

import keras
import numpy as np

from keras_lateral import Comparison, compare
from keras_lateral.comparison.devices import chosen
from tests.many_devices.one_process import split_the_processor
from tests.many_devices.trained_alike import Arrays, save_runs

METHODS = ["gradient_mask", "receptive_field_freeze", "mixup"]


def build_model() -> keras.Model:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Conv2D(4, 3, strides=2),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    return model


def images() -> Any:
    """Returns images whose last batch no even number of devices can divide equally."""
    random = np.random.default_rng(0)
    x = random.uniform(size=(28, 8, 8, 1)).astype("float32")
    y = np.arange(28) % 3
    return (x[:21], y[:21]), (x[21:], y[21:])


def compared(devices: str | None) -> Comparison:
    return compare(
        build_model,
        images(),
        METHODS,
        seeds=2,
        epochs=2,
        batch_size=8,
        devices=devices,
        progress=False,
    )


def arrays_of(comparison: Comparison) -> Arrays:
    return {
        f"{run.method}/{run.seed}": np.asarray(run.log_probabilities) for run in comparison.runs
    }


def main(path: str, devices: int) -> None:
    if keras.config.backend() == "tensorflow":
        split_the_processor(devices)
    kind = "CPU" if keras.config.backend() == "tensorflow" else "cpu"
    one = compared(None)
    seen = tuple(str(place) for place in range(devices))
    names = tuple(f"{kind}:{place}" for place in seen)
    with (
        patch.object(chosen, "gpus_seen", lambda: seen),
        patch.object(chosen, "backend_names", lambda places: names),
    ):
        together = compared("auto")
    for key in ("model_digest", "images_digest"):  # what decides which trainings are kept
        assert together.settings[key] == one.settings[key]
    assert together.settings["devices"] == "Each training on the GPUs 0, 1 together."
    assert "devices" not in one.settings
    save_runs(path, {"one": arrays_of(one), "together": arrays_of(together)})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
