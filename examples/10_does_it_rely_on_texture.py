"""A shortcut planted in the training images, and how much a network relies on it.

Run: python examples/10_does_it_rely_on_texture.py
"""

import keras
from keras import layers

from keras_lateral import shortcut_reliance
from keras_lateral.datasets import ImageDataset, synthetic_shapes, texture_shortcut

shapes = synthetic_shapes(150, 50, size=24)  # circles, squares, triangles, crosses
shortcut = texture_shortcut(shapes, share=0.95)  # 95 % of each class get a patch of its texture
print(shapes)


def trained_on(images: ImageDataset) -> keras.Model:
    """Returns the same small network, trained on these images."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input(images.image_shape)], name="network")
    for filters in (8, 16, 32):
        network.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        network.add(layers.MaxPooling2D())
    network.add(layers.Flatten())
    network.add(layers.Dense(images.num_classes))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.005), loss)
    network.fit(images.x_train, images.y_train, epochs=30, verbose=0)
    return network


for title, images in (
    ("shapes without textures", shapes),
    ("shapes whose texture goes with the class", shortcut.images),
):
    record = shortcut_reliance(trained_on(images), shortcut)  # the same test images for both
    print(f"\nTrained on {title}:\n{record}")
