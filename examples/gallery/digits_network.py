"""What most pictures of the gallery are drawn from: digits on noise, and networks trained on them.

Each of scikit-learn's handwritten digits lies somewhere on 24 x 24 pixels of weak noise, so that
there is something to look at and something to ignore.
"""

from functools import cache

import keras
import numpy as np
from keras import layers

from keras_lateral import GradientMaskConv2D
from keras_lateral.datasets import load_images

CONVOLUTIONS = {
    "plain": layers.Conv2D,
    "masked": lambda *args, **more: GradientMaskConv2D(*args, **more, sigma=1.0, threshold=0.1),
}
rng = np.random.default_rng(0)


def placed(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns each digit, twice as large, somewhere on noise, and its box."""
    canvas = rng.uniform(0, 0.3, (len(digits), 24, 24, 1)).astype("float32")
    corners = rng.integers(0, 9, (len(digits), 2))
    large = keras.ops.image.resize(digits, (16, 16), "bilinear", data_format="channels_last")
    for image, digit, (top, left) in zip(canvas, np.asarray(large), corners, strict=True):
        image[top : top + 16, left : left + 16] += 0.7 * digit
    return canvas, np.hstack([corners, corners + 16])


digits = load_images("digits").subset(100, test_per_class=10).scaled()
x_train, y_train = placed(digits.x_train)[0], digits.y_train
(x, boxes), y = placed(digits.x_test), digits.y_test


def network(kind: str = "plain", *, epochs: int = 8) -> keras.Model:
    """Returns a network of three convolutions, trained on the digits."""
    model = untrained(kind)
    model.set_weights(trained_weights(kind, epochs))
    return model


def untrained(kind: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((24, 24, 1))], name=kind)
    for number, filters in enumerate((8, 16, 32), start=1):
        convolution = CONVOLUTIONS[kind]
        model.add(convolution(filters, 3, padding="same", activation="relu", name=f"conv{number}"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax", name="output"))
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    return model


@cache
def trained_weights(kind: str, epochs: int) -> list[np.ndarray]:
    model = untrained(kind)
    model.fit(x_train, y_train, epochs=epochs, verbose=0)
    return model.get_weights()
