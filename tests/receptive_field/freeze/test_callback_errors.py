"""What cannot be frozen is refused clearly, and a freeze without effect warns."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import CosineDecay, ReceptiveFieldFreeze
from tests.receptive_field.freeze.freeze_cases import (
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


def test_a_model_that_is_not_compiled_is_refused() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")])
    callback = ReceptiveFieldFreeze(["dense"])
    callback.set_model(model)
    with pytest.raises(ValueError, match="is not compiled"):
        callback.on_train_begin()


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
