"""One step along the exact gradient."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral import FGSM
from tests.robustness.classifiers import images, linear

RNG = np.random.default_rng(6)
W = RNG.normal(size=(16, 3)).astype("float32")
b = RNG.normal(size=3).astype("float32") / 4


@pytest.mark.parametrize("head", ["logits", "probabilities"])
@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_fgsm_follows_its_formula(norm: str, head: str) -> None:
    model, x = linear(W, b, (4, 4, 1), head), images(9, (4, 4, 1))
    z = x.reshape(9, 16).astype("float64") @ W + b
    p, y = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), z.argmax(axis=1)
    g = (p - np.eye(3)[y]) @ W.T
    step = np.sign(g) if norm == "linf" else g / np.linalg.norm(g, axis=1, keepdims=True)
    expected = np.clip(x + 0.3 * step.reshape(x.shape), 0, 1)
    found = FGSM(0.3, norm).generate(model, x, y)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_model_that_classifies_nothing_correctly_has_no_success_rate() -> None:
    model, x = linear(W, b, (4, 4, 1)), images(9, (4, 4, 1))
    y = (x.reshape(9, 16) @ W + b).argmin(axis=1)
    result = FGSM(0.1).measure(model, x, y)
    assert result.accuracy == result.details["clean_accuracy"] == 0
    assert result.details["attack_success_rate"] is None
