"""What cannot be frozen is refused clearly, and a freeze without effect warns."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import CosineDecay, ReceptiveFieldFreeze
from tests.receptive_field.freeze.freeze_cases import (
    BACKEND,
    X,
    Y,
    fit,
    freeze,
    new_model,
    trained_layers,
    weights,
)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["absent"], r"No layer is named 'absent'.*'first'"),
        (["re_lu"], r"layers with weights.*without any: \['re_lu'\]"),
        ([layers.Dropout], "No layer of model"),
    ],
)
def test_layers_that_cannot_be_frozen_are_refused(names: list[Any], message: str) -> None:
    model = new_model()
    model.layers[3].name = "re_lu"
    with pytest.raises(ValueError, match=message):
        fit(model, ReceptiveFieldFreeze(names))


def test_bad_epochs_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="argument `epochs`"):
        ReceptiveFieldFreeze(["second"], epochs=[(4, 2)])


def test_a_model_that_is_not_built_is_refused() -> None:
    model = keras.Sequential([layers.Dense(2, name="dense")])
    callback = ReceptiveFieldFreeze(["dense"])
    callback.set_model(model)
    with pytest.raises(ValueError, match="is not built"):
        callback.on_train_begin()


def test_a_model_that_is_not_compiled_is_refused() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")])
    callback = ReceptiveFieldFreeze(["dense"])
    callback.set_model(model)
    with pytest.raises(ValueError, match="is not compiled"):
        callback.on_train_begin()


@pytest.mark.skipif(BACKEND == "tensorflow", reason="there the first step builds it, too late")
def test_a_model_that_fit_builds_is_frozen_from_the_first_step_on() -> None:
    model = keras.Sequential([layers.Flatten(), layers.Dense(3, name="a"), layers.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit(model, ReceptiveFieldFreeze(["a"], epochs=0))
    np.testing.assert_array_equal(weights(model, "a")[1], 0)  # the bias it was built with


def test_weights_that_do_not_train_anyway_warn() -> None:
    model = new_model()
    model.get_layer("second").trainable = False
    model.compile("sgd", model.loss)
    with pytest.warns(UserWarning, match=r"layers \['second'\] are not trainable anyway"):
        fit(model, freeze("second", epochs=0))


def test_epochs_that_are_not_trained_warn() -> None:
    with pytest.warns(UserWarning, match=r"changed nothing: no epoch.*epochs=\[7\]"):
        fit(new_model(), freeze("second", epochs=[7]), epochs=2)


def test_training_that_stops_before_its_last_epoch_warns() -> None:
    stops = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=100.0)
    with pytest.warns(UserWarning, match="changed nothing: no epoch.*epochs='last'"):
        fit(new_model(), freeze("second", epochs="last"), stops, epochs=9)


class WritesToo(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        bias = self.model.get_layer("second").bias
        bias.assign(bias + 1.0)


def test_a_weight_that_something_else_writes_is_named_unless_verify_is_off() -> None:
    with pytest.raises(RuntimeError, match=r"have changed: \['second/bias'\]"):
        fit(new_model(), WritesToo(), freeze("second", epochs=0))
    model = new_model()
    before = weights(model, "second")
    fit(model, WritesToo(), freeze("second", epochs=0, verify=False))
    np.testing.assert_array_equal(weights(model, "second")[1], before[1] + 1.0)


class TwoOptimizers(keras.Model):
    """A custom training step in which another optimizer trains one layer."""

    def train_step(self, data: Any) -> Any:
        logs = super().train_step(data)
        bias = self.get_layer("second").bias
        bias.assign(bias - 0.1)
        return logs


@pytest.mark.skipif(BACKEND == "jax", reason="there a step has no state but the model's")
def test_the_models_own_optimizer_is_noticed() -> None:
    model = new_model(model=TwoOptimizers)
    with pytest.raises(RuntimeError, match=r"\['second/bias'\].*custom `train_step`"):
        fit(model, freeze("second", epochs=0))


def test_a_version_of_keras_that_lacks_what_is_needed_is_refused_before_a_step() -> None:
    model = new_model()
    fit(model)
    before = model.get_weights()
    del vars(model.optimizer)["_trainable_variables"]
    with pytest.raises(RuntimeError, match=f"Keras {keras.__version__} offers no known way"):
        fit(model, freeze("second", epochs=0))
    for found, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_one_callback_serves_several_models() -> None:
    callback = freeze("second", epochs=0)
    names = {"first", "normal", "third", "last"}
    assert trained_layers(new_model(), callback) == [names]
    assert trained_layers(new_model(), callback) == [names]


def test_the_first_batch_of_another_fit_is_ordinary_again() -> None:
    model = new_model()
    fit(model, freeze("second", epochs=0))
    before = weights(model, "second")
    model.train_on_batch(X[:4], Y[:4])
    assert (weights(model, "second")[0] != before[0]).any()


@pytest.mark.parametrize("epochs", ["last", [9]])
def test_a_freeze_where_the_learning_rate_is_near_0_warns(epochs: Any) -> None:
    callback = ReceptiveFieldFreeze(["first"], epochs)
    with pytest.warns(UserWarning, match=r"next to nothing: in the frozen epochs \[9\]"):
        fit(new_model(), callback, CosineDecay(), epochs=10)


def test_a_freeze_that_stops_larger_steps_too_does_not_warn() -> None:
    fit(new_model(), ReceptiveFieldFreeze(["first"], [1, 9]), CosineDecay(), epochs=10)
