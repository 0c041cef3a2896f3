"""A convolution pulled into a frame: its true bounds before and after, without any data.

Run: python examples/06_a_frame.py
"""

import keras
import numpy as np
from keras import layers

from keras_lateral import DeltaOrthogonal, FrameRegularizer, frame_bounds

LOWER, UPPER = 0.5, 2.0

# Twice an isometry: every squared singular value is 4; noise then spreads them.
start = DeltaOrthogonal(gain=2.0, seed=0)
conv = layers.Conv2D(
    16,
    3,
    padding="same",
    kernel_initializer=start,
    kernel_regularizer=FrameRegularizer(LOWER, UPPER, factor=0.2),
)
model = keras.Sequential([keras.Input((8, 8, 8)), conv])
noise = np.random.default_rng(0).normal(scale=0.02, size=conv.kernel.shape)
conv.kernel.assign_add(noise.astype("float32"))
before = frame_bounds(conv)
print(f"before: A = {before.lower:.2f}, B = {before.upper:.2f}")


def no_task(targets, outputs):
    """A loss that is 0, so that the regularizer alone trains."""
    return 0.0 * keras.ops.mean(outputs, (1, 2, 3))


model.compile("sgd", no_task)
images = np.zeros((64, 8, 8, 8), "float32")
model.fit(images, np.zeros(64), batch_size=1, epochs=20, verbose=0)

after = frame_bounds(conv)
print(f"after:  A = {after.lower:.2f}, B = {after.upper:.2f}")
print("within 1 % of the bounds:", 0.99 * LOWER <= after.lower <= after.upper <= 1.01 * UPPER)
