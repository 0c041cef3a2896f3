"""All remedies in one comparison at toy size, and what they do with other heads and losses."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import (
    Method,
    compare,
    cosine_loss_method,
    known_methods,
    label_smoothing_method,
    mixup_method,
)
from keras_lateral.keras_tools.recompiled import recompile
from tests.comparison.tiny import tiny_images, tiny_model

pytestmark = pytest.mark.home  # the parts are tested on every backend

NEEDS_OTHER_NETWORKS = {"stochastic_depth"}  # one with residual blocks
NAMES = [line.name for line in known_methods("remedies") if line.name not in NEEDS_OTHER_NETWORKS]
OPTIONS: dict[str, Any] = {"seeds": 2, "epochs": 1, "batch_size": 5, "progress": False}


@pytest.mark.slow
def test_every_remedy_is_compared_and_makes_a_difference() -> None:
    build = partial(tiny_model, classes=3)
    together = "mixup+label_smoothing+weight_decay+weight_averaging+dropout"
    comparison = compare(build, tiny_images(3), [*NAMES, together], **OPTIONS)
    losses = {(run.method, run.seed): run.measures["loss"] for run in comparison.runs}
    lengths = {run.method: len(run.history["loss"]) for run in comparison.runs}
    assert len(losses) == 2 * (1 + len(NAMES) + 1)
    for (name, seed), loss in losses.items():
        assert np.isfinite(loss)
        assert lengths[name] == (6 if name == "longer_training" else 1)
        assert name == "baseline" or loss != losses["baseline", seed], name


def one_score(loss: str = "binary_crossentropy") -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ],
        name="one_score",
    )
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


def smoothed_by_keras(model: keras.Model) -> keras.Model:
    loss: Any = keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    return recompile(model, loss=loss)


def test_smoothed_labels_of_one_score_are_those_of_keras_loss() -> None:
    methods = [label_smoothing_method(), Method("by Keras", smoothed_by_keras), mixup_method()]
    runs = compare(one_score, tiny_images(), methods, **OPTIONS | {"seeds": 1, "epochs": 2}).runs
    found = {run.method: run.history["loss"] for run in runs}
    np.testing.assert_allclose(found["label_smoothing"], found["by Keras"], rtol=1e-5)
    assert found["label_smoothing"] != found["baseline"] != found["mixup"]


def test_a_model_with_a_loss_of_one_hot_labels_takes_mixed_and_smoothed_ones() -> None:
    build = partial(tiny_model, classes=3, loss="categorical_crossentropy")
    methods = ["mixup+label_smoothing", "cosine_loss+mixup"]
    runs = compare(build, tiny_images(3), methods, **OPTIONS | {"seeds": 1}).runs
    assert len({run.history["loss"][0] for run in runs}) == 3


def test_what_a_remedy_cannot_change_is_said_before_any_training() -> None:
    with pytest.raises(ValueError, match="returns a score for each class"):
        compare(one_score, tiny_images(), [cosine_loss_method()], **OPTIONS)
    with pytest.raises(ValueError, match="both set the loss"):
        cosine_loss_method() + cosine_loss_method(name="another")


@pytest.mark.parametrize("name", [n for n in NAMES if n != "longer_training"])
def test_the_space_of_a_remedy_makes_the_same_method_with_other_numbers(name: str) -> None:
    (line,) = [line for line in known_methods("remedies") if line.name == name]
    method = line.method()
    if method.space is None:
        pytest.skip("nothing to search")
    asked: list[str] = []

    def largest(hyperparameter: str, low: float, high: float, sampling: str) -> float:
        asked.append(hyperparameter)
        return high

    def last(hyperparameter: str, values: list[Any]) -> Any:
        asked.append(hyperparameter)
        return values[-1]

    trial = method.space(SimpleNamespace(Float=largest, Choice=last), 3)
    assert trial.name == name
    assert trial.settings.keys() == method.settings.keys()
    assert [text.split("/")[0] for text in asked] == [name] * len(asked)
    assert asked
