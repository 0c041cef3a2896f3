"""One training on all GPUs of a machine, on PyTorch; equal to that on one of them.

Keras distributes nothing on PyTorch. `DistributedDataParallel` around the model averages the
gradients of processes, one for each GPU, and a `train_step` that calls it makes `fit` and all
callbacks work.

Run: python examples/many_devices/torch_ddp.py
Without GPUs: python examples/many_devices/torch_ddp.py 2     two processes
"""

import os
import sys
import tempfile
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from torch.nn.parallel import DistributedDataParallel

from keras_lateral import FrameRegularizer, GradientMaskConv2D, ReceptiveFieldFreeze
from keras_lateral.datasets import load_images


class Replica(keras.Sequential):
    """A model that `replicas` holds; the gradients of all processes are averaged."""

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        predicted = replicas[self](x, training=True)
        self.zero_grad()
        loss = self.compute_loss(x, y, predicted, weights, training=True)
        loss.backward()
        variables = self.trainable_weights
        with torch.no_grad():
            self.optimizer.apply([variable.value.grad for variable in variables], variables)
        losses = (metric for metric in self.metrics if metric.name == "loss")
        next(losses).update_state(loss.detach())  # of this process' part
        return self.compute_metrics(x, y, predicted, weights)


replicas: dict[keras.Model, DistributedDataParallel] = {}


def build_model(model_class: type = keras.Sequential) -> keras.Model:
    keras.utils.set_random_seed(0)
    frame = FrameRegularizer(factor=1e-3)
    model = model_class(
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


def train(model: keras.Model, process: int = 0, processes: int = 1) -> list[np.ndarray]:
    images = load_images("digits").subset(8).scaled()
    own = slice(process, None, processes)  # of each batch of 40, too
    data, size = (images.x_train[own], images.y_train[own]), 40 // processes
    freeze = ReceptiveFieldFreeze(["second"], [2])
    model.fit(*data, batch_size=size, epochs=4, shuffle=False, verbose=0, callbacks=[freeze])
    return model.get_weights()


def work(process: int, processes: int, folder: str) -> None:
    """What each process does."""
    gpus = torch.cuda.is_available()
    if gpus:
        torch.cuda.set_device(process)
    torch.distributed.init_process_group(
        "nccl" if gpus else "gloo", f"file://{folder}/meet", rank=process, world_size=processes
    )
    model = build_model(Replica)
    # Frozen layers have no gradients to average.
    replicas[model] = DistributedDataParallel(model, find_unused_parameters=True)
    on_all = train(model, process, processes)
    torch.distributed.destroy_process_group()
    if process == 0:
        pairs = zip(train(build_model()), on_all, strict=True)
        difference = max(np.abs(a - b).max() for a, b in pairs)
        print(f"{processes} processes, one training")
        print(f"differs from one device by rounding only: {difference < 1e-4}")


if __name__ == "__main__":
    processes = int(sys.argv[1]) if sys.argv[1:] else torch.cuda.device_count()
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (processes, folder), processes)
