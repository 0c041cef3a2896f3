"""The networks of the freeze's paper and of the lecture."""

import keras
import numpy as np
import pytest

from keras_lateral import expanding_layers, freeze_base_network, lecture_lenet, lecture_mlp
from tests.models.sizes import trainable


def test_the_base_network_is_that_of_table_3() -> None:
    model = freeze_base_network((32, 32, 3), 8)
    kinds = [type(layer).__name__ for layer in model.layers]
    block = ["Conv2D", "BatchNormalization", "ReLU", "Conv2D", "ReLU"]
    expected = ["InputLayer", *block, "MaxPooling2D", *block, "MaxPooling2D", *block]
    assert kinds == [*expected, "Flatten", "Dense", "Dense"]
    # Counted from 1 without the input, as in the paper: layers 7 and 13 are frozen.
    assert [model.layers[place].name for place in (7, 13)] == ["block2_first", "block3_first"]
    assert [layer.name for layer in expanding_layers(model)] == ["block2_first", "block3_first"]
    convolutions = [(3, 32), (32, 32), (32, 64), (64, 64), (64, 64), (64, 64)]
    weights = sum(9 * a * b + b for a, b in convolutions) + 2 * (32 + 64 + 64)
    assert trainable(model) == weights + 8 * 8 * 64 * 64 + 64 + 64 * 8 + 8


def test_the_lectures_networks_have_its_layers() -> None:
    lenet, mlp = lecture_lenet((28, 28, 1), 10), lecture_mlp((28, 28, 1), 10)
    shapes = [layer.output.shape[1:] for layer in lenet.layers]
    assert shapes[1:5] == [(24, 24, 6), (12, 12, 6), (8, 8, 16), (4, 4, 16)]
    head = 120 * 84 + 84 + 84 * 10 + 10
    assert trainable(lenet) == 25 * 6 + 6 + 25 * 6 * 16 + 16 + 256 * 120 + 120 + head
    assert trainable(mlp) == 784 * 120 + 120 + head


@pytest.mark.parametrize(("network", "rate"), [(lecture_lenet, 0.2), (lecture_mlp, 0.5)])
def test_a_step_of_the_lectures_networks_is_plain_descent(network, rate) -> None:
    keras.utils.set_random_seed(0)
    model = network((16, 16, 1), 2)
    bias = model.layers[-1].bias
    x = np.random.default_rng(0).random((4, 16, 16, 1), "float32")
    y = np.array([0, 1, 1, 1])
    logits = np.asarray(model.predict(x, verbose=0), "float64")
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    model.train_on_batch(x, y)
    gradient = (p - np.eye(2)[y]).mean(0)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(bias), -rate * gradient, rtol=1e-4, atol=1e-6
    )
