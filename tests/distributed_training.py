"""Trains masked models on one device and on two, in a process of its own.

    python distributed_training.py RESULT.npz

The number of devices is decided before a backend starts, and TensorFlow tolerates one strategy a
process; so tests run this file and read the weights it leaves.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import numpy as np

from keras_lateral import GradientMask, GradientMaskConv2D

SETTINGS: dict[str, dict[str, Any]] = {
    "all": {"scope": "all", "threshold": 0.4, "threshold_mode": "max"},
    "weights": {"scope": "weights", "threshold": 0.4, "threshold_mode": "max"},
    "absolute": {"scope": "all", "threshold": 2e-4, "threshold_mode": "absolute"},
    "off": {"scope": "all", "enabled": False},
}


def two_devices() -> AbstractContextManager[Any]:
    """Returns the scope in which a model is built for two devices."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        names = [device.name for device in tf.config.list_logical_devices("CPU")]
        return tf.distribute.MirroredStrategy(names).scope()
    devices = keras.distribution.list_devices("cpu")
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    return nullcontext()


def split_the_processor() -> None:
    """Makes two devices of the processor; for JAX an environment variable has done so."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        (cpu,) = tf.config.list_physical_devices("CPU")
        half = tf.config.LogicalDeviceConfiguration()
        tf.config.set_logical_device_configuration(cpu, [half, half])


def replicas() -> int:
    """Returns how many devices share a batch here."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        return int(tf.distribute.get_strategy().num_replicas_in_sync)
    distribution = keras.distribution.distribution()
    return 1 if distribution is None else int(distribution.device_mesh.shape[0])


def train(settings: dict[str, Any]) -> list[np.ndarray]:
    """Four steps with batches of eight; returns the weights."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            GradientMaskConv2D(4, 3, activation="relu", sigma=0.8, feature_sets=2, **settings),
            GradientMaskConv2D(4, 3, padding="same", sigma=0.8, **settings),
            GradientMask(sigma=0.8, threshold=0.3, enabled=settings.get("enabled", True)),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    # Without compilation JAX takes ten times as long; with it, Keras fails under TensorFlow's
    # strategies.
    compiled = keras.config.backend() == "jax"
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    model.compile(optimizer, "mean_squared_error", jit_compile=compiled)
    random = np.random.default_rng(0)
    x = random.normal(size=(16, 6, 6, 2)).astype("float32")
    y = random.normal(size=(16, 3)).astype("float32")
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [np.array(weight) for weight in model.get_weights()]


def main(path: str) -> None:
    split_the_processor()
    shared_by = [replicas()]
    results = {f"one-{name}": train(settings) for name, settings in SETTINGS.items()}
    with two_devices():
        shared_by.append(replicas())
        results |= {f"two-{name}": train(settings) for name, settings in SETTINGS.items()}
    arrays = {f"{key}-{i}": w for key, ws in results.items() for i, w in enumerate(ws)}
    np.savez(path, shared_by=shared_by, **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
