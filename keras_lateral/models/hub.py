"""Backbones of KerasHub as classifiers, from scratch or with trained weights."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.models.compiled import compiled
from keras_lateral.models.fine_tuning import HEAD, RATE, FineTuning, phases_identity
from keras_lateral.models.weights_digest import digest_of_arrays

PREFIX = "keras_hub:"
"""Before the name of a preset, or the folder that holds one."""


@dataclass(frozen=True)
class HubNetwork:
    """Builds a backbone of KerasHub with a new head.

    Pixels are scaled as the preset's own image converter does. Maps, or the sequence of patches of
    a transformer, are averaged over all positions.

    Args:
        preset: Name of a preset, or a folder that holds one.
        image_shape: `(height, width, channels)` of the images, in [0, 1]; one channel is repeated.
        classes: Number of classes.
        learning_rate: Learning rate of Adam.
        pretrained: Whether the backbone has the preset's weights. Its head then trains alone at
            first, as in `network_builder(..., weights=...)`.
        frozen_epochs: Number of epochs in which the head trains alone. Defaults to a third.
        fine_tuning_rate: Learning rate afterwards. Defaults to a tenth of `learning_rate`.
    """

    preset: str
    image_shape: tuple[int, ...]
    classes: int
    learning_rate: float
    pretrained: bool = False
    frozen_epochs: int | None = None
    fine_tuning_rate: float | None = None

    def __call__(self) -> keras.Model:
        """Returns a new compiled model of logits `(images, classes)`."""
        backbone = self._backbone()
        if self.pretrained:
            for layer in all_layers(backbone):
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
        inputs = keras.Input(self.image_shape)
        x = inputs
        if self.image_shape[-1] == 1:
            x = layers.Concatenate()([x, x, x])
        features = self._features(backbone, self._scaled(x))
        scores = layers.Dense(self.classes, name=HEAD)(features)
        return compiled(keras.Model(inputs, scores, name=backbone.name), self.learning_rate)

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """Returns the callback of the two phases, which `compare` adds to each training."""
        return [FineTuning(HEAD, self.frozen_epochs, self._factor)] if self.pretrained else []

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it another model, beside its configuration."""
        if not self.pretrained:
            return {}
        phases = phases_identity(self.frozen_epochs, self._factor)
        weights = digest_of_arrays(*self._backbone().get_weights())
        return {"initial_weights": weights, "phases": phases}

    @property
    def _factor(self) -> float:
        if self.fine_tuning_rate is None:
            return RATE
        return self.fine_tuning_rate / self.learning_rate

    def _backbone(self) -> keras.Model:
        height, width, channels = self.image_shape
        shape = (height, width, max(channels, 3))
        options = {"load_weights": self.pretrained, "image_shape": shape}
        return self._read("Backbone", keras_hub().models.Backbone.from_preset, **options)

    def _scaled(self, x: Any) -> Any:
        """Passes pixels in [0, 1] through the preset's scale and offset, of pixels in [0, 255]."""
        try:
            converter = keras_hub().layers.ImageConverter.from_preset(self.preset)
        except Exception:  # noqa: BLE001, a preset without one takes pixels as they are
            return x
        scale = 1.0 if converter.scale is None else converter.scale
        offset = 0.0 if converter.offset is None else converter.offset
        return layers.Rescaling(_times(scale, 255.0), offset=offset)(x)

    def _features(self, backbone: keras.Model, x: Any) -> Any:
        y = backbone(x)
        if len(getattr(y, "shape", ())) == 4:
            return layers.GlobalAveragePooling2D()(y)
        if len(getattr(y, "shape", ())) == 3:
            return layers.GlobalAveragePooling1D()(y)
        raise ValueError(
            f"Invalid value for argument `name`. Expected a backbone that returns maps of features "
            f"or a sequence. Received: {PREFIX}{self.preset}, which returns {y!r}"
        )

    def _read(self, what: str, read: Any, **options: Any) -> Any:
        try:
            return read(self.preset, **options)
        except Exception as error:
            raise ValueError(
                f"Invalid value for argument `name`. The {what.lower()} of the preset "
                f"{self.preset!r} cannot be read, or takes no images of shape {self.image_shape}. "
                f"KerasHub says: {type(error).__name__}: {error}"
            ) from error


def keras_hub() -> Any:
    """Returns the package.

    Raises:
        ImportError: If it is missing. The message says how to install it.
    """
    try:
        return importlib.import_module("keras_hub")
    except ImportError as error:
        raise ImportError(
            f"keras_hub is needed to build a network of KerasHub, and it cannot be imported "
            f"({error}). Install it with `pip install keras-hub`."
        ) from error


def _times(scale: Any, factor: float) -> Any:
    return [factor * part for part in scale] if isinstance(scale, (list, tuple)) else factor * scale
