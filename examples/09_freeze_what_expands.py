"""Epochs in which the layers that expand the receptive field are frozen: which layers, and when.

Run: python examples/09_freeze_what_expands.py
"""

import keras
import numpy as np
from keras import layers

from keras_lateral import AlternatingEpochs, ReceptiveFieldFreeze, expanding_layers, frozen
from keras_lateral.datasets import load_images

images = load_images("digits").subset(20).scaled()
network = keras.Sequential(
    [
        keras.Input(images.image_shape),
        layers.Conv2D(8, 3, padding="same", activation="relu", name="conv1"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, padding="same", activation="relu", name="conv2"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, padding="same", activation="relu", name="conv3"),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
network.compile(keras.optimizers.AdamW(0.01), loss, metrics=["accuracy"])

for layer in expanding_layers(network):  # first convolutions after a pooling, or strided ones
    print(layer)

kernels = {name: network.get_layer(name).kernel for name in ("conv1", "conv2", "conv3")}
before = {name: keras.ops.convert_to_numpy(kernel).copy() for name, kernel in kernels.items()}


def print_what_moved(epoch: int, logs: dict) -> None:
    """Prints which kernels have changed since the last epoch."""
    for name, kernel in kernels.items():
        now = keras.ops.convert_to_numpy(kernel).copy()
        print("moved" if np.any(now != before[name]) else "rests", end="  ")
        before[name] = now
    print(f"epoch {epoch}, accuracy {logs['accuracy']:.2f}")


print("\n" + "  ".join(kernels))
freeze = ReceptiveFieldFreeze(epochs=AlternatingEpochs(ordinary=2, frozen=1))
look = keras.callbacks.LambdaCallback(on_epoch_end=print_what_moved)
x, y = images.x_train, images.y_train
network.fit(x, y, epochs=6, verbose=0, callbacks=[freeze, look])

with frozen(network, ["conv1", "conv2"]) as names:  # any layers, without a callback
    network.fit(x, y, epochs=1, verbose=0, callbacks=[look])
print("frozen in the last epoch:", names)
