"""A mask that no training step uses is told, once, after the first step."""

import warnings
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import ReceptiveFieldFreeze, apply_gradient_mask, gradient_mask_report

X, Y = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype("float32"), np.ones((4, 1))


def network() -> keras.Model:
    image = keras.Input((8, 8, 3))
    base = keras.Sequential(
        [layers.Conv2D(4, 3, name="early"), layers.Conv2D(4, 3, name="late")], name="base"
    )
    hidden = layers.Conv2D(2, 3, name="top")(base(image))
    return keras.Model(image, layers.Dense(1)(layers.Flatten()(hidden)), name="network")


def fit_and_listen(model: keras.Model) -> list[str]:
    if not model.compiled:
        model.compile("sgd", "mse")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.fit(X, Y, epochs=2, verbose=0)
    return [str(one.message) for one in said if "gradient masks" in str(one.message)]


def test_masks_that_act_are_not_named() -> None:
    assert fit_and_listen(apply_gradient_mask(network())) == []


def test_masks_in_a_base_that_is_not_trained_are_named_once() -> None:
    model = network()
    model.get_layer("base").trainable = False
    apply_gradient_mask(model)
    (message,) = fit_and_listen(model)
    assert "masks of ['early', 'late'] in model 'network' have no effect" in message
    assert "nor those before them are trained" in message
    assert fit_and_listen(model) == []


def test_a_frozen_layer_behind_a_trained_one_is_masked_with_effect() -> None:
    model = network()
    model.get_layer("base").layers[1].trainable = False
    assert fit_and_listen(apply_gradient_mask(model)) == []


def test_a_mask_behind_layers_that_are_frozen_for_an_epoch_is_not_named() -> None:
    model = apply_gradient_mask(network())
    model.compile("sgd", "mse")
    freeze = ReceptiveFieldFreeze(["early", "late", "top"], epochs=[0])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[freeze])
    assert not [one for one in said if "gradient masks" in str(one.message)]


class Step(keras.Model):
    """A Siamese network's way: `call` is made of parts that get no `training`."""

    def __init__(self, passes_training: bool) -> None:
        super().__init__()
        self.net, self.passes_training = network(), passes_training

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.net(x, training=training if self.passes_training else False)


@pytest.mark.parametrize("passes_training", [True, False])
def test_a_call_without_training_is_named(passes_training: bool) -> None:
    model = Step(passes_training)
    model(X)
    messages = fit_and_listen(apply_gradient_mask(model))
    assert len(messages) == (0 if passes_training else 1)
    assert all("does not call these layers with `training=True`" in one for one in messages)


def test_the_report_says_which_masks_stop_what_nothing_uses() -> None:
    model = network()
    model.get_layer("base").trainable = False
    apply_gradient_mask(model, threshold=0.5)
    with pytest.warns(UserWarning, match=r"\['early', 'late'\] have no effect as the model is now"):
        gradient_mask_report(model, X, Y, loss="mse")
