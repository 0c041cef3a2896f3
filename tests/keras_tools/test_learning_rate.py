import keras
import numpy as np
import pytest

import keras_lateral
from keras_lateral import CosineLearningRate
from keras_lateral.keras_tools.learning_rate import (
    current_rate,
    learning_rates,
    rate_ends_near_zero,
)

X = np.ones((4, 1), "float32")


def model(rate=0.1) -> keras.Model:
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    network.compile(keras.optimizers.SGD(rate), "mse")
    return network


def test_the_steps_themselves_shrink_along_half_a_cosine():
    network = model()
    weights = [float(network.get_weights()[0][0, 0])]
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(float(network.get_weights()[0][0, 0]))
    )
    network.fit(X, X, batch_size=4, epochs=5, verbose=0, callbacks=[CosineLearningRate(), note])
    expected = weights[:1]
    for epoch in range(5):
        rate = 0.1 * (1 + np.cos(np.pi * epoch / 5)) / 2
        expected.append(expected[-1] - rate * 2 * (expected[-1] - 1))
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


def test_the_rate_is_restored_when_training_ends():
    network, decay = model(0.25), CosineLearningRate()
    for _ in range(2):
        network.fit(X, X, epochs=3, verbose=0, callbacks=[decay])
        assert decay.rates == pytest.approx([0.25, 0.1875, 0.0625])
    assert float(network.optimizer.learning_rate) == 0.25


def test_resumed_training_has_the_rates_of_its_epochs():
    decay = CosineLearningRate()
    model(0.25).fit(X, X, initial_epoch=2, epochs=3, verbose=0, callbacks=[decay])
    assert decay.rates == pytest.approx([0.0625])


def test_a_rate_that_is_a_schedule_is_refused():
    network = model(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    with pytest.raises(ValueError, match="a number as `learning_rate`"):
        network.fit(X, X, verbose=0, callbacks=[CosineLearningRate()])


def test_the_earlier_name_warns_and_does_the_same():
    with pytest.warns(DeprecationWarning, match="is now `keras_lateral.CosineLearningRate`"):
        decay = keras_lateral.CosineDecay()
    assert isinstance(decay, CosineLearningRate)
    network = model(0.25)
    network.fit(X, X, epochs=3, verbose=0, callbacks=[decay])
    assert decay.rates == pytest.approx([0.25, 0.1875, 0.0625])
    assert rate_ends_near_zero(network, [decay], 10, 3)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("other", ["plateau", "scheduler"])
def test_another_callback_that_sets_the_rate_is_said_once(first, other):
    plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=100.0)
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5)
    callbacks = [CosineLearningRate(), plateau if other == "plateau" else scheduler]
    with pytest.warns(UserWarning, match="something else sets it too") as said:
        model(0.25).fit(X, X, epochs=4, verbose=0, callbacks=callbacks[:: 1 if first else -1])
    assert sum(issubclass(one.category, UserWarning) for one in said) == 1
    assert callbacks[0].rates == pytest.approx(
        [0.25 * (1 + np.cos(np.pi * e / 4)) / 2 for e in range(4)]
    )


def test_a_plateau_that_never_comes_is_no_matter():
    plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=9)
    model(0.25).fit(X, X, epochs=4, verbose=0, callbacks=[plateau, CosineLearningRate()])


@pytest.mark.skipif(not hasattr(keras.optimizers, "MultiOptimizer"), reason="this Keras has none")
def test_an_optimizer_made_of_several_is_refused():
    network = model()
    several = keras.optimizers.MultiOptimizer(lambda variable: keras.optimizers.SGD())
    network.compile(several, "mse")
    with pytest.raises(ValueError, match="MultiOptimizer, whose optimizers have one each"):
        network.fit(X, X, verbose=0, callbacks=[CosineLearningRate()])


SCHEDULES = keras.optimizers.schedules


def ends_near_zero(network, *callbacks, epochs=10, steps=3) -> bool:
    return rate_ends_near_zero(network, callbacks, epochs, steps)


def test_the_rates_known_before_training_are_those_that_training_has():
    seen = []
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    for network, callbacks in (
        (model(SCHEDULES.ExponentialDecay(0.5, 4, 0.5)), []),
        (model(), [CosineLearningRate()]),
        (model(), [scheduler]),
        (model(), [keras.callbacks.LearningRateScheduler(lambda epoch: 0.25 / (1 + epoch))]),
    ):
        expected = learning_rates(network, callbacks, 4, 2)
        seen.clear()
        note = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda *_, n=network: seen.append(current_rate(n.optimizer))
        )
        network.fit(X, X, batch_size=2, epochs=4, verbose=0, callbacks=[*callbacks, note])
        assert seen == pytest.approx(expected)


def test_what_falls_to_nearly_zero_is_noticed_whoever_makes_it_fall():
    assert ends_near_zero(model(), CosineLearningRate())
    assert ends_near_zero(model(SCHEDULES.CosineDecay(0.1, 30)))
    assert ends_near_zero(model(), keras.callbacks.LearningRateScheduler(lambda e: 0.1**e))
    assert not ends_near_zero(model())
    assert not ends_near_zero(model(), CosineLearningRate(), epochs=3)
    assert not ends_near_zero(model(SCHEDULES.CosineDecay(0.1, 30)), steps=None)
    assert not ends_near_zero(model(), keras.callbacks.ReduceLROnPlateau())


def test_looking_ahead_leaves_the_optimizer_as_it_was():
    network = model(SCHEDULES.CosineDecay(0.1, 30))
    network.fit(X, X, batch_size=2, epochs=1, verbose=0)
    assert ends_near_zero(network)
    assert int(network.optimizer.iterations) == 2


def test_an_optimizer_inside_a_wrapper_is_reached():
    network = model(0.25)
    network.compile(keras.optimizers.LossScaleOptimizer(network.optimizer), "mse")
    decay = CosineLearningRate()
    network.fit(X, X, epochs=3, verbose=0, callbacks=[decay])
    assert decay.rates == pytest.approx([0.25, 0.1875, 0.0625])
    assert current_rate(network.optimizer) == 0.25
