"""Deliberate obfuscation is found; masks hide nothing from exact gradients."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import GradientMask, gradient_obfuscation
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.robustness.attacks.gradient_obfuscation import sign_test
from tests.robustness.classifiers import convolutional, images, labelled

EPSILON = 0.06


@keras.saving.register_keras_serializable("obfuscation_tests")
class Steps(layers.Layer):
    """Rounds in the forward pass, with a gradient of 0: an example of shattered gradients."""

    def call(self, x: Tensor) -> Tensor:
        return ops.stop_gradient(ops.round(40 * x) / 40)


def other_model() -> keras.Model:
    """Returns a network like the others, with slightly different weights."""
    generator = np.random.default_rng(9)
    model = convolutional()
    model.set_weights([w + 0.1 * generator.normal(size=w.shape) for w in model.get_weights()])
    return model


def test_a_mask_that_stops_almost_everything_hides_nothing_from_the_exact_gradient() -> None:
    model = convolutional("logits", GradientMask(threshold=1e6, threshold_mode="absolute"))
    x, y = labelled(model, 40)
    found = gradient_obfuscation(model, x, y, EPSILON, steps=5, surrogate=other_model())
    plain = convolutional()
    plain.set_weights(model.get_weights())
    same = gradient_obfuscation(plain, x, y, EPSILON, steps=5)
    for name in ("clean", "one_step", "white_box", "black_box", "double", "unbounded"):
        assert found.accuracies[name] == same.accuracies[name]
    assert not found.obfuscated
    # What a naive attacker measures is not true:
    assert found.training_mode_gap > 0.3
    assert same.training_mode_gap == 0
    assert found.accuracies["training_mode"] > found.accuracies["transfer"]
    assert found.robust_accuracy <= min(found.accuracies[n] for n in ("white_box", "black_box"))
    assert "No sign" in str(found)


def test_planted_obfuscation_shows_in_every_sign() -> None:
    model = convolutional("logits", Steps())
    x, y = labelled(model, 40)
    found = gradient_obfuscation(model, x, y, EPSILON, steps=5, surrogate=convolutional())
    assert found.no_gradient == 1
    assert found.accuracies["black_box"] < found.accuracies["white_box"] - 0.2
    assert found.robust_accuracy <= found.accuracies["black_box"]
    signs = "\n".join(found.signs)
    for words in ("The black-box attack", "may change everything", "The gradient is 0 everywhere"):
        assert words in signs
    assert found.obfuscated
    assert signs.splitlines()[0] in str(found)


def test_the_record_is_written_as_json_with_the_settings_of_every_attack() -> None:
    model = convolutional()
    x, y = labelled(model, 6)
    found = gradient_obfuscation(model, x, y, 0.4, norm="l2", steps=2, queries=9)
    written = json.loads(found.to_json())
    one_step, white_box, black_box = written["settings"].values()
    assert one_step["norm"] == white_box["norm"] == written["norm"] == "l2"
    assert black_box["iterations"] == 9
    assert black_box["epsilon"] * np.sqrt(9) == pytest.approx(0.4)  # so it stays in the ball
    assert written["training_mode_gap"] == pytest.approx(found.training_mode_gap)


@pytest.mark.parametrize(("heads", "tails"), [(0, 0), (3, 0), (5, 5), (9, 1), (0, 4), (700, 600)])
def test_the_sign_test_is_the_binomial_tail(heads: int, tails: int) -> None:
    from scipy.stats import binomtest

    n = heads + tails
    expected = binomtest(heads, n, alternative="greater").pvalue if n else 1.0
    assert sign_test(heads, tails) == pytest.approx(expected)


def test_nothing_to_attack_is_an_error() -> None:
    model = convolutional()
    x = images(5)
    y = (model.predict(x, verbose=0).argmax(axis=1) + 1) % 3
    with pytest.raises(ValueError, match="classifies none of the 5 images correctly"):
        gradient_obfuscation(model, x, y, EPSILON)
