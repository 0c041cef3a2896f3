"""One training with methods, outside a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.checked_callbacks import (
    check_rate_is_set_once,
    checked_callbacks,
    checked_list,
)
from keras_lateral.comparison.image_weights import (
    ClassWeight,
    checked_sample_weight,
    class_weights,
)
from keras_lateral.comparison.monitored import check_validated
from keras_lateral.comparison.recommendation.training_images import TrainingImages, training_images
from keras_lateral.comparison.training import changed_for_training, form_kept
from keras_lateral.datasets.checked_part import check_count, check_seed
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.keras_tools.learning_rate import rate_ends_near_zero
from keras_lateral.keras_tools.paired_batches import Augment, GivenLabels, PairedBatches
from keras_lateral.keras_tools.seeds import keeping_seeds
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.method import Method, combination
from keras_lateral.methods import methods_of

NO_METHOD = Method("no method")


def fit_with_methods(
    model: keras.Model,
    x: np.ndarray | ImageDataset | ImageFolds,
    y: np.ndarray | None,
    methods: Sequence[str | Method],
    *,
    epochs: int,
    batch_size: int = 32,
    augment: Augment | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    seed: int = 0,
    validation_split: float = 0.0,
    validation_data: Any = None,
    class_weight: ClassWeight = None,
    sample_weight: np.ndarray | None = None,
    **options: Any,
) -> keras.Model:
    """Trains a model with methods together, as `compare` trains it with them.

    Args:
        model: A compiled model that has made no step.
        x: Training images, `(images, height, width, channels)`, as they are compared: float32,
            in [0, 1]. Others are trained on as they are, with a warning. Or an `ImageDataset`,
            whose training images are scaled; or an `ImageFolds`, all of whose images are.
        y: Labels: integers or names of classes `(images,)`, or one-hot rows or shares of the
            classes `(images, classes)`. Names are numbered in alphabetical order. The model's loss
            gets them in the form that it takes. `None` where `x` is a set of images.
        methods: Names of methods, or objects of class `Method`, that act together; none for a
            training as compiled.
        epochs: Number of epochs, before a method changes it.
        batch_size: Images in a batch, before a method changes it.
        augment: As for `compare`.
        callbacks: Callbacks of the training, besides those of the methods.
        seed: Seed of the order of the images and of all that is drawn in the training. Afterwards
            random numbers go on as before, those of Keras' global generator and of TensorFlow's
            from a seed that Python's generator gives.
        validation_split: Share of the images to validate on. A set of images is divided by the
            seed as `compare(validation=...)` divides it: the same share of every class, and images
            that belong together on one side. Of arrays these are the last ones, as in Keras'
            `fit`, with a warning where their classes are not those of the rest.
        validation_data: As for Keras' `fit`; labels in arrays may have any form that `y` may have.
            Where `x` is a set, images of whole numbers are scaled as its own are; otherwise a
            warning says if only training or only validation images are from 0 to 1. Of an
            `ImageDataset` its own images for validation are taken, `x_validation`, scaled.
        class_weight: As for `compare`.
        sample_weight: How much each image counts, `(images,)`.
        **options: Further arguments of `fit`, such as `verbose`.

    Returns:
        The trained model; its `history` is that of `fit`. A method may have replaced the model, so
        go on with this one.

    Raises:
        ValueError: If the model is not compiled, images and labels do not match each other or the
            model, a method is not known or cannot be applied, two of them set the same thing, or a
            callback monitors a value of validation and there are no images for it.

    Example:

    >>> import keras
    >>> from keras_lateral import fit_with_methods
    >>> from keras_lateral.datasets import load_images
    >>> layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3), keras.layers.Flatten()]
    >>> model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    >>> model.compile("adam", "sparse_categorical_crossentropy")
    >>> data = load_images("digits").subset(2).scaled()
    >>> model = fit_with_methods(
    ...     model, data.x_train, data.y_train, ["gradient_mask"], epochs=2, verbose=0
    ... )
    >>> len(model.history.history["loss"])
    2
    """
    _check_compiled(model)
    check_count(epochs, "epochs")
    check_count(batch_size, "batch_size")
    own, seed = checked_list(callbacks, _CALLBACKS), check_seed(seed)
    method = combination(methods_of(methods)) if methods else NO_METHOD
    if validation_data is None and not validation_split:
        check_validated(own, _CALLBACKS_OF_USER)
        check_validated(checked_callbacks(method), f"Method {method.name!r}")
    data = training_images(model, x, y, validation_data)
    data = replace(data, sample_weight=checked_sample_weight(sample_weight, data))
    if validation_split and validation_data is None:
        data = data.split(validation_split, seed)
    batches = _batches(data, method, batch_size, seed, augment)
    number = method.epochs_for(epochs)
    method = method.under(_rate_falls(model, own, method, number, len(batches)))
    with keeping_seeds(), without_retracing_warnings():
        keras.utils.set_random_seed(seed)
        model = changed_for_training(model, method, seed, lambda: batches)
        form = form_kept(model)
        batches.given = GivenLabels(form, data.num_classes, class_weights(class_weight, data))
        keras.utils.set_random_seed(seed)  # as `compare` does: a method may draw
        model.fit(
            batches,
            epochs=number,
            callbacks=[*own, *method.callbacks()],
            validation_data=data.validation_data(form),
            **options,
        )
    return model


_CALLBACKS_OF_USER = "Invalid value for argument `callbacks`"
_CALLBACKS = f"{_CALLBACKS_OF_USER}. Expected"


def _check_compiled(model: Any) -> None:
    if isinstance(model, keras.Model) and model.compiled:
        return
    if isinstance(model, keras.Model):
        found = f"{model.name!r}, which is not: call `model.compile(...)` first"
    else:
        hint = ": call it" if callable(model) else ""
        found = f"{type(model).__name__}{hint}"
    raise ValueError(
        f"Invalid value for argument `model`. Expected a compiled keras.Model. Received: {found}"
    )


def _batches(
    data: TrainingImages, method: Method, batch_size: int, seed: int, augment: Augment | None
) -> PairedBatches:
    return PairedBatches(
        data.x_train,
        data.y_train,
        method.batch_size_for(batch_size),
        seed,
        augment,
        method.batches_for(data.num_classes),
        sample_weight=data.sample_weight,
        method=method.name,
    )


def _rate_falls(
    model: keras.Model,
    own: Sequence[keras.callbacks.Callback],
    method: Method,
    epochs: int,
    steps: int,
) -> bool:
    """Returns whether the learning rate ends near 0; raises if two callbacks set it."""
    callbacks = [*own, *checked_callbacks(method)]
    check_rate_is_set_once(model, own, _CALLBACKS_OF_USER)
    check_rate_is_set_once(model, callbacks, f"Method {method.name!r}")
    return rate_ends_near_zero(model, callbacks, epochs, steps)
