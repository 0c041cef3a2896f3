"""How much a classifier relies on a texture that went with the class in training."""

from __future__ import annotations

import keras
import numpy as np

from keras_lateral.datasets.texture_shortcut import TextureShortcut
from keras_lateral.models.class_probabilities import class_probabilities
from keras_lateral.robustness.shortcut_reliance_record import ShortcutReliance


def shortcut_reliance(
    model: keras.Model, shortcut: TextureShortcut, batch_size: int = 256
) -> ShortcutReliance:
    """Measures how much of a classifier's accuracy is due to the texture it was trained with.

        reliance = accuracy(aligned) - accuracy(conflicting)

    Both are of the same images, with patches at the same places; the texture alone differs. A
    classifier that sees only the texture has a reliance of 1, one that sees only the shape of 0.

    Args:
        model: Returns probabilities or logits, of shape `(images, classes)`. To say anything it
            must have been trained on `shortcut.images`.
        shortcut: What `texture_shortcut` returned, with pixels as the model wants them:
            `shortcut.scaled()` where it was trained on those.
        batch_size: Images that the model sees at once.

    Returns:
        A `ShortcutReliance`.

    Raises:
        ValueError: If the model does not tell these classes apart.

    Example:

    >>> import keras
    >>> from keras_lateral import shortcut_reliance
    >>> from keras_lateral.datasets import synthetic_shapes, texture_shortcut
    >>> shortcut = texture_shortcut(synthetic_shapes(5, 5))
    >>> layers = [keras.layers.Flatten(), keras.layers.Dense(4)]
    >>> model = keras.Sequential([keras.Input((32, 32, 1)), *layers])
    >>> sorted(shortcut_reliance(model, shortcut).accuracy)
    ['absent', 'aligned', 'conflicting', 'random']

    Reference:

    - [Geirhos et al., 2019, ImageNet-trained CNNs are biased towards texture](
      https://arxiv.org/abs/1811.12231)
    """
    y, accuracy, follows = shortcut.images.y_test, {}, 0.0
    for cue, (x, textures) in shortcut.tests.items():
        p = class_probabilities(model, x.astype("float32"), batch_size)
        if p.shape[1] != shortcut.images.num_classes:
            raise ValueError(
                "Invalid value for argument `model`. Expected scores of "
                f"{shortcut.images.num_classes} classes. Received: model {model.name!r}, which "
                f"returns {p.shape[1]}"
            )
        named = p.argmax(axis=1)
        accuracy[cue] = float(np.mean(named == y))
        if cue == "conflicting":
            follows = float(np.mean(named == textures))
    return ShortcutReliance(accuracy, follows, len(y), shortcut.images.num_classes, model.name)
