"""Masks that grow stronger and are off in the last epochs; the history records what they keep.

Run: python examples/04_warm_up.py
"""

import keras
from keras import layers

from keras_lateral import GradientMaskConv2D, GradientMaskMonitor, GradientMaskSchedule
from keras_lateral.datasets import load_images

images = load_images("digits").subset(5).scaled()
x, y = images.x_train, images.y_train

model = keras.Sequential(
    [
        keras.Input(x.shape[1:]),
        GradientMaskConv2D(16, 3, activation="relu", name="first", sigma=1.0, threshold=0.3),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")

history = model.fit(
    x,
    y,
    epochs=5,
    verbose=0,
    callbacks=[
        # From 0 to the layer's own 0.3 over the first two epochs; off from the fifth on.
        GradientMaskSchedule(warmup_epochs=2, enabled=[(0, 4)]),
        GradientMaskMonitor(x, y),
    ],
)
for name, values in history.history.items():
    print(f"{name:<45}", *(f"{value:6.3f}" for value in values))
