"""A convolution with Gradient Mask: the same output, a different gradient.

Run: python examples/01_a_layer.py
"""

import keras
import numpy as np
from keras import layers

from keras_lateral import GradientMaskConv2D

image = np.random.default_rng(0).normal(size=(1, 12, 12, 3)).astype("float32")

plain = layers.Conv2D(8, 3, padding="same")
masked = GradientMaskConv2D(8, 3, padding="same", sigma=1.0, threshold=0.5)
for layer in (plain, masked):
    layer.build(image.shape)
masked.set_weights(plain.get_weights())

same = keras.ops.all(plain(image) == masked(image, training=True))
print("same output, bit for bit:", bool(same))


def trained_kernel(layer: layers.Layer) -> np.ndarray:
    """Returns the layer's kernel after one step of training."""
    model = keras.Sequential([keras.Input(image.shape[1:]), layer, layers.Flatten()])
    model.compile("sgd", "mse")
    model.fit(image, np.ones((1, 12 * 12 * 8)), verbose=0)
    return layer.get_weights()[0]


kernel = plain.get_weights()[0]
step, masked_step = trained_kernel(plain) - kernel, trained_kernel(masked) - kernel
share = np.linalg.norm(masked_step) / np.linalg.norm(step)
print(f"one step of training moves the masked kernel {share:.2f} times as far")
