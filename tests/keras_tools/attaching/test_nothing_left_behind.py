"""What is attached and taken away again leaves no attribute behind, on the model or a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import (
    FrameRegularizer,
    ReceptiveFieldFreeze,
    apply_gradient_mask,
    attach_regularizer,
    detach_regularizer,
    minimize_sharpness,
    prune,
    remove_gradient_mask,
    remove_pruning,
    summary,
)
from keras_lateral.keras_tools.all_layers import all_layers

X = np.random.default_rng(0).normal(size=(4, 8, 8, 2)).astype("float32")
Y = np.zeros(4, "int32")


def new_model() -> keras.Model:
    layers = keras.layers
    inner = [keras.Input((6, 6, 3)), layers.SeparableConv2D(4, 3, name="separable")]
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(3, 3, name="conv", kernel_regularizer="l2"),
            layers.ReLU(name="relu"),
            keras.Sequential(inner, name="nested"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", name="dense"),
        ]
    )
    optimizer = keras.optimizers.SGD(0.1, use_ema=True)
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
    return model


LEFT_BY_FIT = {"history", "_jax_state", "_eval_epoch_iterator"}
"""What Keras' own `fit` leaves on a model."""


def attributes(model: keras.Model) -> set[str]:
    """Returns the class and each attribute's name of the model, its optimizer and its layers."""
    owners = [model, model.optimizer, *all_layers(model)]
    return {
        f"{type(owner).__name__} {owner.name!r}: {name}"
        for owner in owners
        for name in vars(owner).keys() - LEFT_BY_FIT
    }


def train(model: keras.Model, **arguments: Any) -> None:
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0, **arguments)


def mask(model: keras.Model) -> None:
    apply_gradient_mask(model, ["conv", "relu"])


def freeze(model: keras.Model) -> None:
    train(model, callbacks=[ReceptiveFieldFreeze(layers="conv", epochs=[1])])


def summarize(model: keras.Model) -> None:
    str(summary(model))


def twice(change: Callable[[Any], Any], *values: Any) -> Callable[[Any], None]:
    return lambda model: [change(model, value) for value in values] and None


Call = Callable[[keras.Model], Any]

PAIRS: dict[str, tuple[Call, Call]] = {
    "masks": (mask, remove_gradient_mask),
    "regularizers": (lambda m: attach_regularizer(m, FrameRegularizer()), detach_regularizer),
    "pruning": (lambda m: prune(m, 0.3), remove_pruning),
    "pruning twice": (twice(prune, 0.3, 0.5), remove_pruning),
    "filters": (lambda m: prune(m, 0.3, structure="filters", scope="layer"), remove_pruning),
    "a frozen epoch": (freeze, lambda m: None),
    "a summary": (summarize, lambda m: None),
}


@pytest.mark.parametrize("trained_between", [False, True])
@pytest.mark.parametrize("trained_before", [False, True])
@pytest.mark.parametrize("pair", PAIRS)
def test_the_attributes_are_those_of_before(
    pair: str, trained_before: bool, trained_between: bool
) -> None:
    attach, remove = PAIRS[pair]
    model = new_model()
    if trained_before:
        train(model)
    model.optimizer.build(model.trainable_variables)
    before = attributes(model)
    attach(model)
    if trained_between:
        train(model)
    remove(model)
    assert attributes(model) ^ before == set()
    train(model)  # nothing that is gone warns or acts
    assert attributes(model) ^ before == set()


def test_masks_that_others_have_replaced_are_not_looked_for() -> None:
    model = new_model()
    mask(model)
    apply_gradient_mask(model, ["conv", "relu"], existing="replace")
    train(model)  # a warning would be an error


def sharpen(model: keras.Model) -> None:
    minimize_sharpness(model)


@pytest.mark.parametrize("pair", ["masks", "regularizers", "pruning"])
@pytest.mark.parametrize("sharp_first", [True, False])
def test_a_training_step_that_was_set_meanwhile_stays(pair: str, sharp_first: bool) -> None:
    attach, remove = PAIRS[pair]
    model = new_model()
    sharpen(model)
    expected = attributes(model)
    other = new_model()
    for step in [sharpen, attach, remove] if sharp_first else [attach, sharpen, remove]:
        step(other)
    assert names(attributes(other)) == names(expected)


def names(found: set[str]) -> list[str]:
    return sorted(name.partition(": ")[2] for name in found)
