"""Attach regularizers to an existing model, with each layer's stride and groups; detach them.

Run: python examples/07_regularize_an_existing_model.py
"""

import keras
import numpy as np

from keras_lateral import (
    FrameBoundsMonitor,
    FrameRegularizer,
    RegularizerSchedule,
    attach_regularizer,
    detach_regularizer,
)

# `weights="imagenet"` would download the trained weights.
network = keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), classes=10)
network.compile("sgd", "sparse_categorical_crossentropy")

# Depthwise and pointwise, strided and not: each layer gets a copy with its own settings.
# Only an upper bound, computed lazily, with a factor small enough for that.
regularizer = FrameRegularizer(lower=None, upper=2.0, factor=1e-3, every="auto")
attached = attach_regularizer(network, regularizer)
print(f"{len(attached)} layers are regularized, among them:")
for name in ("Conv1", "block_1_depthwise", "block_1_project"):
    print(f"  {name}: {attached[name].geometry}")

rng = np.random.default_rng(0)
images, labels = rng.normal(size=(32, 32, 32, 3)).astype("float32"), rng.integers(0, 10, 32)
history = network.fit(
    images,
    labels,
    epochs=2,
    verbose=0,
    callbacks=[
        RegularizerSchedule(warmup_epochs=1),
        FrameBoundsMonitor(layers="block_1_depthwise"),
    ],
)
for name, values in history.history.items():
    print(f"{name:<45}", *(f"{value:9.3f}" for value in values))

detach_regularizer(network)
print("no penalty is left:", network.losses == [])
