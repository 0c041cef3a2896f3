"""Trains with masks, penalties, freezes and pruning on one device and on two, in its own process.

    python distributed_training.py RESULT.npz

The number of devices is decided before a backend starts, and TensorFlow tolerates one strategy a
process; so tests run this file and read the weights it leaves.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

from keras_lateral import (
    CosineLearningRate,
    FrameRegularizer,
    GradientMask,
    GradientMaskConv2D,
    ReceptiveFieldFreeze,
    apply_gradient_mask,
    attach_regularizer,
    find_gradient_masks,
    find_regularizers,
    minimize_sharpness,
    prune,
)

SETTINGS: dict[str, dict[str, Any]] = {
    "all": {"scope": "all", "threshold": 0.4, "threshold_mode": "max"},
    "weights": {"scope": "weights", "threshold": 0.4, "threshold_mode": "max"},
    "absolute": {"scope": "all", "threshold": 2e-4, "threshold_mode": "absolute"},
    "off": {"scope": "all", "enabled": False},
}


REGULARIZERS: dict[str, dict[str, Any]] = {"penalty": {}, "lazy": {"every": 2, "rows": 1}}


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
    """Splits the processor into two devices; for JAX an environment variable does so."""
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


def images_and_targets() -> tuple[np.ndarray, np.ndarray]:
    """Returns two batches of eight, the same for every model."""
    random = np.random.default_rng(0)
    x = random.normal(size=(16, 6, 6, 2)).astype("float32")
    return x, random.normal(size=(16, 3)).astype("float32")


def train(settings: dict[str, Any]) -> list[np.ndarray]:
    """Trains four steps with batches of eight; returns the weights."""
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
    x, y = images_and_targets()
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [np.array(weight) for weight in model.get_weights()]


def model_to_mask() -> keras.Model:
    """Returns a compiled model without masks."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.ReLU(name="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    compiled = keras.config.backend() == "jax"
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse", jit_compile=compiled)
    return model


def train_masked_later(model: keras.Model) -> list[np.ndarray]:
    """Masks a model outside the scope that it was made in, and returns its trained weights."""
    apply_gradient_mask(model, [keras.layers.Conv2D, "relu"], threshold=1.0)
    x, y = images_and_targets()
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [np.array(weight) for weight in model.get_weights()]


def is_on_each_device(model: keras.Model) -> bool:
    """Returns whether the settings of a model's masks are kept by every replica."""
    if keras.config.backend() != "tensorflow":
        return True
    import tensorflow as tf

    masks = find_gradient_masks(model).values()
    states = [variable.value for mask in masks for variable in mask.variables]
    return len(states) == 2 and all(isinstance(x, tf.distribute.DistributedValues) for x in states)


def a_regularizer(**settings: Any) -> FrameRegularizer:
    """Returns a regularizer whose bounds every small kernel violates, with a fixed seed."""
    return FrameRegularizer(1.0, 1.0, **{"factor": 1e-2, "seed": 3, **settings})


class Doubles(keras.callbacks.Callback):
    """Makes all penalties of a model twice as strong after each epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for penalty in find_regularizers(self.model).values():
            penalty.factor = 2 * penalty.factor


def train_regularized(regularizer: FrameRegularizer) -> list[np.ndarray]:
    """Trains six steps, in three epochs, with one regularizer given and one attached."""
    model = model_to_regularize(regularizer)
    return trained_with(model, regularizer)


def model_to_regularize(regularizer: FrameRegularizer) -> keras.Model:
    """Returns a compiled model with one regularizer given, and a layer for one to attach."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, kernel_regularizer=regularizer, name="given"),
            layers.Conv2D(3, 2, strides=2, name="attached"),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    compiled = keras.config.backend() == "jax"
    model.compile(keras.optimizers.SGD(0.01), "mean_squared_error", jit_compile=compiled)
    return model


def trained_with(model: keras.Model, regularizer: FrameRegularizer) -> list[np.ndarray]:
    """Attaches the other regularizer and trains; returns weights, and how often each counted."""
    attach_regularizer(model, regularizer, layers="attached")
    x, y = images_and_targets()
    model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[Doubles()])
    counts = [keras.ops.convert_to_numpy(p.state)[1] for p in find_regularizers(model).values()]
    return [*(np.array(weight) for weight in model.get_weights()), np.array(counts)]


def model_to_freeze() -> keras.Model:
    """Returns a compiled model with two convolutions of equal shapes."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(2, 3, name="first", activation="tanh"),
            layers.Conv2D(2, 3, name="frozen", kernel_regularizer="l2"),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    # No clipping by norm: Keras clips each of TensorFlow's replicas separately.
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9, weight_decay=0.1, use_ema=True)
    compiled = keras.config.backend() == "jax"
    model.compile(optimizer, "mean_squared_error", jit_compile=compiled)
    return model


class Copies(keras.callbacks.Callback):
    """Keeps every device's copy of the frozen kernel, before and after the second epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.kernels: list[np.ndarray] = []

    def _keep(self) -> None:
        kernel = self.model.get_layer("frozen").kernel.value
        copies = getattr(kernel, "values", None) or [s.data for s in shards_of(kernel)]
        self.kernels.append(np.stack([np.array(copy) for copy in copies]))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            self._keep()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            self._keep()


def shards_of(kernel: Any) -> Any:
    """Returns JAX' copies of an array, or the only copy of a TensorFlow variable."""
    return getattr(kernel, "addressable_shards", None) or [SimpleNamespace(data=kernel)]


def train_frozen(*freezes: keras.callbacks.Callback) -> list[np.ndarray]:
    """Trains six steps in three epochs; returns copies of the frozen kernel, weights and slots."""
    model, copies = model_to_freeze(), Copies()
    x, y = images_and_targets()
    callbacks = [*freezes, CosineLearningRate(), copies]
    model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=callbacks)
    slots = [keras.ops.convert_to_numpy(slot) for slot in model.optimizer.variables]
    return [*copies.kernels, *(np.array(weight) for weight in model.get_weights()), *slots]


def train_pruned() -> list[np.ndarray]:
    """Trains two steps, prunes half of the weights, trains two more; returns zeros and weights."""
    model = model_to_freeze()
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse", jit_compile=model.jit_compile)
    x, y = images_and_targets()
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    prune(model, 0.5)
    zero = [weight == 0 for weight in model.get_weights()]
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    return [*zero, *(np.array(weight) for weight in model.get_weights())]


def train_sharpness_aware() -> list[np.ndarray]:
    """Trains a linear model two steps; returns its first weights and its last ones."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((6, 6, 2)), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    compiled = keras.config.backend() == "jax"
    model.compile(keras.optimizers.SGD(0.1), "mean_squared_error", jit_compile=compiled)
    first = [np.array(weight) for weight in model.get_weights()]
    x, y = images_and_targets()
    minimize_sharpness(model, 0.5).fit(x, y, batch_size=8, shuffle=False, verbose=0)
    return [*first, *(np.array(weight) for weight in model.get_weights())]


def error_of(regularizer: FrameRegularizer) -> str:
    """Returns the error message when a regularizer made elsewhere is trained here."""
    try:
        train_regularized(regularizer)
    except RuntimeError as error:
        return str(error)
    return "none"


def main(path: str) -> None:
    split_the_processor()
    shared_by = [replicas()]
    results = {f"one-{name}": train(settings) for name, settings in SETTINGS.items()}
    for name, settings in REGULARIZERS.items():
        results[f"one-{name}"] = train_regularized(a_regularizer(**settings))
    results["one-frozen"] = train_frozen(ReceptiveFieldFreeze(["frozen"], [1]))
    results["one-pruned"] = train_pruned()
    results["one-sharpness"] = train_sharpness_aware()
    results["one-later"] = train_masked_later(model_to_mask())
    outside = [a_regularizer(**settings) for settings in REGULARIZERS.values()]
    with two_devices():
        made_here = model_to_mask()
        shared_by.append(replicas())
        results |= {f"two-{name}": train(settings) for name, settings in SETTINGS.items()}
        for name, settings in REGULARIZERS.items():
            results[f"two-{name}"] = train_regularized(a_regularizer(**settings))
        results["two-frozen"] = train_frozen(ReceptiveFieldFreeze(["frozen"], [1]))
        results["two-pruned"] = train_pruned()
        results["two-sharpness"] = train_sharpness_aware()
        results["two-ordinary"] = train_frozen()
        results["two-unregularized"] = train_regularized(a_regularizer(factor=0.0))
        error = ""
        if keras.config.backend() == "tensorflow":  # JAX places a variable where it is made
            results["two-outside"] = train_regularized(outside[0])
            error = error_of(outside[1])
        made_inside = model_to_regularize(a_regularizer(**REGULARIZERS["lazy"]))
    if keras.config.backend() == "tensorflow":
        settings = REGULARIZERS["lazy"]
        results["two-attached_outside"] = trained_with(made_inside, a_regularizer(**settings))
    results["two-later"] = train_masked_later(made_here)
    results["mirrored"] = [np.array(is_on_each_device(made_here))]
    arrays = {f"{key}-{i}": w for key, ws in results.items() for i, w in enumerate(ws)}
    np.savez(path, shared_by=shared_by, error=error, **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
