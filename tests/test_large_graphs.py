"""What reads or changes a model's graph takes as many steps for each layer, however many there are.

Steps are calls of functions, Python's and built-in ones, not seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral import (
    apply_gradient_mask,
    expanding_layers,
    receptive_fields,
    remove_gradient_mask,
)

pytestmark = pytest.mark.home

SIZES = (12, 24)


def chain(blocks: int) -> keras.Model:
    x = image = keras.Input((32, 32, 2))
    for number in range(blocks):
        x = layers.Conv2D(2, 3, strides=2 if number == 1 else 1, padding="same")(x)
        x = layers.ReLU()(x)
    return keras.Model(image, x)


def residual(blocks: int) -> keras.Model:
    x = image = keras.Input((32, 32, 2))
    for _ in range(blocks):
        y = layers.Conv2D(2, 3, padding="same")(x)
        y = layers.BatchNormalization()(y)
        x = layers.Add()([x, layers.ReLU()(y)])
    return keras.Model(image, layers.Conv2D(2, 3, strides=2)(x))


def steps(function: Callable[[Any], Any], model: keras.Model) -> int:
    number = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function(model)
    finally:
        sys.setprofile(before)
    return number


@pytest.mark.parametrize("build", [chain, residual])
def test_twice_the_layers_take_twice_the_steps(build: Callable[[int], keras.Model]) -> None:
    small, large = (build(blocks) for blocks in SIZES)
    apply_gradient_mask(build(1))  # what is done once is done now
    for function in (receptive_fields, expanding_layers, apply_gradient_mask, remove_gradient_mask):
        few, many = (steps(function, model) for model in (small, large))
        assert many <= 2.05 * few, function.__name__
