"""One training on several machines, on TensorFlow, that goes on where it was when one has failed.

Each machine runs this file, and is told in TF_CONFIG where the others are and which one it is:

    TF_CONFIG='{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]},
                "task": {"type": "worker", "index": 0}}' python multi_worker.py SHARED_FOLDER

When one fails the others end with an error. Start all again: they go on after the last epoch.

Run: python examples/many_devices/multi_worker.py     two processes of this machine, without GPUs
"""

import json
import os
import socket
import subprocess
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from keras_lateral import FrameRegularizer, GradientMaskConv2D, ReceptiveFieldFreeze
from keras_lateral.datasets import load_images


class Workers(tf.distribute.MultiWorkerMirroredStrategy):
    """As Keras 3 needs it: it reduces whole batches, and the axis 0 of scalars (issue 20585)."""

    def reduce(self, reduce_op, value, axis=None):
        reduce = super().reduce

        def reduced(part):
            scalar = self.experimental_local_results(part)[0].shape.rank == 0
            return reduce(reduce_op, part, None if scalar else axis)

        return tf.nest.map_structure(reduced, value)


def build_model() -> keras.Model:
    keras.utils.set_random_seed(0)
    frame = FrameRegularizer(factor=1e-3)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            GradientMaskConv2D(8, 3, activation="relu", sigma=1.0, threshold=0.3),
            keras.layers.Conv2D(16, 3, activation="relu", kernel_regularizer=frame, name="second"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy")
    return model


def train(model: keras.Model, *callbacks: keras.callbacks.Callback) -> list[np.ndarray]:
    images = load_images("digits").subset(8).scaled()
    data = (images.x_train, images.y_train)
    # Keras' shuffling begins anew in a training that goes on; with `shuffle=False` it is the same.
    # The freeze comes first: it has the optimizer built before its state is restored.
    all_callbacks = [ReceptiveFieldFreeze(["second"], [2]), *callbacks]
    model.fit(*data, batch_size=40, epochs=4, shuffle=False, verbose=0, callbacks=all_callbacks)
    return model.get_weights()


def backup(folder: str, first: bool) -> keras.callbacks.Callback:
    """The first worker saves after each epoch, into a folder that all see; all restore that."""
    if first:
        return keras.callbacks.BackupAndRestore(folder)
    never = sys.maxsize
    return keras.callbacks.BackupAndRestore(folder, save_freq=never, delete_checkpoint=False)


def work(folder: str) -> None:
    """What each machine does."""
    first = json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 0
    strategy = Workers()  # before anything else of TensorFlow
    with strategy.scope():
        model = build_model()
    on_all = train(model, backup(folder, first))
    on_one = train(build_model())
    difference = max(np.abs(a - b).max() for a, b in zip(on_one, on_all, strict=True))
    if first:
        print(f"{strategy.num_replicas_in_sync} workers, one training")
        print(f"differs from one device by rounding only: {difference < 1e-4}")


def start(folder: str, workers: int) -> list[subprocess.Popen[bytes]]:
    """Starts this file several times on this machine."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(workers)]
    addresses = [f"127.0.0.1:{found.getsockname()[1]}" for found in sockets]
    for found in sockets:
        found.close()
    started = []
    for index in range(workers):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        own = {"TF_CONFIG": json.dumps(task), "CUDA_VISIBLE_DEVICES": "-1"}
        started.append(subprocess.Popen([sys.executable, *sys.argv], env=os.environ | own))
    return started


if __name__ == "__main__":
    folder = sys.argv[1] if sys.argv[1:] else "multi_worker_backup"
    if "TF_CONFIG" in os.environ:
        work(folder)
    else:
        sys.exit(max(process.wait() for process in start(folder, workers=2)))
