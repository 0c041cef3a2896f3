"""One training with everything in it, to be done on one device and on several."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_lateral import (
    FrameBoundsMonitor,
    FrameRegularizer,
    GradientMask,
    GradientMaskConv2D,
    GradientMaskMonitor,
    GradientMaskSchedule,
    MinimumHypersphericalEnergy,
    OrthogonalConvolution,
    ReceptiveFieldFreeze,
    RegularizerSchedule,
    SoftOrthogonality,
    SpectralRestrictedIsometry,
    find_regularizers,
    minimize_sharpness,
    prune,
    remove_pruning,
)

Arrays = dict[str, np.ndarray]

PENALIZED = ("masked", "soft", "isometric", "orthogonal", "energy")
BATCH = 8


def images_and_targets() -> tuple[np.ndarray, np.ndarray]:
    """Returns two batches of eight."""
    random = np.random.default_rng(0)
    x = random.normal(size=(2 * BATCH, 8, 8, 4)).astype("float32")
    return x, random.normal(size=(2 * BATCH, 3)).astype("float32")


def model_with_everything(
    model_class: Any = keras.Sequential, *, counting: bool = True
) -> keras.Model:
    """Returns a compiled model with masks, the frame penalty and each of its rivals.

    Args:
        model_class: Class of the model.
        counting: Whether penalties count their calls, to draw and to leave some out.
    """
    keras.utils.set_random_seed(0)
    layers = keras.layers
    lazy = {"every": 2, "rows": 1} if counting else {}
    frame = FrameRegularizer(1.0, 1.0, factor=1e-2, seed=3, **lazy)
    penalties = {
        "soft": SoftOrthogonality(1e-3, seed=4),
        "isometric": SpectralRestrictedIsometry(1e-2, seed=5) if counting else None,
        "orthogonal": OrthogonalConvolution(1e-3, seed=6),
        "energy": MinimumHypersphericalEnergy(1e-2, seed=7),
    }
    mask = {"sigma": 0.8, "inhibition_size": 7}
    model = model_class(
        [
            keras.Input((8, 8, 4)),
            GradientMaskConv2D(
                8,
                3,
                activation="relu",
                kernel_regularizer=frame,
                name="masked",
                feature_sets="channels",
                **mask,
            ),
            *(
                layers.Conv2D(8, 3, padding="same", kernel_regularizer=penalty, name=name)
                for name, penalty in penalties.items()
            ),
            GradientMask(feature_sets=2, name="own", **mask),
            layers.Flatten(),
            layers.Dense(3, name="dense"),
        ]
    )
    compiled = keras.config.backend() == "jax"  # TensorFlow's strategies cannot, JAX is slow else
    model.compile(keras.optimizers.SGD(0.02, momentum=0.9), "mse", jit_compile=compiled)
    return model


def train(
    model: keras.Model,
    *callbacks: keras.callbacks.Callback,
    images: slice = slice(None),
    processes: int = 1,
) -> Arrays:
    """Trains three epochs of two steps with schedules, a freeze in the middle and monitors.

    Args:
        model: A model with everything.
        *callbacks: Other callbacks, which come last.
        images: Those that this process trains on.
        processes: Number of processes that share a batch and are given a part each.

    Returns:
        The weights, the state of the penalties and the history.
    """
    x, y = images_and_targets()
    own: list[keras.callbacks.Callback] = [
        GradientMaskSchedule(lambda epoch: 0.7 + epoch / 10, lambda epoch: (1 + epoch) / 5),
        RegularizerSchedule(lambda epoch: 1.0 + epoch),
        ReceptiveFieldFreeze(["soft"], [1]),
        GradientMaskMonitor(x[:BATCH], y[:BATCH], batch_size=BATCH),
        FrameBoundsMonitor(layers=["masked", "soft"], values=["lower", "upper"], grid=8),
    ]
    history = model.fit(
        x[images],
        y[images],
        batch_size=BATCH // processes,
        epochs=3,
        shuffle=False,
        verbose=0,
        callbacks=[*own, *callbacks],
    ).history
    states = {
        f"state/{name}": keras.ops.convert_to_numpy(penalty.state)
        for name, penalty in find_regularizers(model).items()
    }
    weights = zip(itertools.count(), model.get_weights(), strict=False)
    return {
        **{f"weight/{number}": np.array(weight) for number, weight in weights},
        **states,
        **{f"history/{name}": np.array(values) for name, values in history.items()},
    }


def train_pruned() -> Arrays:
    """Prunes a compiled model before its first step and again between epochs.

    On JAX, where devices share a batch as one, with sharpness-aware minimization too.
    """
    keras.utils.set_random_seed(0)
    layers = keras.layers
    conv, dense = layers.Conv2D(8, 3, activation="relu"), layers.Dense(3)
    model = keras.Sequential([keras.Input((8, 8, 4)), conv, layers.Flatten(), dense])
    compiled = keras.config.backend() == "jax"
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse", jit_compile=compiled)
    prune(model, 0.3)
    if compiled:
        minimize_sharpness(model, 0.3)
    x, y = images_and_targets()
    arguments: dict[str, Any] = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
    model.fit(x, y, **arguments)
    prune(model, 0.6)
    model.fit(x, y, **arguments)
    held = [np.array(weight) for weight in model.get_weights()]
    remove_pruning(model)
    model.fit(x, y, **arguments)
    zeros = {f"zeros/{number}": weight == 0 for number, weight in enumerate(held)}
    weights = {f"weight/{number}": weight for number, weight in enumerate(model.get_weights())}
    return {**zeros, **weights}


def a_mask() -> GradientMask:
    """Returns a built mask for `maps_and_gradient`."""
    mask = GradientMask(sigma=0.8, feature_sets=2, threshold=0.5)
    mask.build((None, 9, 9, 4))
    return mask


def masked_gradient(
    mask: GradientMask, maps: Any, upstream: Any, gradient_of: Callable[..., Any]
) -> Any:
    """Returns what a mask lets pass of an upstream gradient, by a backend's own gradient."""

    def through(maps: Any) -> Any:
        return keras.ops.sum(mask(maps, training=True) * upstream)

    return gradient_of(through, maps)


def maps_and_gradient() -> tuple[np.ndarray, np.ndarray]:
    """Returns sixteen maps and a gradient for them."""
    random = np.random.default_rng(1)
    maps, gradient = random.normal(size=(2, 16, 9, 9, 4)).astype("float32")
    return maps, gradient


def save_runs(path: str, runs: dict[str, Arrays]) -> None:
    """Saves the arrays of several trainings in one file."""
    arrays = {f"{run}/{name}": a for run, found in runs.items() for name, a in found.items()}
    np.savez(path, **arrays)
