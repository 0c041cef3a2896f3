"""Sensitivity to pixels agrees with convolutions of kernels, and stays within the field."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from scipy.signal import convolve

from keras_lateral import effective_receptive_field, receptive_fields

RNG = np.random.default_rng(0)
CONVOLUTIONS = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}


def chain(dimensions: int, size: int, depth: int = 3, **keywords: Any) -> keras.Model:
    convolution = CONVOLUTIONS[dimensions]
    keywords = {"kernel_initializer": "ones"} | keywords
    convs = [convolution(1, 3, name=f"conv{n + 1}", **keywords) for n in range(depth)]
    return keras.Sequential([keras.Input((size,) * dimensions + (1,)), *convs])


def noise(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype("float32")


def measured(model: keras.Model, layer: Any, images: np.ndarray, **keywords: Any) -> Any:
    return effective_receptive_field(model, layer, images, **({"field": None} | keywords))


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_kernels_of_ones_give_powers_of_the_box(dimensions: int) -> None:
    model = chain(dimensions, 9)
    found = measured(model, "conv3", noise(2, *model.input_shape[1:]))
    profile = np.convolve(np.convolve([1, 1, 1], [1, 1, 1]), [1, 1, 1])
    expected = profile
    for _ in range(dimensions - 1):
        expected = np.multiply.outer(expected, profile)
    expected = np.pad(expected, 1)  # seven pixels in the middle of nine
    np.testing.assert_allclose(found.map, expected, rtol=1e-5)
    assert (found.position, found.images) == ((1,) * dimensions, 2)


def test_random_kernels_give_the_absolute_value_of_their_convolution() -> None:
    model = chain(2, 7, 3, kernel_initializer="random_normal")
    kernels = [ops.convert_to_numpy(layer.kernel)[:, :, 0, 0] for layer in model.layers]
    expected = np.abs(convolve(convolve(kernels[0], kernels[1]), kernels[2]))
    found = measured(model, "conv3", noise(1, 7, 7, 1))
    np.testing.assert_allclose(found.map, expected, rtol=1e-3, atol=1e-6 * expected.max())


def test_dilation_spreads_the_taps_and_leaves_holes_of_exactly_zero() -> None:
    model = chain(2, 13, 2, dilation_rate=3)
    found = measured(model, "conv2", noise(1, 13, 13, 1))
    taps = np.zeros(13)
    taps[::3] = [1, 2, 3, 2, 1]
    np.testing.assert_array_equal(found.map > 0, np.outer(taps, taps) > 0)
    np.testing.assert_allclose(found.map, np.outer(taps, taps), rtol=1e-6)


def strided() -> list[Any]:
    return [
        layers.Conv2D(3, (3, 5), strides=2, padding="same", name="first"),
        layers.AveragePooling2D(2, name="pool"),
        layers.Conv2D(3, 3, dilation_rate=2, padding="same", name="dilated"),
        layers.Conv2DTranspose(2, 3, strides=2, name="unit"),
    ]


@pytest.mark.parametrize("position", [(0, 0), (4, 3), (10, 12)])
def test_outside_the_calculated_field_the_gradient_is_exactly_zero(
    position: tuple[int, int],
) -> None:
    # Lengths that pooling divides without a remainder: no unit sees pixels that pooling drops.
    model = keras.Sequential([keras.Input((20, 24, 2)), *strided()])
    x = noise(4, 20, 24, 2)
    found = effective_receptive_field(model, "unit", x, position=position, channel="random")
    assert found.calculated == receptive_fields(model)["unit"].region(position)
    (top, bottom), (left, right) = found.visible
    outside = np.ones(found.map.shape, bool)
    outside[top : bottom + 1, left : right + 1] = False
    assert not found.map[outside].any()
    # And it reaches each of the field's sides that lie in the image.
    for axis, sides in enumerate(found.calculated):
        reached = found.map.any(axis=1 - axis)
        assert all(reached[side] for side in sides if 0 <= side < len(reached))


def test_one_layer_is_its_kernel_summed_by_hand_over_channels_and_images() -> None:
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")
    model = keras.Sequential([keras.Input((5, 5, 2)), conv])
    x = noise(6, 5, 5, 2)
    W = ops.convert_to_numpy(conv.kernel)
    expected = np.zeros((5, 5))
    for image in x:
        window = image[1:4, 1:4]
        active = np.einsum("ijc,ijck->k", window, W) > 0  # relu's derivative
        expected[1:4, 1:4] += np.abs((W * active).sum(axis=-1)).sum(axis=-1) / len(x)
    np.testing.assert_allclose(measured(model, "conv", x).map, expected, rtol=1e-5)
    kernel = np.abs(W[..., 2]).sum(axis=-1)
    active = [np.sum(image[1:4, 1:4] * W[..., 2]) > 0 for image in x]
    found = measured(model, "conv", x, channel=2).map[1:4, 1:4]
    np.testing.assert_allclose(found, kernel * np.mean(active), rtol=1e-5)


def test_several_batches_give_the_same_as_one() -> None:
    model = chain(2, 9, activation="relu")
    x = noise(7, 9, 9, 1)
    together, split = (measured(model, "conv3", x, batch_size=size) for size in (7, 3))
    np.testing.assert_allclose(split.map, together.map, rtol=1e-5)


def test_the_position_moves_the_field_and_the_border_cuts_it() -> None:
    model = chain(2, 8, 1, padding="same")
    found = measured(model, "conv1", noise(1, 8, 8, 1), position=(0, 5))
    expected = np.zeros((8, 8))
    expected[0:2, 4:7] = 1
    np.testing.assert_array_equal(found.map, expected)


def test_a_layer_after_flatten_sees_the_whole_image() -> None:
    model = chain(2, 5, 1)
    dense = layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((5, 5, 1)), model.layers[0], layers.Flatten(), dense])
    found = measured(model, dense, noise(1, 5, 5, 1))
    np.testing.assert_allclose(found.map, np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]), rtol=1e-6)
    assert found.position == ()


def test_layers_of_nested_models_are_measured() -> None:
    flat = chain(1, 9)
    inner = keras.Sequential(flat.layers[1:], name="inner")
    model = keras.Sequential([keras.Input((9, 1)), flat.layers[0], inner])
    x = noise(1, 9, 1)
    expected = measured(flat, "conv2", x, position=(2,))
    found = measured(model, "inner/conv2", x, position=(2,))
    np.testing.assert_array_equal(found.map, expected.map)


class WithoutTraining(keras.Model):
    """Its `call` takes no argument `training`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = layers.Conv1D(1, 3, kernel_initializer="ones", name="conv")

    def call(self, x: Any) -> Any:
        return self.conv(x)


def test_a_subclassed_model_is_built_and_measured() -> None:
    found = measured(WithoutTraining(), "conv", noise(1, 5, 1))
    np.testing.assert_array_equal(found.map, [0, 1, 1, 1, 0])
    with pytest.warns(UserWarning, match="No receptive field is calculated for layer 'conv'"):
        assert measured(WithoutTraining(), "conv", noise(1, 5, 1), field="auto").ratio() is None


def test_nothing_in_the_model_changes_and_dropout_is_off() -> None:
    conv = layers.Conv2D(2, 3, name="conv", kernel_initializer="ones")
    noisy = [layers.BatchNormalization(momentum=0.5), layers.Dropout(0.9, seed=1)]
    model = keras.Sequential([keras.Input((7, 7, 1)), *noisy, conv])
    before = [ops.convert_to_numpy(variable) for variable in model.variables]
    found = measured(model, conv, noise(3, 7, 7, 1))
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, ops.convert_to_numpy(variable))
    # Moving variance 1, epsilon 1e-3, and two channels of ones.
    np.testing.assert_allclose(found.map[2:5, 2:5], 2 / np.sqrt(1 + 1e-3), rtol=1e-5)


class CallCounter(layers.Layer):
    """Counts its calls in a variable, whether it trains or not."""

    def build(self, input_shape: Any) -> None:
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any) -> Any:
        self.calls.assign_add(1.0)
        return x


def test_what_layers_write_in_a_forward_pass_is_discarded() -> None:
    flat = chain(1, 5, 1)
    counter = CallCounter()
    model = keras.Sequential([keras.Input((5, 1)), counter, *flat.layers])
    before = float(counter.calls.value)
    measured(model, "conv1", noise(2, 5, 1))
    assert float(counter.calls.value) == before


def test_training_towards_an_identity_shrinks_the_field() -> None:
    model = chain(2, 9, 2, kernel_initializer="random_normal")
    x = noise(4, 9, 9, 1)
    before = measured(model, "conv2", x)
    for layer in model.layers:
        kernel = np.zeros(layer.kernel.shape, "float32")
        kernel[1, 1] = 1
        layer.kernel.assign(kernel)
    change = before.compare(measured(model, "conv2", x))
    assert change.after.size() == (1, 1)
    assert change.growth() == tuple(1 / size for size in before.size())
    assert change.overlap == pytest.approx(before.map[4, 4] / before.map.sum())


def test_random_signs_see_through_a_sum_that_is_constant() -> None:
    conv, softmax = layers.Conv1D(4, 3), layers.Softmax(name="softmax")
    model = keras.Sequential([keras.Input((5, 2)), conv, softmax])
    x = noise(8, 5, 2)
    constant, signed = (measured(model, softmax, x, channel=kind) for kind in ("sum", "random"))
    assert constant.map.max() < 1e-5 * signed.map.max()
    again = measured(model, softmax, x, channel="random")
    np.testing.assert_array_equal(again.map, signed.map)


def test_a_gradient_of_zero_everywhere_is_an_error_with_its_reasons() -> None:
    dead = layers.Conv1D(1, 3, activation="relu", bias_initializer=lambda *_, **__: [-1e3])
    model = keras.Sequential([keras.Input((5, 2)), dead])
    with pytest.raises(ValueError, match=r'is 0 for every image .* `channel="random"`'):
        measured(model, dead, noise(1, 5, 2))


def test_a_gradient_that_is_not_finite_is_refused() -> None:
    model = chain(1, 5, 1)
    model.layers[0].kernel.assign(np.full((3, 1, 1), np.inf))
    with pytest.raises(ValueError, match="not finite"):
        measured(model, "conv1", noise(1, 5, 1))


@pytest.mark.parametrize("shape", [(9, 9, 1), (2, 9, 1, 1, 1), (0, 9, 9, 1)])
def test_images_of_another_rank_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"`images`. .* of rank 4. Received: shape=\("):
        measured(chain(2, 9), "conv1", noise(*shape))


def test_a_missing_layer_is_refused_and_the_existing_ones_are_named() -> None:
    with pytest.raises(ValueError, match="`layer`. .*'conv1', 'conv2'"):
        measured(chain(2, 9, 2), "conv9", noise(1, 9, 9, 1))


def test_a_model_with_two_inputs_is_refused() -> None:
    inputs = [keras.Input((5, 1)), keras.Input((5, 1))]
    model = keras.Model(inputs, layers.Add()(inputs))
    with pytest.raises(ValueError, match="Expected a model with one input"):
        measured(model, "add", noise(1, 5, 1))


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="TensorFlow has none on a CPU")
def test_channels_first_is_the_same_with_its_axes_moved() -> None:
    last = keras.Sequential([keras.Input((6, 5, 2)), layers.Conv2D(3, 3, name="conv")])
    conv = layers.Conv2D(3, 3, name="conv", data_format="channels_first")
    first = keras.Sequential([keras.Input((2, 6, 5)), conv])
    first.set_weights(last.get_weights())
    x = noise(2, 6, 5, 2)
    expected = measured(last, "conv", x, channel=1, position=(3, 0))
    found = measured(first, "conv", np.moveaxis(x, -1, 1), channel=1, position=(3, 0))
    np.testing.assert_allclose(found.map, expected.map, rtol=1e-5)
