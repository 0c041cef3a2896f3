"""Your own arrays: train, measure what the masks keep, switch them off.

Run: python examples/03_on_your_images.py
"""

import keras
from keras import layers

from keras_lateral import GradientMaskConv2D, find_gradient_masks, gradient_mask_report
from keras_lateral.datasets import load_images

images = load_images("digits").subset(10).scaled()
x, y = images.x_train, images.y_train  # (images, height, width, channels), labels

model = keras.Sequential(
    [
        keras.Input(x.shape[1:]),
        GradientMaskConv2D(16, 3, activation="relu", name="first", sigma=1.0, threshold=0.1),
        GradientMaskConv2D(32, 3, activation="relu", name="second", sigma=1.0, threshold=0.1),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, verbose=2)

# Masks compound: "is left" of the first layer is what all of them together let pass.
print(gradient_mask_report(model, x, y))

# Settings can change at any time, without recompiling.
for mask in find_gradient_masks(model).values():
    mask.sigma, mask.threshold = 0.7, 0.05
find_gradient_masks(model)["first"].enabled = False
model.fit(x, y, epochs=1, verbose=2)
