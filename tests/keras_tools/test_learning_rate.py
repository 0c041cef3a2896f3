import keras
import numpy as np
import pytest

from keras_lateral import CosineDecay

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
    network.fit(X, X, batch_size=4, epochs=5, verbose=0, callbacks=[CosineDecay(), note])
    expected = weights[:1]
    for epoch in range(5):
        rate = 0.1 * (1 + np.cos(np.pi * epoch / 5)) / 2
        expected.append(expected[-1] - rate * 2 * (expected[-1] - 1))
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


def test_the_rate_is_restored_when_training_ends():
    network, decay = model(0.25), CosineDecay()
    for _ in range(2):
        network.fit(X, X, epochs=3, verbose=0, callbacks=[decay])
        assert decay.rates == pytest.approx([0.25, 0.1875, 0.0625])
    assert float(network.optimizer.learning_rate) == 0.25


def test_resumed_training_has_the_rates_of_its_epochs():
    decay = CosineDecay()
    model(0.25).fit(X, X, initial_epoch=2, epochs=3, verbose=0, callbacks=[decay])
    assert decay.rates == pytest.approx([0.0625])


def test_a_rate_that_is_a_schedule_is_refused():
    network = model(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    with pytest.raises(ValueError, match="a number as `learning_rate`"):
        network.fit(X, X, verbose=0, callbacks=[CosineDecay()])
