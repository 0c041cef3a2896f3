"""Networks of `keras.applications` with trained weights, and the recipe that trains them on."""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from keras_lateral.keras_tools.seeds import keeping_draws
from keras_lateral.models.compiled import compiled
from keras_lateral.models.fine_tuning import HEAD, RATE, FineTuning, phases_identity
from keras_lateral.models.weights_digest import digest_of_arrays
from keras_lateral.text import error_in_short

IMAGENET = "imagenet"
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pixels, red, green, blue, in [0, 1]."""

CAFFE_MEAN = (123.68, 116.779, 103.939)
"""What the networks that were converted from Caffe subtract, red, green, blue, of [0, 255]."""


@dataclass(frozen=True)
class PretrainedNetwork:
    """Builds a network whose base has trained weights, and whose head is new.

    BatchNormalization of the base uses its saved statistics and does not train, in both phases, as
    Keras' guide to transfer learning advises.

    Args:
        name: Name of the constructor in `keras.applications`.
        image_shape: `(height, width, channels)` of the images, in [0, 1]; one channel is repeated.
        classes: Number of classes.
        learning_rate: Learning rate of Adam, while the base is frozen.
        weights: `"imagenet"`, or a file of the base's weights.
        frozen_epochs: Number of epochs in which the head trains alone. Defaults to a third.
        fine_tuning_rate: Learning rate afterwards. Defaults to a tenth of `learning_rate`.

    Reference:

    - Chollet, F. (2020). Transfer learning and fine-tuning. keras.io/guides/transfer_learning
    """

    name: str
    image_shape: tuple[int, ...]
    classes: int
    learning_rate: float
    weights: str
    frozen_epochs: int | None = None
    fine_tuning_rate: float | None = None

    def __call__(self) -> keras.Model:
        """Returns a new compiled model of logits `(images, classes)`."""
        inputs = keras.Input(self.image_shape)
        x = inputs
        if self.image_shape[-1] == 1:
            x = layers.Concatenate()([x, x, x])
        # Built around a tensor, so that the model is one flat graph of layers.
        base = _base(self.name, self._shape, input_tensor=_preprocessed(self.name, x))
        base.set_weights(self._weights())
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
        scores = layers.Dense(self.classes, name=HEAD)(base.output)
        return compiled(keras.Model(inputs, scores, name=self.name.lower()), self.learning_rate)

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """Returns the callback of the two phases, which `compare` adds to each training."""
        return [FineTuning(HEAD, self.frozen_epochs, self._factor)]

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it another model, beside its configuration."""
        phases = phases_identity(self.frozen_epochs, self._factor)
        return {"initial_weights": digest_of_arrays(*self._weights()), "phases": phases}

    @property
    def _factor(self) -> float:
        if self.fine_tuning_rate is None:
            return RATE
        return self.fine_tuning_rate / self.learning_rate

    @property
    def _shape(self) -> tuple[int, int, int]:
        return self.image_shape[0], self.image_shape[1], 3

    def _weights(self) -> tuple[np.ndarray, ...]:
        return _trained_weights(self.name, self._shape, self.weights)


def _base(name: str, image_shape: tuple[int, ...], **options: Any) -> keras.Model:
    constructor = getattr(keras.applications, name)
    options = {"include_top": False, "weights": None, "pooling": "avg", **options}
    if _preprocesses(name):
        options["include_preprocessing"] = True
    try:
        return constructor(input_shape=image_shape, **options)
    except ValueError as error:
        raise ValueError(
            f"The network {name!r} cannot take images of shape {tuple(image_shape)}: {error}. "
            "Use larger images or another network."
        ) from error


def _preprocesses(name: str) -> bool:
    constructor = getattr(keras.applications, name)
    return "include_preprocessing" in inspect.signature(constructor).parameters


def _preprocessed(name: str, x: Any) -> Any:
    """Passes pixels in [0, 1] through what `preprocess_input` of this network does.

    Networks that were converted from Caffe take blue first; instead of the pixels, the channels of
    the first convolution are in that order, see `_trained_weights`.
    """
    if _preprocesses(name) or name.startswith("EfficientNetB"):
        return layers.Rescaling(255.0)(x)
    if takes_blue_first(name):
        return layers.Rescaling(255.0, offset=[-mean for mean in CAFFE_MEAN])(x)
    if name.startswith("DenseNet"):
        offset = [-m / s for m, s in zip(MEAN, SPREAD, strict=True)]
        return layers.Rescaling([1 / s for s in SPREAD], offset=offset)(x)
    return layers.Rescaling(2.0, offset=-1.0)(x)


def takes_blue_first(name: str) -> bool:
    """Returns whether a network was trained on images with the channels blue, green, red."""
    return name.startswith("VGG") or name in ("ResNet50", "ResNet101", "ResNet152")


@lru_cache(maxsize=1)
def _trained_weights(
    name: str, image_shape: tuple[int, ...], weights: str
) -> tuple[np.ndarray, ...]:
    """Returns the weights of a base, in the order of its layers, for images with red first."""
    with keeping_draws():
        found = _imagenet(name, image_shape) if weights == IMAGENET else _base(name, image_shape)
        if weights != IMAGENET:
            _load(found, name, Path(weights).expanduser())
    arrays = found.get_weights()
    if takes_blue_first(name):
        place = next(i for i, w in enumerate(arrays) if w.ndim == 4)
        arrays[place] = np.ascontiguousarray(arrays[place][:, :, ::-1])
    return tuple(arrays)


def _imagenet(name: str, image_shape: tuple[int, ...]) -> keras.Model:
    try:
        return _base(name, image_shape, weights=IMAGENET)
    except Exception as error:
        if isinstance(error, ValueError) and "cannot take images" in str(error):
            raise
        raise ValueError(
            f"Invalid value for argument `weights`. Expected weights that can be downloaded, and "
            f"those of {name} on ImageNet cannot: {error_in_short(error)}. Without a "
            "connection, give the file of its weights: where there is one, run "
            f"`keras.applications.{name}(include_top=False).save_weights('{name}.weights.h5')`. "
            "Received: weights='imagenet'"
        ) from error


def _load(base: keras.Model, name: str, path: Path) -> None:
    if not path.is_file():
        raise ValueError(
            f"Invalid value for argument `weights`. Expected 'imagenet', or a file. "
            f"Received: {str(path)!r}, which does not exist"
        )
    try:
        with warnings.catch_warnings(record=True) as said:  # one for each layer of a wrong file
            warnings.simplefilter("always")
            base.load_weights(path)
    except Exception as error:
        raise ValueError(
            f"Invalid value for argument `weights`. Expected the weights of {name} without its "
            f"top, as `{name}(include_top=False).save_weights(...)` writes them to a file that "
            f"ends in .weights.h5. Received: {str(path)!r}. Keras says: "
            f"{error_in_short(error)}"
        ) from error
    for text, number in Counter(str(warning.message) for warning in said).most_common(1):
        more = f" (and {len(said) - number} more of its kind)" if len(said) > number else ""
        warnings.warn(f"{path}: {text}{more}", UserWarning, stacklevel=2)


def pretrained_network(
    name: str,
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float,
    weights: str,
    frozen_epochs: int | None = None,
    fine_tuning_rate: float | None = None,
) -> PretrainedNetwork:
    """Returns what builds a pretrained network, with checked arguments.

    Args:
        name: Name of the constructor in `keras.applications`.
        image_shape: `(height, width, channels)` of the images.
        classes: Number of classes.
        learning_rate: Learning rate while the base is frozen.
        weights: `"imagenet"`, or a file.
        frozen_epochs: Number of epochs with a frozen base, at least 0.
        fine_tuning_rate: Learning rate afterwards, above 0.

    Raises:
        ValueError: If images have another number of channels than one or three.
    """
    if image_shape[-1] not in (1, 3):
        raise ValueError(
            "Invalid value for argument `weights`. Expected images with one or three channels, "
            f"which trained weights are for. Received: image_shape={tuple(image_shape)}"
        )
    path = weights if weights == IMAGENET else str(Path(weights).expanduser().resolve())
    shape = tuple(image_shape)
    return PretrainedNetwork(
        name, shape, classes, learning_rate, path, frozen_epochs, fine_tuning_rate
    )
