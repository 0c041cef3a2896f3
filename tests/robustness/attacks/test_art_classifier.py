"""The toolbox sees in our estimator what it sees in its own."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import art_classifier
from tests.robustness.classifiers import convolutional, images, labelled, linear

RNG = np.random.default_rng(8)
W = RNG.normal(size=(8, 3)).astype("float32")
b = RNG.normal(size=3).astype("float32")
LABELS = [None, 2, np.array([0, 2, 1, 1, 0])]


def classes_of(label: Any) -> np.ndarray:
    """Returns the requested classes, an array of shape `(images, 1 or classes)`."""
    return np.tile(np.arange(3), (5, 1)) if label is None else np.broadcast_to(label, 5)[:, None]


@pytest.mark.parametrize("label", LABELS, ids=["all", "one", "each"])
@pytest.mark.parametrize("output", ["probabilities", "logits"])
@pytest.mark.parametrize("head", ["probabilities", "logits"])
def test_class_gradients_are_those_of_the_predictions(output: Any, head: str, label: Any) -> None:
    x = images(5, (2, 2, 2))
    classifier = art_classifier(linear(W, b, (2, 2, 2), head), output=output)
    z = x.reshape(5, 8).astype("float64") @ W + b
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    predicted = p if output == "probabilities" else np.log(p)
    np.testing.assert_allclose(classifier.predict(x), predicted, rtol=1e-4, atol=1e-5)
    wanted = classes_of(label)
    of_logs = np.eye(3)[wanted] - p[:, None, :]
    scale = np.take_along_axis(p, wanted, 1)[:, :, None] if output == "probabilities" else 1.0
    found = classifier.class_gradient(x, label)
    assert found.shape == (*wanted.shape, 2, 2, 2)
    expected = (scale * of_logs) @ W.T
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-3, atol=1e-5)


def test_loss_and_its_gradient_take_labels_as_numbers_or_rows() -> None:
    model, x, y = convolutional(), images(5), np.array([0, 1, 2, 1, 0])
    classifier = art_classifier(model)
    rows = np.eye(3)[y]
    loss = classifier.compute_loss(x, y)
    np.testing.assert_allclose(loss, -np.log(classifier.predict(x)[np.arange(5), y]))
    np.testing.assert_array_equal(loss, classifier.compute_loss(x, rows))
    gradient = classifier.loss_gradient(x, y)
    np.testing.assert_array_equal(gradient, classifier.loss_gradient(x, rows))
    along = gradient / np.sqrt((gradient**2).sum(axis=(1, 2, 3), keepdims=True))
    plus, minus = (classifier.compute_loss(x + h * along, y) for h in (1e-2, -1e-2))
    np.testing.assert_allclose(
        (plus - minus) / 2e-2, (gradient * along).sum(axis=(1, 2, 3)), rtol=1e-2
    )


@pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="the toolbox's own estimators need TensorFlow"
)
@pytest.mark.slow
def test_attacks_find_the_same_images_as_with_the_toolboxs_own_estimator() -> None:
    from art.attacks.evasion import DeepFool, ProjectedGradientDescentNumpy
    from art.estimators.classification import TensorFlowV2Classifier

    model = convolutional()
    x, y = labelled(model, 16)
    theirs = TensorFlowV2Classifier(
        model,
        nb_classes=3,
        input_shape=(6, 6, 1),
        loss_object=keras.losses.CategoricalCrossentropy(from_logits=True),
        clip_values=(0.0, 1.0),
    )
    settings: Any = {"eps": 0.15, "eps_step": 0.04, "max_iter": 8, "verbose": False}
    found, expected = (
        ProjectedGradientDescentNumpy(classifier, **settings).generate(x, np.eye(3)[y])
        for classifier in (art_classifier(model), theirs)
    )
    assert np.abs(expected - x).max() > 0.1
    np.testing.assert_allclose(found, expected, atol=1e-5)
    found, expected = (
        DeepFool(classifier, max_iter=10, verbose=False).generate(x)
        for classifier in (art_classifier(model, output="logits"), theirs)
    )
    assert np.abs(expected - x).max() > 0.01
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_model_without_an_image_shape_needs_the_argument() -> None:
    free = keras.Sequential(
        [keras.Input((None, None, 1)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)]
    )
    with pytest.raises(ValueError, match="pass the argument `image_shape`"):
        art_classifier(free)
    assert art_classifier(free, image_shape=(5, 4, 1)).input_shape == (5, 4, 1)


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(ValueError, match="`output`. Expected one of"):
        art_classifier(convolutional(), output="scores")  # type: ignore[arg-type]
