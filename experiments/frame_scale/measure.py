"""Measures R and its gradient beside the task's, layer by layer, while small networks train.

KERAS_LATERAL_DATA=<folder> python -m experiments.frame_scale.measure
python -m experiments.frame_scale.measure --smoke                   (needs no data)
python -m experiments.frame_scale.report
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from experiments.frame_scale.config import (
    BATCH_SIZE,
    OPTIMIZERS,
    PARTS,
    RESULTS,
    WIDTHS,
    decay,
    network,
    validation_images,
)
from keras_lateral import FrameRegularizer, attach_regularizer

ARMS: dict[str, float | None] = {"none": None, "frame 0.01": 0.01}
"""Factor of the frame regularizer in the trainings that are looked at."""

BATCHES = 4
"""Over so many batches the norm of the task's gradient is averaged."""

SEED = 0

Key = tuple[str, str, str, str]
"""Set, optimizer, width, arm."""


class Watch(keras.callbacks.Callback):
    """Keeps what the layers' gradients are at the start, in the middle and at the end.

    Args:
        x: Images, the first batches of which are looked at.
        y: Their labels.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__()
        self.x, self.y = x, y
        self.seen: dict[str, list[dict[str, float]]] = {}

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        names = {self.params["epochs"] // 2: "middle", 0: "start"}
        if epoch in names:
            self.seen[names[epoch]] = layers_of(self.model, self.x, self.y)

    def on_train_end(self, logs: Any = None) -> None:
        self.seen["end"] = layers_of(self.model, self.x, self.y)


def layers_of(model: keras.Model, x: np.ndarray, y: np.ndarray) -> list[dict[str, float]]:
    """Returns R, its gradient's norm, and the task's, for each convolution."""
    kernels = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    tasks = task_gradients(model, kernels, x, y)
    return [
        {"task": task, "weights": norm(kernel.value), **penalty(kernel)}
        for kernel, task in zip(kernels, tasks, strict=True)
    ]


def task_gradients(
    model: keras.Model, kernels: Sequence[keras.Variable], x: np.ndarray, y: np.ndarray
) -> list[float]:
    """Returns the mean norm of dL/dw over some batches, as in training; changes no weight."""
    averages = [np.array(keras.ops.convert_to_numpy(w)) for w in model.non_trainable_weights]
    variables = [kernel.value for kernel in kernels]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    norms = []
    for first in range(0, min(BATCHES * BATCH_SIZE, len(x)), BATCH_SIZE):
        batch = slice(first, first + BATCH_SIZE)
        with tf.GradientTape() as tape:
            value = loss(y[batch], model(x[batch], training=True))
        norms.append([norm(g) for g in tape.gradient(value, variables)])
    for weight, before in zip(model.non_trainable_weights, averages, strict=True):
        weight.assign(before)
    return [float(mean) for mean in np.mean(norms, axis=0)]


def penalty(kernel: keras.Variable) -> dict[str, float]:
    """Returns R of a 3 x 3 convolution with stride 1, and the norm of dR/dw."""
    with tf.GradientTape() as tape:
        value = FrameRegularizer(factor=1.0)(kernel.value)
    return {"R": float(value), "penalty": norm(tape.gradient(value, kernel.value))}


def norm(tensor: Any) -> float:
    """Returns the Euclidean norm."""
    return float(np.linalg.norm(np.asarray(tensor, "float64").ravel()))


def measured(key: Key) -> dict[str, Any]:
    """Trains one network, and returns what was seen on the way."""
    dataset, optimizer, width, arm = key
    part, began = PARTS[dataset], time.process_time()
    data = validation_images(part).scaled()
    keras.utils.set_random_seed(SEED)
    model = network(data, width, optimizer)
    factor = ARMS[arm]
    if factor is not None:
        attach_regularizer(model, FrameRegularizer(factor=factor, seed=SEED))
    watch = Watch(data.x_train, data.y_train)
    history = model.fit(
        data.x_train,
        data.y_train,
        batch_size=BATCH_SIZE,
        epochs=part.epochs,
        callbacks=[*decay(), watch],
        verbose=0,
    ).history
    plain = keras.Model(model.inputs, model.outputs)  # its loss is the task's alone
    scores = plain.predict(data.x_test, verbose=0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(data.y_test, scores)
    return {
        "seen": watch.seen,
        "training_accuracy": history["accuracy"][-1],
        "validation_accuracy": float(np.mean(scores.argmax(1) == data.y_test)),
        "validation_loss": float(loss),
        "seed": SEED,
        "seconds": time.process_time() - began,
    }


def keys(smoke: bool) -> Iterator[Key]:
    """Yields what is to be measured; the slow ones, of twice the width, last."""
    if smoke:
        yield from product(["smoke"], OPTIMIZERS, ["0.5"], ARMS)
    else:
        names = [name for name in PARTS if name != "smoke"]
        yield from sorted(product(names, OPTIMIZERS, WIDTHS, ARMS), key=lambda key: key[2] == "2")


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--smoke", action="store_true", help="a one-minute check that it all works")
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    options.results.mkdir(parents=True, exist_ok=True)
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / ("measured_smoke.json" if options.smoke else "measured.json")
    done = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for key in keys(options.smoke):
        name = "/".join(key)
        if name not in done:
            done[name] = measured(key)
            file.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
            print(f"{name}: {done[name]['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
