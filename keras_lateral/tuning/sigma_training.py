"""One training of a search for sigma: from a sigma and a seed to an accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.image_dataset import ImageDataset
from keras_lateral.datasets.per_class import few_per_class, split_per_class
from keras_lateral.layers.apply_gradient_mask import apply_gradient_mask
from keras_lateral.models.class_probabilities import class_probabilities
from keras_lateral.models.model_copy import copy_layer, copy_model
from keras_lateral.models.retracing import no_word_of_retracing
from keras_lateral.tuning.built_model import BuildModel, built_model

Arrays = tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class SigmaTraining:
    """Trains a model with masks of some sigma, or none, from a seed.

    With the same seed, first weights, images, batches and dropout are the same, whatever sigma is.

    Args:
        build_model: Makes the compiled model.
        data: Its test images are not touched.
        validation: Images of each class to hold out, others for each seed; or `(x, y)` for all.
        images_per_class: Training images of each class to keep, or `None` for all.
        batch_size: Images in a step.
        mask: Arguments of `apply_gradient_mask` but sigma.
    """

    build_model: BuildModel
    data: ImageDataset
    validation: int | Arrays
    images_per_class: int | None
    batch_size: int
    mask: Mapping[str, Any]

    def __call__(self, sigma: float | None, seed: int, epochs: int) -> float:
        """Returns the share of the validation images that the trained model names rightly."""
        (x, y), (x_validation, y_validation) = self.images(seed)
        model = self.model(sigma, seed)
        keras.utils.set_random_seed(seed)
        with no_word_of_retracing():
            model.fit(x, y, batch_size=self.batch_size, epochs=epochs, verbose=0)
        predicted = class_probabilities(model, x_validation).argmax(axis=1)
        return float(np.mean(predicted == y_validation))

    def images(self, seed: int) -> tuple[Arrays, Arrays]:
        """Returns images and labels to train on, and those to validate on."""
        x, y = self.data.x_train, self.data.y_train
        names = self.data.class_names
        if isinstance(self.validation, int):
            kept, held_out = split_per_class(x, y, self.validation, seed, class_names=names)
        else:
            kept, held_out = (x, y), self.validation
        if self.images_per_class is not None:
            kept = few_per_class(*kept, self.images_per_class, seed, class_names=names)
        return kept, held_out

    def model(self, sigma: float | None, seed: int) -> keras.Model:
        """Returns the model before training."""
        keras.utils.set_random_seed(seed)
        model = built_model(self.build_model)
        if sigma is None:  # copied too, so that its dropout draws what that of the others draws
            return copy_model(model, lambda layer: [copy_layer(layer)])
        return apply_gradient_mask(model, sigma=sigma, **self.mask)
