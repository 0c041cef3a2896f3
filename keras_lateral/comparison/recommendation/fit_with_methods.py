"""One training with methods, outside a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.head.label_form import classes_of, label_form
from keras_lateral.keras_tools.learning_rate import rate_ends_near_zero
from keras_lateral.keras_tools.paired_batches import Augment, GivenLabels, PairedBatches
from keras_lateral.keras_tools.soft_labels import use_soft_labels
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.method import Method, combination
from keras_lateral.methods import methods_of

NO_METHOD = Method("no method")


def fit_with_methods(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    methods: Sequence[str | Method],
    *,
    epochs: int,
    batch_size: int = 32,
    augment: Augment | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    seed: int = 0,
    **options: Any,
) -> keras.Model:
    """Trains a model with methods together, as `compare` trains it with them.

    Args:
        model: A compiled model that has made no step.
        x: Training images, `(images, height, width, channels)`, as they are compared: float32,
            in [0, 1].
        y: Integer labels, `(images,)`; the model's loss may take them one-hot, or as one column.
        methods: Names of methods, or objects of class `Method`, that act together; none for a
            training as compiled.
        epochs: Number of epochs, before a method changes it.
        batch_size: Images in a batch, before a method changes it.
        augment: As for `compare`.
        callbacks: Callbacks of the training, besides those of the methods.
        seed: Seed of the order of the images and of what batches draw, set for all of Keras.
        **options: Further arguments of `fit`, such as `validation_data` or `verbose`.

    Returns:
        The trained model; its `history` is that of `fit`. A method may have replaced the model, so
        go on with this one.

    Raises:
        ValueError: If a method cannot be applied, or two of them set the same thing.

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
    own, classes = list(callbacks), classes_of(model, y)
    method = combination(methods_of(methods)) if methods else NO_METHOD
    size, number = method.batch_size_for(batch_size), method.epochs_for(epochs)
    change = method.batches_for(classes)
    batches = PairedBatches(x, y, size, seed, augment, change, method=method.name)
    method = method.under(
        rate_ends_near_zero(model, [*own, *method.callbacks()], number, len(batches))
    )
    form = label_form(model, lambda: x)
    model = method.change(model)
    if change is not None and batches[0][1].ndim == 2:
        use_soft_labels(model)
    batches.given = GivenLabels(label_form(model, lambda: x, form), classes)
    keras.utils.set_random_seed(seed)
    with without_retracing_warnings():
        model.fit(batches, epochs=number, callbacks=[*own, *method.callbacks()], **options)
    return model
