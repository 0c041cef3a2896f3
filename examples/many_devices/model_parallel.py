"""A model that is divided among GPUs, on JAX; equal to that on one of them.

Two of four devices share each batch; the other two hold the other half of each kernel's channels.

Run: python examples/many_devices/model_parallel.py       with an even number of GPUs
Without GPUs: python examples/many_devices/model_parallel.py 4     four parts of the processor
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
            GradientMaskConv2D(8, 3, activation="relu", sigma=1.0, threshold=0.3, name="first"),
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
    model.fit(*data, batch_size=40, epochs=4, shuffle=False, verbose=0, callbacks=[freeze])
    return model.get_weights()


on_one = train(build_model())

distribution = keras.distribution
devices = distribution.list_devices()
mesh = distribution.DeviceMesh((len(devices) // 2, 2), ["batch", "channels"], devices)
layout = distribution.LayoutMap(mesh)
layout[".*(first|second)/kernel"] = (None, None, None, "channels")
layout[".*(first|second)/bias"] = ("channels",)
distribution.set_distribution(distribution.ModelParallel(layout_map=layout, batch_dim_name="batch"))
model = build_model()
on_all = train(model)

difference = max(np.abs(a - b).max() for a, b in zip(on_one, on_all, strict=True))
kernel = model.get_layer("second").kernel.value
print(f"{len(devices)} devices, a kernel of shape {kernel.shape}")
print(f"a device holds {kernel.addressable_shards[0].data.shape} of it")
print(f"differs from one device by rounding only: {difference < 1e-4}")
