"""Makes `tests/saved_before/files/methods`: what methods leave in models that they changed.

Run it with version 0.2.0 and the oldest Keras that it runs with, 3.10, from the root:

    KERAS_BACKEND=tensorflow python -m tests.saved_before.make_methods

The test builds nothing with this file; it reads what is kept, and compares it with `expected.json`.
"""

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import layers

from keras_lateral import (
    Backdrop,
    CosineLoss,
    HarmonicConv2D,
    StochasticDepth,
    apply_gradient_mask,
    fit_with_methods,
    gradient_centralization_method,
)
from tests.saved_before.make import compress, images, versions

FOLDER = Path(__file__).parent / "files" / "methods"
LABELS = {3: np.array([0, 2, 1]), 1: np.array([0, 1, 1])}
"""By the number of scores."""


def remedies() -> keras.Model:
    """Two harmonic convolutions, the second on a branch that may be left out; centralized SGD."""
    x = keras.Input((8, 8, 2))
    trunk = HarmonicConv2D(4, 3, level=3, padding="same", name="harmonic")(x)
    branch = HarmonicConv2D(4, 3, padding="same", activation="relu", name="all_frequencies")(trunk)
    branch = StochasticDepth(0.75, seed=3, name="stochastic_depth")(branch)
    y = Backdrop(0.25, rescale=False, seed=5, name="backdrop")(layers.Add()([trunk, branch]))
    model = keras.Model(x, layers.Dense(3, name="scores")(layers.Flatten()(y)))
    return gradient_centralization_method().change(compiled(model, CosineLoss(crossentropy=0.5)))


def plain(scores: int) -> keras.Model:
    """A small network with a ReLU layer."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(4, 3, name="convolution"),
            layers.ReLU(name="relu"),
            layers.Flatten(),
            layers.Dense(scores, name="scores"),
        ]
    )


def compiled(model: keras.Model, loss: keras.losses.Loss) -> keras.Model:
    sgd = keras.optimizers.SGD(0.01, momentum=0.9)
    model.compile(sgd, loss, metrics=["accuracy"], jit_compile=False)
    return model


def mixed(model: keras.Model) -> keras.Model:
    """Returns the model after an epoch of mixed images: its loss takes mixed labels."""
    return fit_with_methods(
        model, images(), labels_for(model), ["mixup"], epochs=1, batch_size=3, seed=0, verbose=0
    )


def mixed_images() -> keras.Model:
    return mixed(compiled(plain(3), keras.losses.SparseCategoricalCrossentropy(from_logits=True)))


def mixed_images_of_two_classes() -> keras.Model:
    return mixed(compiled(plain(1), keras.losses.BinaryCrossentropy(from_logits=True)))


def masked_in_place() -> keras.Model:
    """One mask in a convolution, one behind a layer that is none."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return apply_gradient_mask(
        compiled(plain(3), loss), ["convolution", "relu"], sigma=0.75, threshold=0.3
    )


MODELS: dict[str, Callable[[], keras.Model]] = {
    "remedies": remedies,
    "mixed_images": mixed_images,
    "mixed_images_of_two_classes": mixed_images_of_two_classes,
    "masked_in_place": masked_in_place,
}


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.keras"


def labels_for(model: keras.Model) -> np.ndarray:
    return LABELS[model.output_shape[-1]]


def measured(name: str) -> dict[str, list]:
    """Returns scores, and loss and metrics, of a model that was read from its file."""
    model = keras.saving.load_model(file_of(name))
    scores = keras.ops.convert_to_numpy(model(images()))
    values = np.atleast_1d(model.evaluate(images(), labels_for(model), verbose=0))
    return {"scores": scores.tolist(), "evaluated": values.tolist()}


def main() -> None:
    FOLDER.mkdir(parents=True)
    for name, build in MODELS.items():
        keras.utils.set_random_seed(0)
        model = build()
        model.train_on_batch(images(), labels_for(model))
        model.save(file_of(name))
        compress(file_of(name))
    expected = {name: measured(name) for name in MODELS} | {"made with": versions()}
    text = json.dumps(expected, indent=1, sort_keys=True)
    (FOLDER / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
