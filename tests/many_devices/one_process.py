"""Trains with everything on one device and on several, in its own process.

    python one_process.py RESULT.npz KIND DEVICES

The kind is `data`, where each device has the whole model, or `model`, where four devices share
its kernels in pairs. The number of devices is decided before a backend starts.
"""

from __future__ import annotations

import os
import sys
from typing import Any

if __name__ == "__main__":
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={sys.argv[3]}"

import keras
import numpy as np

from tests.many_devices.trained_alike import (
    PENALIZED,
    Arrays,
    a_mask,
    maps_and_gradient,
    masked_gradient,
    model_with_everything,
    train,
    train_pruned,
)


def split_the_processor(devices: int) -> list[str]:
    """Returns the names of as many parts of the processor on TensorFlow."""
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    part = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(cpu, [part] * devices)
    return [device.name for device in tf.config.list_logical_devices("CPU")]


def on_tensorflow(devices: int) -> dict[str, Arrays]:
    """Trains on one device, and with `MirroredStrategy`."""
    import tensorflow as tf

    def gradient_of(function: Any, maps: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(maps)
            result = function(maps)
        return tape.gradient(result, maps)

    @tf.function
    def gradient(maps: Any, upstream: Any) -> Any:
        return masked_gradient(mask, maps, upstream, gradient_of)

    names, mask = split_the_processor(devices), a_mask()
    one, one_pruned = train(model_with_everything()), train_pruned()
    maps, upstream = map(tf.constant, maps_and_gradient())
    one["gradient"] = gradient(maps, upstream).numpy()
    strategy = tf.distribute.MirroredStrategy(names)
    with strategy.scope():
        model = model_with_everything()
        pruned = train_pruned()
    several = train(model)
    size = len(maps) // devices

    def part(array: Any) -> Any:
        return strategy.experimental_distribute_values_from_function(
            lambda context: array[context.replica_id_in_sync_group * size :][:size]
        )

    found = strategy.run(gradient, args=(part(maps), part(upstream)))
    several["gradient"] = np.concatenate([np.array(part) for part in found.values])
    several["devices"] = np.array(strategy.num_replicas_in_sync)
    return {"one": one, "several": several, "one pruned": one_pruned, "pruned": pruned}


def on_jax(kind: str) -> dict[str, Arrays]:
    """Trains on one device, and with `DataParallel` or `ModelParallel`."""
    import jax

    @jax.jit
    def gradient(maps: Any, upstream: Any) -> Any:
        return masked_gradient(mask, maps, upstream, lambda f, maps: jax.grad(f)(maps))

    mask, one = a_mask(), train(model_with_everything())
    one_pruned = train_pruned()
    arrays = maps_and_gradient()
    one["gradient"] = np.array(gradient(*arrays))
    distribution = parallel(kind)
    keras.distribution.set_distribution(distribution)
    model = model_with_everything()
    several, pruned = train(model), train_pruned()
    layout = distribution.get_data_layout(arrays[0].shape)
    shared = [keras.distribution.distribute_tensor(array, layout) for array in arrays]
    several["gradient"] = np.array(gradient(*shared))
    several["devices"] = np.array(len(shared[0].sharding.device_set))
    kernel = model.get_layer("soft").kernel.value
    several["share"] = np.array(kernel.addressable_shards[0].data.shape)
    return {"one": one, "several": several, "one pruned": one_pruned, "pruned": pruned}


def parallel(kind: str) -> Any:
    """Returns a distribution over all devices; `model` divides kernels by their channels."""
    distribution = keras.distribution
    devices = distribution.list_devices("cpu")
    if kind == "data":
        return distribution.DataParallel(devices=devices)
    mesh = distribution.DeviceMesh((len(devices) // 2, 2), ["batch", "channels"], devices)
    layout = distribution.LayoutMap(mesh)
    layers = "|".join(PENALIZED)
    layout[f".*({layers})/kernel"] = (None, None, None, "channels")
    layout[f".*({layers})/bias"] = ("channels",)
    return distribution.ModelParallel(layout_map=layout, batch_dim_name="batch")


def main(path: str, kind: str, devices: int) -> None:
    tensorflow = keras.config.backend() == "tensorflow"
    runs = on_tensorflow(devices) if tensorflow else on_jax(kind)
    np.savez(
        path, **{f"{run}/{name}": a for run, found in runs.items() for name, a in found.items()}
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
