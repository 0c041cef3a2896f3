"""Masks are found however a model holds them."""

import keras
import numpy as np
import pytest

from keras_lateral import GradientMask, GradientMaskConv1D, GradientMaskConv2D, find_gradient_masks
from keras_lateral.layers import GradientMaskSeparableConv2D


def conv(name: str) -> GradientMaskConv2D:
    return GradientMaskConv2D(2, 3, padding="same", sigma=1.0, name=name)


class Residual(keras.layers.Layer):
    """Keeps its layers where Keras tracks them and `model.layers` does not show them."""

    def __init__(self) -> None:
        super().__init__()
        self.branches = {"a": [conv("deep")], "b": GradientMask(sigma=1.0, name="bare")}

    def build(self, shape: tuple) -> None:
        self.branches["a"][0].build(shape)
        self.branches["b"].build(shape)

    def call(self, x: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        return self.branches["b"](x + self.branches["a"][0](x, training=training))


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.residual, self.last = conv("first"), Residual(), conv("last")

    def call(self, x: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        x = self.residual(self.first(x, training=training), training=training)
        return self.last(x, training=training)


def test_masks_of_a_sequential_model_come_in_its_order_by_its_layers_names() -> None:
    last = GradientMaskSeparableConv2D(2, 3, sigma=1.0, name="last")
    model = keras.Sequential(
        [keras.Input((6, 6, 2)), conv("first"), GradientMask(sigma=1.0, name="middle"), last]
    )
    found = find_gradient_masks(model)
    assert list(found) == ["first", "middle", "last"]
    assert found["middle"] is model.layers[1]
    assert found["last"] is last.gradient_mask


def test_masks_in_nested_models_and_wrappers_are_found() -> None:
    inner = keras.Sequential([keras.Input((6, 6, 2)), conv("inner")], name="nested")
    x = keras.Input((3, 6, 6, 2))
    y = keras.layers.TimeDistributed(conv("wrapped"))(x)
    y = keras.layers.TimeDistributed(inner)(y)
    assert list(find_gradient_masks(keras.Model(x, y))) == ["wrapped", "inner"]


def test_masks_within_custom_layers_of_a_subclassed_model_are_found() -> None:
    model = Subclassed()
    model(np.zeros((1, 5, 5, 2), "float32"))
    assert set(find_gradient_masks(model)) == {"first", "deep", "bare", "last"}


def test_a_mask_used_twice_is_found_once() -> None:
    mask = GradientMask(sigma=1.0, name="shared")
    x = keras.Input((6, 6, 2))
    model = keras.Model(x, mask(keras.layers.Conv2D(2, 1)(mask(x))))
    assert list(find_gradient_masks(model)) == ["shared"]


def test_masks_of_layers_with_one_name_are_told_apart_by_where_they_are() -> None:
    parts = [keras.Sequential([keras.Input((6, 6, 2)), conv("conv")], name=n) for n in "abc"]
    model = keras.Sequential([keras.Input((6, 6, 2)), *parts])
    found = find_gradient_masks(model)
    assert list(found) == ["a/conv", "b/conv", "c/conv"]
    assert len(set(map(id, found.values()))) == 3


def test_masks_of_other_models_are_not_found() -> None:
    other = keras.Sequential([keras.Input((6, 2)), GradientMaskConv1D(2, 3, sigma=1.0)])
    model = keras.Sequential([keras.Input((6, 2)), keras.layers.Conv1D(2, 3)])
    assert len(find_gradient_masks(other)) == 1
    with pytest.raises(ValueError, match="has no gradient mask"):
        find_gradient_masks(model)


def test_masks_of_a_model_that_is_not_built_are_found() -> None:
    assert list(find_gradient_masks(keras.Sequential([conv("conv")]))) == ["conv"]


def test_a_model_without_masks_that_is_not_built_says_so() -> None:
    with pytest.raises(ValueError, match="it is not built"):
        find_gradient_masks(keras.Sequential([keras.layers.Conv2D(2, 3)]))
