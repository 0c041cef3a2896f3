"""One training shared by several devices, on TensorFlow and JAX."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def shared_by(devices: int) -> Iterator[None]:
    """Shares each batch of what is built inside by so many devices; 0 leaves it to Keras.

    Raises:
        ValueError: If there are fewer devices, or the backend is neither TensorFlow nor JAX.
    """
    if not devices:
        yield
    elif keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        names = [device.name.removeprefix("/physical_device:") for device in _tensorflow_devices()]
        with tf.distribute.MirroredStrategy(_enough(names, devices)).scope():
            yield
    elif keras.backend.backend() == "jax":
        distribution = keras.distribution
        found = _enough(distribution.list_devices(), devices)
        before = distribution.distribution()
        distribution.set_distribution(distribution.DataParallel(devices=found))
        try:
            yield
        finally:
            distribution.set_distribution(before)
    else:
        raise ValueError(
            "Invalid value for `--devices`. Expected 0 on this backend, or the backends "
            f"tensorflow or jax. Received: {devices}, {keras.backend.backend()}"
        )


def _tensorflow_devices() -> list:
    import tensorflow as tf

    return tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")


def _enough(found: list[str], devices: int) -> list[str]:
    if len(found) < devices:
        raise ValueError(
            f"Invalid value for `--devices`. Expected at most {len(found)}, as there are: {found}. "
            f"Received: {devices}"
        )
    return found[:devices]
