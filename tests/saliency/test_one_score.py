"""The maps of a classifier with one score are those of its two classes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    deletion_curve,
    gradient_saliency,
    insertion_curve,
    lateral_inhibition_saliency,
    occlusion_sensitivity,
    saliency_randomization,
    smooth_grad,
)

X = np.random.default_rng(3).normal(size=(4, 5, 6, 1)).astype("float32")
METHODS = [gradient_saliency, smooth_grad, lateral_inhibition_saliency]


def one_score(activation: str | None = "sigmoid", **compiled: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((5, 6, 1)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(1, activation=activation),
        ]
    )
    if compiled:
        model.compile("sgd", **compiled)
    return model


def with_two_logits(model: keras.Model) -> keras.Model:
    """Returns the same network with the logits -z and z."""
    two = keras.Sequential([keras.Input((5, 6, 1)), *model.layers[:-1], layers.Dense(2)])
    W, b = model.layers[-1].get_weights()
    two.layers[-1].set_weights([np.concatenate([-W, W], 1), np.concatenate([-b, b])])
    return two


@pytest.mark.parametrize("target", [None, [0, 1, 1, 0]])
@pytest.mark.parametrize(
    "method",
    [gradient_saliency, smooth_grad, lateral_inhibition_saliency],
    ids=lambda f: f.__name__,
)
def test_the_logit_of_a_sigmoid_is_seen_through_it(method: Any, target: Any) -> None:
    more = {"samples": 2} if method is smooth_grad else {}
    model = one_score()
    found = method(model, X, target, **more)
    expected = method(with_two_logits(model), X, target, **more)
    np.testing.assert_allclose(found.maps, expected.maps, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found.target, expected.target)
    assert found.settings["score"] == "logit"
    logits = one_score(None)
    logits.set_weights(model.get_weights())
    again = method(logits, X, target, **more)
    np.testing.assert_allclose(again.maps, expected.maps, rtol=1e-4, atol=1e-6)


def test_the_output_is_the_probability_of_the_class() -> None:
    """d(1 - p) = -dp, p' = p (1 - p) z'."""
    model = one_score()
    p = np.asarray(model.predict(X, verbose=0), "float64")[:, 0]
    of_logit = gradient_saliency(model, X, 0).maps
    for target in (0, 1):
        found = gradient_saliency(model, X, target, score="output")
        expected = (p * (1 - p))[:, None, None] * of_logit
        np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-6)
        assert found.settings["score"] == "output"


def test_curves_follow_the_probability_of_the_class() -> None:
    model = one_score()
    maps = gradient_saliency(model, X)
    p = np.asarray(model.predict(X, verbose=0), "float64")[:, 0]
    np.testing.assert_array_equal(maps.target, p > 0.5)
    of_class = np.where(p > 0.5, p, 1 - p)
    deleted = deletion_curve(model, X, maps, steps=2)
    inserted = insertion_curve(model, X, maps, steps=2, baseline=0.0)
    np.testing.assert_allclose(deleted.scores[:, 0], of_class, rtol=1e-5)
    np.testing.assert_allclose(inserted.scores[:, -1], of_class, rtol=1e-5)


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_occlusion_has_opposite_drops_for_the_two_classes(activation: str | None) -> None:
    model = one_score(activation)
    y = np.asarray(model.predict(X, verbose=0), "float64")[:, 0]
    first, second = (occlusion_sensitivity(model, X, label, patch=3) for label in (0, 1))
    np.testing.assert_allclose(second.base_score, y, rtol=1e-6)
    np.testing.assert_allclose(first.base_score, 1 - y if activation else -y, rtol=1e-6)
    np.testing.assert_allclose(first.drops, -second.drops, atol=1e-6)
    predicted = occlusion_sensitivity(model, X, patch=3).labels
    np.testing.assert_array_equal(predicted, y > (0.5 if activation else 0))


def test_randomization_takes_it() -> None:
    assert len(saliency_randomization(one_score(), X).layers) == 2


def test_a_regressions_number_is_taken_as_it_is() -> None:
    model = one_score(None, loss="mse")
    found = gradient_saliency(model, X)
    assert found.settings["score"] == "output"
    assert (found.target == 0).all()
    as_logit = gradient_saliency(one_score(None), X, 1)
    np.testing.assert_allclose(found.maps, as_logit.maps, rtol=1e-6)


def test_each_of_several_sigmoids_has_its_own_logit_and_probability() -> None:
    model = keras.Sequential(
        [keras.Input((5, 6, 1)), layers.Flatten(), layers.Dense(3, activation="sigmoid")]
    )
    W = model.get_weights()[0].reshape(5, 6, 3)
    found = gradient_saliency(model, X, 2)
    np.testing.assert_allclose(found.maps, np.broadcast_to(np.abs(W[..., 2]), (4, 5, 6)), rtol=1e-5)
    assert found.settings["score"] == "logit"
    curve = deletion_curve(model, X, found, steps=2)
    np.testing.assert_allclose(curve.scores[:, 0], model.predict(X, verbose=0)[:, 2], rtol=1e-5)


def test_a_score_that_cannot_be_recognized_must_be_said() -> None:
    model = one_score("tanh")
    with pytest.raises(ValueError, match='`model_returns`.*score="output"'):
        gradient_saliency(model, X)
    logits = gradient_saliency(model, X, model_returns="logits")
    assert logits.settings["score"] == "logit"
    output = gradient_saliency(model, X, score="output")
    np.testing.assert_allclose(output.maps, logits.maps, rtol=1e-5)
