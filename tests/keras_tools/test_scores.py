import logging

import keras
import numpy as np
import pytest
from scipy.special import expit, softmax

from keras_lateral.keras_tools.head.of_model import Head
from keras_lateral.keras_tools.scores import class_probabilities, predicted_classes
from keras_lateral.keras_tools.training_step import without_retracing_warnings

X = np.random.default_rng(0).normal(size=(7, 5)).astype("float32")


def dense(activation=None, units=3):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(units, activation)])
    model.set_weights([3 * w for w in model.get_weights()])
    return model


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_logits_and_probabilities_give_the_same_result(batch_size):
    logits, with_softmax = dense(), dense("softmax")
    with_softmax.set_weights(logits.get_weights())
    weights, bias = (np.asarray(w, "float64") for w in logits.get_weights())
    expected = softmax(X @ weights + bias, axis=1)
    for model in (logits, with_softmax):
        p = class_probabilities(model, X, batch_size)
        assert p.shape == (7, 3)
        assert p.dtype == "float64"
        np.testing.assert_allclose(p, expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)


def test_large_logits_do_not_overflow():
    scores = np.array([[1e4, 0.0], [-1e4, -1e4]])
    np.testing.assert_allclose(Head("logits", 2).probabilities(scores)[:, 0], [1, 0.5])
    one = Head("logits", 1).probabilities(np.array([[1e4], [-1e4], [0.0]]))
    np.testing.assert_allclose(one[:, 1], [1, 0, 0.5])


def test_probabilities_are_those_of_inference():
    model = keras.Sequential([keras.Input((5,)), dense(), keras.layers.Dropout(0.9)])
    np.testing.assert_array_equal(class_probabilities(model, X), class_probabilities(model, X))


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_one_score_is_that_of_the_second_of_two_classes(activation):
    model = dense(activation, 1)
    weights, bias = (np.asarray(w, "float64") for w in model.get_weights())
    p = expit(X @ weights + bias)
    expected = np.concatenate([1 - p, p], axis=1)
    np.testing.assert_allclose(class_probabilities(model, X), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(predicted_classes(model, X), p[:, 0] > 0.5)
    assert 0 < (p > 0.5).sum() < 7


def test_scores_that_are_not_finite_are_refused():
    model = dense()
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(ValueError, match="scores that are not finite"):
        class_probabilities(model, X)


def test_only_warnings_of_retracing_are_hidden(caplog):
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    try:
        with without_retracing_warnings():
            logger.warning("5 out of 5 calls triggered tf.function retracing.")
            logger.warning("something else")
        logger.warning("6 calls triggered tf.function retracing.")
    finally:
        logger.removeHandler(caplog.handler)
    messages = {record.getMessage() for record in caplog.records}
    assert messages == {"something else", "6 calls triggered tf.function retracing."}
