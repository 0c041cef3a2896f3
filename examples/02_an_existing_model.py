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


masked = apply_gradient_mask(resnet, is_3x3, sigma=1.0, threshold=0.05)
print(f"{len(find_gradient_masks(masked))} masks, among them:")
print(*list(find_gradient_masks(masked))[:3], sep="\n")

# ... train `masked` here as you would train `resnet` ...

plain = remove_gradient_mask(masked)
image = np.random.default_rng(0).uniform(size=(1, 64, 64, 3)).astype("float32")
for name, model in (("with masks", masked), ("with masks removed", plain)):
    same = keras.ops.all(model(image) == resnet(image))
    print(f"{name}, same output bit for bit:", bool(same))
