"""A regularizer means a layer's kernel: factors and quantized kernels are refused by name."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    FrameRegularizer,
    attach_regularizer,
    detach_regularizer,
    find_regularizers,
    frame_bounds,
)

X, Y = np.ones((4, 6, 6, 2), "float32"), np.ones((4, 3), "float32")
BOUNDS = {"lower": 0.25, "upper": 1.0, "factor": 0.01}


def new_model(**settings: Any) -> keras.Model:
    parts = [
        layers.Conv2D(3, 3, name="conv", **settings),
        layers.Conv2D(3, 3, name="plain"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3, name="dense"),
    ]
    model = keras.Sequential([keras.Input((6, 6, 2)), *parts])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    return model


def train(model: keras.Model) -> None:
    model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("name", ["conv", "dense"])
def test_a_layer_with_lora_is_refused_and_the_others_are_not(name: str) -> None:
    model = new_model()
    model.get_layer(name).enable_lora(2)
    with pytest.raises(ValueError, match=rf"'{name}' has LoRA enabled \(rank 2\)"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS), layers=[name, "plain"])
    assert model.losses == []
    assert list(attach_regularizer(model, FrameRegularizer(**BOUNDS), "plain")) == ["plain"]


def test_a_layer_that_will_have_lora_is_refused() -> None:
    model = keras.Sequential([layers.Conv2D(3, 3, lora_rank=2, name="conv")])
    with pytest.raises(ValueError, match="'conv' has LoRA enabled"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS))


@pytest.mark.parametrize("attached", [True, False], ids=["attached", "given"])
def test_lora_enabled_later_is_never_regularized_by_its_factors(attached: bool) -> None:
    model = new_model(**({} if attached else {"kernel_regularizer": FrameRegularizer(**BOUNDS)}))
    if attached:
        attach_regularizer(model, FrameRegularizer(**BOUNDS), layers="conv")
    conv = model.get_layer("conv")
    conv.enable_lora(2)
    model.compile(keras.optimizers.SGD(0.01), "mse")
    with pytest.raises(ValueError, match=r"a factor of it, .*conv/lora_kernel_a"):
        train(model)
    assert list(find_regularizers(model)) == ["conv"]
    assert detach_regularizer(model) == ["conv"]
    assert model.losses == []
    assert {conv.lora_kernel_a.regularizer, conv.lora_kernel_b.regularizer} == {None}
    train(model)


def test_detaching_gives_the_factors_the_regularizer_that_was_there_before() -> None:
    model = new_model(kernel_regularizer="l2")
    attach_regularizer(model, FrameRegularizer(**BOUNDS), layers="conv")
    conv = model.get_layer("conv")
    conv.enable_lora(2)
    detach_regularizer(model)
    factors = [conv.lora_kernel_a, conv.lora_kernel_b]
    assert all(isinstance(v.regularizer, keras.regularizers.L2) for v in factors)
    squares = [np.square(keras.ops.convert_to_numpy(v)).sum() for v in factors]
    losses = sorted(float(keras.ops.convert_to_numpy(loss)) for loss in model.losses)
    np.testing.assert_allclose(losses, sorted(0.01 * s for s in squares), rtol=1e-5)


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_a_quantized_kernel_is_refused(mode: str) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="dense")])
    try:
        model.get_layer("dense").quantize(mode)
    except ValueError:
        pytest.skip(f"Keras {keras.__version__} does not quantize to {mode}")
    with pytest.raises(ValueError, match=r"kernel of layer 'dense' is (quantized|no weight)"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS))


def test_a_kernel_in_float8_is_regularized_by_the_weight_that_trains() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="dense")])
    model.get_layer("dense").quantize("float8")
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    (loss,) = model.losses
    expected = FrameRegularizer(**BOUNDS)(model.get_layer("dense").kernel)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(loss), keras.ops.convert_to_numpy(expected), rtol=1e-6
    )


class Standardized(layers.Conv2D):
    """Calculates its kernel from another weight."""

    @property
    def kernel(self) -> Any:
        return self._kernel - keras.ops.mean(self._kernel, (0, 1, 2), keepdims=True)


def test_a_kernel_that_a_layer_calculates_is_refused() -> None:
    model = keras.Sequential([keras.Input((6, 6, 2)), Standardized(3, 3, name="own")])
    with pytest.raises(ValueError, match="kernel of layer 'own' is no weight"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS))


class Tied(layers.Conv2D):
    """Uses the kernel of another layer."""

    def __init__(self, other: layers.Conv2D, **settings: Any) -> None:
        super().__init__(other.filters, other.kernel_size, use_bias=False, **settings)
        self.other = other

    def build(self, shape: Any) -> None:
        self._kernel, self.bias, self.built = self.other.kernel, None, True


def tied(**settings: Any) -> keras.Model:
    first = layers.Conv2D(2, 3, padding="same", name="first")
    second = Tied(first, name="second", **{"padding": "same", **settings})
    return keras.Sequential([keras.Input((6, 6, 2)), first, second])


def test_a_kernel_that_layers_share_is_regularized_once() -> None:
    model = tied()
    attached = attach_regularizer(model, FrameRegularizer(**BOUNDS))
    assert list(attached) == ["first"]
    assert len(model.losses) == 1


def test_a_kernel_that_layers_use_in_different_ways_is_refused() -> None:
    with pytest.raises(ValueError, match="'first' and 'second' share one kernel, but use it in"):
        attach_regularizer(tied(dilation_rate=2), FrameRegularizer(**BOUNDS))


def test_under_spectral_normalization_the_kernel_that_acts_is_regularized() -> None:
    dense = layers.Dense(3, name="dense")
    wrapped = layers.SpectralNormalization(dense)
    model = keras.Sequential([keras.Input((5,)), wrapped])
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    _, acting = wrapped.normalized_weights()
    expected, other = (
        float(keras.ops.convert_to_numpy(FrameRegularizer(**BOUNDS)(kernel)))
        for kernel in (acting, dense.kernel)
    )
    model.compile(keras.optimizers.SGD(0.0), loss=lambda y, p: 0.0 * keras.ops.sum(p, -1))
    loss = model.fit(np.ones((4, 5)), Y, verbose=0).history["loss"][0]
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    assert abs(other / expected - 1) > 0.01


def test_the_bounds_are_those_of_the_kernel_that_acts() -> None:
    dense = layers.Dense(3, name="dense")
    dense.build((None, 4))
    dense.enable_lora(2, b_initializer="ones")
    W, A, B = (
        keras.ops.convert_to_numpy(weight).astype("float64")
        for weight in (dense.weights[0], dense.lora_kernel_a, dense.lora_kernel_b)
    )
    expected = np.linalg.svd(W + A @ B, compute_uv=False) ** 2
    np.testing.assert_allclose(frame_bounds(dense).upper, expected.max(), rtol=1e-5)
