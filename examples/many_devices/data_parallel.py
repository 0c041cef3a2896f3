"""One training on all GPUs of a machine, on JAX; equal to that on one of them.

Run: python examples/many_devices/data_parallel.py
Without GPUs: python examples/many_devices/data_parallel.py 4     four parts of the processor
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
if sys.argv[1:]:
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={int(sys.argv[1])}"

import keras
import numpy as np

from keras_lateral import FrameRegularizer, GradientMaskConv2D, ReceptiveFieldFreeze
from keras_lateral.datasets import load_images

images = load_images("digits").subset(8).scaled()


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


def train(model: keras.Model) -> list[np.ndarray]:
    freeze = ReceptiveFieldFreeze(["second"], [2])
    data = (images.x_train, images.y_train)
    # Each batch of 40 is divided among the devices.
    model.fit(*data, batch_size=40, epochs=4, shuffle=False, verbose=0, callbacks=[freeze])
    return model.get_weights()


on_one = train(build_model())

devices = keras.distribution.list_devices()
keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
on_all = train(build_model())  # a model made before belongs to one device

difference = max(np.abs(a - b).max() for a, b in zip(on_one, on_all, strict=True))
print(f"{len(devices)} devices, one training")
print(f"differs from one device by rounding only: {difference < 1e-4}")
