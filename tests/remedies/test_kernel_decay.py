"""Weight decay falls on kernels, whatever they are called, and in copies of a model too."""

import warnings
from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import decay_kernels
from keras_lateral.tuning.training_settings import TrainingSettings, set_settings

RATE, DECAY = 0.5, 0.1

SETTERS = {
    "remedy": lambda model: decay_kernels(model, DECAY),
    "tuned": lambda model: set_settings(model, TrainingSettings(RATE, DECAY, 8)),
}


class OddNames(layers.Layer):
    """A kernel that is called `weights`, and a scale of one axis that is called `kernel`."""

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.w = self.add_weight((input_shape[-1], 3), "ones", name="weights")
        self.scale = self.add_weight((3,), "ones", name="kernel")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return (inputs @ self.w) * self.scale


def network() -> keras.Model:
    words = keras.Input((4,), dtype="int32")
    x = layers.Embedding(5, 6)(words)
    x = layers.SeparableConv1D(6, 3, bias_initializer="ones")(x)
    x = layers.BatchNormalization()(layers.LayerNormalization()(x))
    x = OddNames()(layers.GlobalAveragePooling1D()(x))
    model = keras.Model(words, layers.Dense(2, bias_initializer="ones")(x))
    model.compile(keras.optimizers.SGD(RATE), "mse")
    return model


@pytest.mark.parametrize("setter", SETTERS.values(), ids=SETTERS)
@pytest.mark.parametrize("copied", [False, True], ids=["itself", "a copy"])
def test_only_kernels_decay(setter: Callable[[keras.Model], keras.Model], copied: bool) -> None:
    model = setter(network())
    optimizer = model.optimizer
    if copied:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the copy's own optimizer does not know
            model = keras.models.clone_model(model)
    optimizer.build(model.trainable_variables)
    before = {v.path: np.array(v) for v in model.trainable_variables}
    optimizer.apply([keras.ops.zeros(v.shape) for v in model.trainable_variables])
    decayed = set()
    for variable in model.trainable_variables:
        factor = np.array(variable) / np.where(before[variable.path] == 0, 1, before[variable.path])
        if not np.allclose(np.array(variable), before[variable.path]):
            np.testing.assert_allclose(factor, 1 - RATE * DECAY, rtol=1e-5)
            decayed.add(variable.path)
    names = {path.rsplit("/", 1)[-1] for path in decayed}
    assert names - {"kernel"} == {"depthwise_kernel", "pointwise_kernel", "weights"}
    assert any("dense" in path for path in decayed)
    assert copied or not any("odd_names" in p and p.endswith("/kernel") for p in decayed)
