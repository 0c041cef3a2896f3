"""A penalty is that of its layer's operator, or what reads the model says that it is not."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import keras_lateral as kl
from keras_lateral.frame.other_operators import other_operators
from tests.backends import to_numpy

X = np.ones((2, 8, 8, 4), "float32")

LAYERS: dict[str, tuple[type, type, dict[str, Any]]] = {
    "strided": (layers.Conv2D, kl.layers.GradientMaskConv2D, {"filters": 4, "strides": 2}),
    "in groups": (layers.Conv2D, kl.layers.GradientMaskConv2D, {"filters": 4, "groups": 2}),
    "dilated and strided": (
        layers.Conv1D,
        kl.layers.GradientMaskConv1D,
        {"filters": 4, "dilation_rate": 2},
    ),
    "depthwise": (layers.DepthwiseConv2D, kl.layers.GradientMaskDepthwiseConv2D, {}),
    "transposed": (
        layers.Conv2DTranspose,
        kl.layers.GradientMaskConv2DTranspose,
        {"filters": 4, "strides": 2},
    ),
}
PENALTIES = [kl.FrameRegularizer, kl.OrthogonalConvolution, kl.SoftOrthogonality]


def regularized(kind: type, arguments: dict[str, Any], penalty: Any) -> keras.Model:
    depthwise = "Depthwise" in kind.__name__
    argument = "depthwise_regularizer" if depthwise else "kernel_regularizer"
    initializer = argument.replace("regularizer", "initializer")
    made = kind(
        kernel_size=3,
        name="conv",
        **{argument: penalty, initializer: keras.initializers.RandomNormal(stddev=0.5, seed=1)},
        **arguments,
    )
    shape = (8, 4) if "1D" in kind.__name__ else (8, 8, 4)
    return keras.Sequential([keras.Input(shape), made])


def loss(model: keras.Model) -> float:
    (value,) = model.losses
    return float(to_numpy(value))


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("case", LAYERS)
def test_a_masked_layer_tells_its_regularizer_how_it_acts(case: str, penalty: Any) -> None:
    plain, masked, arguments = LAYERS[case]
    attached = regularized(plain, arguments, None)
    kl.attach_regularizer(attached, penalty())
    given = regularized(masked, arguments, penalty())
    assert loss(given) == pytest.approx(loss(attached), rel=1e-5)
    assert not list(other_operators(given))
    again = keras.Sequential.from_config(given.get_config())
    again.set_weights(given.get_weights())
    assert loss(again) == pytest.approx(loss(attached), rel=1e-5)


def test_a_layer_that_acts_as_is_read_off_the_kernel_leaves_the_config_alone() -> None:
    regularizer = kl.FrameRegularizer()
    before = regularizer.get_config()
    regularized(kl.layers.GradientMaskConv2D, {"filters": 4}, regularizer)
    assert regularizer.get_config() == before


def test_a_regularizer_that_layers_share_is_told_once_and_the_other_layer_warns() -> None:
    shared = kl.FrameRegularizer()
    regularized(kl.layers.GradientMaskConv2D, {"filters": 4, "strides": 2}, shared)
    with pytest.warns(UserWarning, match=r"'conv' is computed for another operator"):
        regularized(kl.layers.GradientMaskConv2D, {"filters": 4}, shared)
    assert shared.strides == (2, 2)


def test_what_reads_a_model_says_that_a_penalty_is_of_another_operator() -> None:
    model = regularized(layers.Conv2D, {"filters": 4, "strides": 2}, kl.FrameRegularizer())
    said = "FrameRegularizer of 'conv' is computed with strides=1, not strides=(2, 2) as the layer"
    assert said in " ".join(str(kl.summary(model)).split())
    model.compile("sgd", "mse")
    for callback in (kl.RegularizerSchedule({0: 0.5}), kl.FrameBoundsMonitor()):
        with pytest.warns(UserWarning, match="computed with strides=1"):
            model.fit(X, np.ones((2, 3, 3, 4)), verbose=0, callbacks=[callback])


def test_what_is_given_or_makes_no_difference_is_not_mentioned() -> None:
    for penalty in (kl.FrameRegularizer(strides=2), kl.SoftOrthogonality()):
        assert not list(
            other_operators(regularized(layers.Conv2D, {"filters": 4, "strides": 2}, penalty))
        )
