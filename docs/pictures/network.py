"""The images and the small networks that the pictures are drawn from."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
from keras import layers

from keras_lateral import DeltaOrthogonal, apply_gradient_mask, attach_regularizer
from keras_lateral.datasets import ImageDataset, load_images

PER_CLASS = 50
LOWER, UPPER = 0.5, 2.0
"""The bounds of the frame regularizer by default."""
DIGIT = 7
"""Place of the digit, among the test images, that all pictures show."""


@cache
def mnist() -> ImageDataset:
    """Returns MNIST with few training images of each digit, pixels from 0 to 1."""
    return load_images("mnist").subset(PER_CLASS, test_per_class=20, seed=0).scaled()


def digit() -> tuple[np.ndarray, np.ndarray]:
    """Returns a batch of the one image that the pictures show, and its label."""
    at = slice(DIGIT, DIGIT + 1)
    return mnist().x_test[at], mnist().y_test[at]


def new_network() -> keras.Sequential:
    """Returns a network with two poolings, and so with two layers that expand the field."""
    keras.utils.set_random_seed(0)
    convolution = {"padding": "same", "activation": "relu"}
    model = keras.Sequential(
        [
            keras.Input(mnist().image_shape, name="image"),
            layers.Conv2D(16, 3, **convolution, name="conv1"),
            layers.Conv2D(16, 3, **convolution, name="conv2"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(16, 3, **convolution, name="conv3"),
            layers.MaxPooling2D(name="pool2"),
            layers.Conv2D(16, 3, **convolution, name="conv4"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, name="dense"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss, metrics=["accuracy"])
    return model


def train(model: keras.Model, epochs: int = 5, **settings: object) -> keras.Model:
    """Trains a model on the digits and returns it."""
    images = mnist()
    model.fit(images.x_train, images.y_train, epochs=epochs, verbose=0, **settings)
    return model


@cache
def masked_network() -> keras.Model:
    """Returns a trained network whose masks stop enough to be seen."""
    return train(apply_gradient_mask(new_network(), threshold=0.5))


def framed_layer(regularizer: keras.regularizers.Regularizer | None) -> keras.layers.Layer:
    """Returns a convolution of a network trained with a regularizer, or without."""
    model = new_network()
    layer = model.get_layer("conv3")
    layer.kernel.assign(DeltaOrthogonal(seed=0)(layer.kernel.shape))
    if regularizer is not None:
        attach_regularizer(model, regularizer)
    return train(model, epochs=10).get_layer("conv3")


def maps_of(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """Returns each layer's output for one image, the norm over its channels where it has any."""
    outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers])(images)
    arrays = [keras.ops.convert_to_numpy(output)[0] for output in outputs]
    names = [layer.name for layer in model.layers]
    return {
        name: np.linalg.norm(array, axis=-1) if array.ndim == 3 else array
        for name, array in zip(names, arrays, strict=True)
    }
