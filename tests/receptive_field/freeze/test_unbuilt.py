"""A model that is not built yet can be frozen, from its very first step on."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import ReceptiveFieldFreeze, frozen
from tests.receptive_field.freeze.freeze_cases import (
    BACKEND,
    STEPS,
    X,
    Y,
    fit,
    freeze,
    loss,
)


@keras.saving.register_keras_serializable("tests")
class Net(keras.Model):
    """Makes its layers when it is made, and their weights when it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = keras.Sequential(
            [keras.Input((8, 8, 2)), layers.Conv2D(2, 3, name="c"), layers.Flatten()]
        )
        self.hidden, self.out = layers.Dense(3, name="hidden"), layers.Dense(3, name="out")

    def call(self, x: Any) -> Any:
        return self.out(keras.ops.tanh(self.hidden(self.inner(x))))


def net(optimizer: Any = "adam") -> Net:
    keras.utils.set_random_seed(3)
    model = Net()
    model.compile(optimizer, loss(), jit_compile=BACKEND == "jax")
    assert not model.built
    return model


@pytest.mark.parametrize(
    ("names", "epochs"), [(["c"], [1]), (["hidden"], [1]), (["hidden", "c"], [0, 1])]
)
def test_layers_are_frozen_whether_they_are_built_or_not(names: list[str], epochs: Any) -> None:
    callback = freeze(*names, epochs=epochs)
    model = net()
    states: list[dict[str, bytes]] = []

    def note(*_: Any) -> None:
        states.append({v.path: np.array(v).tobytes() for v in model.trainable_variables})

    notes = keras.callbacks.LambdaCallback(on_epoch_end=note)
    fit(model, callback, notes, epochs=3)
    assert callback.frozen_epochs == epochs
    assert sorted(callback.layer_names) == sorted(names)
    for epoch in (1, 2):
        before, after = states[epoch - 1 : epoch + 1]
        still = {path for path in after if before[path] == after[path]}
        frozen_paths = {path for path in after if any(f"{name}/" in path for name in names)}
        assert still == (frozen_paths if epoch in epochs else set())
    assert int(model.optimizer.iterations) == 3 * STEPS


def test_a_first_epoch_that_is_frozen_is_that_of_a_model_built_before() -> None:
    def built() -> keras.Model:
        model = net()
        model(X[:1])
        return model

    found, expected = net(), built()
    for model in (found, expected):
        fit(model, freeze("hidden", epochs=0), epochs=2)
    for a, b in zip(found.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    slots = zip(found.optimizer.variables, expected.optimizer.variables, strict=True)
    for a, b in slots:
        np.testing.assert_array_equal(np.array(a), np.array(b))


def test_two_callbacks_freeze_what_either_names_in_the_first_step() -> None:
    model = net()
    callbacks = freeze("hidden", epochs=0), freeze("c", epochs=0)
    fit(model, *callbacks)
    np.testing.assert_array_equal(np.array(model.hidden.bias), 0)
    np.testing.assert_array_equal(np.array(model.inner.layers[0].bias), 0)
    assert np.array(model.out.bias).all()


def test_a_name_that_never_appears_is_an_error_that_lists_names() -> None:
    for epochs in (0, 9):
        with pytest.raises(ValueError, match=r"No layer is named 'absent'.*'hidden'"):
            fit(net(), ReceptiveFieldFreeze(["absent"], epochs), epochs=10)


def test_a_rule_that_needs_a_graph_is_refused_before_training_a_subclass() -> None:
    model = net()
    model(X[:1])
    for network in (net(), model):
        before = [np.array(v) for v in network.trainable_variables]
        with pytest.raises(ValueError, match="functional"):
            fit(network, ReceptiveFieldFreeze("strided"))
        if before:
            np.testing.assert_array_equal(before[0], np.array(network.trainable_variables[0]))


def test_a_sequential_model_that_fit_builds_has_its_rules() -> None:
    steps = [layers.Conv2D(2, 3), layers.Conv2D(2, 3, strides=2, name="s"), layers.Flatten()]
    model = keras.Sequential([*steps, layers.Dense(3)])
    model.compile("adam", loss())
    callback = ReceptiveFieldFreeze("paper", epochs=0)
    fit(model, callback)
    assert callback.layer_names == ["s"]
    np.testing.assert_array_equal(np.array(model.get_layer("s").bias), 0)


class NeverCalled(keras.Model):
    """As a network of two networks: `train_step` calls its parts and never itself."""

    def __init__(self) -> None:
        super().__init__()
        self.part = keras.Sequential(
            [keras.Input((8, 8, 2)), layers.Flatten(), layers.Dense(3, name="d")]
        )
        self.own = keras.optimizers.SGD(0.1)

    def train_step(self, data: Any) -> Any:
        import tensorflow as tf

        x, y = data
        with tf.GradientTape() as tape:
            found = keras.ops.mean(loss()(y, self.part(x)))
        variables = self.part.trainable_variables
        self.own.apply(tape.gradient(found, variables), variables)
        return {"loss": found}


@pytest.mark.skipif(BACKEND != "tensorflow", reason="elsewhere `fit` calls every model first")
@pytest.mark.parametrize("epoch", [0, 1])
def test_an_optimizer_of_its_own_in_a_model_that_is_never_built_is_named(epoch: int) -> None:
    model = NeverCalled()
    model.compile("adam", loss())
    with pytest.raises(RuntimeError, match=r"d/kernel.*optimizer in a custom `train_step`"):
        fit(model, freeze("d", epochs=[epoch]), epochs=2)


def test_without_a_callback_it_must_be_built_on_every_backend() -> None:
    model = net()
    with pytest.raises(ValueError, match="call it on a batch first"), frozen(model, ["c"]):
        pass
    model(X[:1])
    with frozen(model, ["hidden"]):
        model.train_on_batch(X[:4], Y[:4])
    np.testing.assert_array_equal(np.array(model.hidden.bias), 0)
