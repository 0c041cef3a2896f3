"""Add masks to an existing model, and remove them again.

Run: python examples/02_an_existing_model.py
"""

import keras
import numpy as np

from keras_lateral import apply_gradient_mask, find_gradient_masks, remove_gradient_mask

# `weights="imagenet"` would download the trained weights.
resnet = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classes=10)


def is_3x3(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (3, 3)


image = np.random.default_rng(0).uniform(size=(1, 64, 64, 3)).astype("float32")
before = keras.ops.convert_to_numpy(resnet(image))

apply_gradient_mask(resnet, is_3x3, sigma=1.0, threshold=0.05)  # in place
print(f"{len(find_gradient_masks(resnet))} masks, among them:")
print(*list(find_gradient_masks(resnet))[:3], sep="\n")
same = np.array_equal(keras.ops.convert_to_numpy(resnet(image)), before)
print("with masks, same output bit for bit:", same)

# ... train it here as you always do ...

before = keras.ops.convert_to_numpy(resnet(image))
remove_gradient_mask(resnet)  # Keras' own layers again
same = np.array_equal(keras.ops.convert_to_numpy(resnet(image)), before)
print("with masks removed, same output bit for bit:", same)
