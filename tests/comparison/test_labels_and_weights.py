"""Losses of any kind, weights of classes and images, and validation images, in comparisons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, losses

from keras_lateral import Method, compare
from keras_lateral.comparison import training
from keras_lateral.comparison.answer.python_call import python_call
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.training import Task
from keras_lateral.datasets import ImageDataset, ImageFolds
from keras_lateral.datasets.validation import with_validation
from tests.comparison.tiny import tiny_images, tiny_model

DATA = tiny_images(classes=3)
OPTIONS: dict[str, Any] = {"seeds": 1, "epochs": 1, "progress": False}


def model(loss: Any, metrics: Any = ("accuracy",), classes: int = 3) -> keras.Model:
    found = tiny_model(classes=classes)
    found.compile(keras.optimizers.Adam(0.01), loss, metrics=list(metrics))
    return found


def sparse() -> keras.Model:
    return model("sparse_categorical_crossentropy")


def one_hot() -> keras.Model:
    return model("categorical_crossentropy", ["accuracy", keras.metrics.F1Score("macro")])


def mixed(x: Any, y: Any, generator: Any) -> Any:
    return (x + x[::-1]) / 2, (np.eye(3)[y] + np.eye(3)[y[::-1]]) / 2, None


def smoothed(model: keras.Model) -> keras.Model:
    model.compile("adam", losses.CategoricalCrossentropy(label_smoothing=0.1), metrics=["accuracy"])
    return model


MIXED, SMOOTHED = Method("mixed", batches=mixed), Method("smoothed", smoothed)


def test_a_one_hot_loss_trains_as_the_sparse_one_does_also_on_mixed_labels() -> None:
    first, second = (
        [Task(build, DATA.scaled(), 2, 5)(method, 1) for method in (None, MIXED)]
        for build in (sparse, one_hot)
    )
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a.history["loss"], b.history["loss"], rtol=1e-4)
        assert a.measures["loss"] == pytest.approx(b.measures["loss"], rel=1e-3)
    assert 0 <= second[0].measures["metric:f1_score"] <= 1


@pytest.mark.home
def test_a_method_may_exchange_the_loss_for_one_that_takes_other_labels() -> None:
    found = compare(sparse, DATA, [SMOOTHED, SMOOTHED + MIXED], **OPTIONS)
    assert len(found.runs) == 3
    assert all(np.isfinite(run.measures["loss"]) for run in found.runs)


@pytest.mark.home
@pytest.mark.parametrize("loss", ["mse"])
def test_one_score_is_trained_by_other_losses_too(loss: Any) -> None:
    def build() -> keras.Model:
        found = keras.Sequential(
            [keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(1, "sigmoid")]
        )
        found.compile(keras.optimizers.Adam(0.1), loss, metrics=["accuracy"])
        return found

    run = Task(build, tiny_images().scaled(), 15, 4)(None, 0)
    assert run.measures["accuracy"] > 0.9


@pytest.mark.home
def test_a_metric_of_the_other_kind_is_refused_in_words() -> None:
    def build() -> keras.Model:
        return model("sparse_categorical_crossentropy", [keras.metrics.F1Score()])

    with pytest.raises(ValueError, match=r"with integer labels .* So must each of its metrics"):
        compare(build, DATA, ["gradient_mask"], **OPTIONS)


@pytest.mark.home
def test_several_outputs_are_refused_in_words_whatever_their_losses() -> None:
    def build() -> keras.Model:
        inputs = keras.Input((6, 6, 1))
        x = layers.Flatten()(inputs)
        both = keras.Model(inputs, [layers.Dense(3)(x), layers.Dense(3)(x)])
        both.compile("sgd", ["mse", "mse"])
        return both

    with pytest.raises(ValueError, match="Expected a model that returns one score for each class"):
        compare(build, DATA, ["gradient_mask"], **OPTIONS)


def uneven() -> ImageDataset:
    kept = np.flatnonzero((DATA.y_train != 2) | (np.arange(len(DATA.y_train)) < 6))
    return DATA.at_places(train=kept).scaled()


@pytest.mark.home
def test_weights_of_classes_images_and_methods_are_multiplied() -> None:
    data = uneven()
    n = np.bincount(data.y_train)
    assert n.tolist() == [6, 6, 2]
    own = np.arange(len(data.y_train), dtype="float32")
    half = Method("half", batches=lambda x, y, generator: (x, y, np.full(len(y), 0.5)))
    task = Task(sparse, data, 1, 5, class_weight="balanced", sample_weight=own)
    for method, factor in ((None, 1.0), (half, 0.5)):
        batches = task.batches(method, 3, "one-hot")
        for index in range(len(batches)):
            places = batches._order[5 * index : 5 * index + 5]
            _, y, w = batches[index]
            labels = data.y_train[places]
            expected = factor * own[places] * 14 / (3 * n[labels])
            np.testing.assert_allclose(w, expected, rtol=1e-6)
            np.testing.assert_array_equal(y, np.eye(3)[labels])
    shares = replace(task, sample_weight=None).batches(MIXED, 3, "integers")
    labels = data.y_train[shares._order[:5]]
    c = 14 / (3 * n)
    np.testing.assert_allclose(shares[0][2], (c[labels] + c[labels[::-1]]) / 2, rtol=1e-6)


def test_balanced_classes_train_as_with_keras_own_class_weight() -> None:
    data = uneven()
    task = Task(sparse, data, 1, 14, class_weight="balanced")
    run = task(None, 1)
    by_hand = training.start(task, None, 1)
    order = task.batches(None, 1)._order
    n = np.bincount(data.y_train)
    weights = {label: 14 / (3 * count) for label, count in enumerate(n)}
    x, y = data.x_train[order], data.y_train[order]
    fit = by_hand.fit(x, y, batch_size=14, shuffle=False, class_weight=weights, verbose=0)
    assert run.history["loss"][0] == pytest.approx(fit.history["loss"][0], rel=1e-5)


@pytest.mark.home
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"class_weight": "even"}, "Expected 'balanced', or a dict"),
        ({"class_weight": {"dog": 1}}, "'dog', which is none of"),
        ({"class_weight": {0: -1}}, "Received: -1 for class 0"),
        ({"sample_weight": [1.0]}, r"of shape \(18,\). Received: shape \(1,\)"),
        ({"validation": 1.5}, "`validation`. Expected a share"),
        ({"validation": "own"}, "no validation images of its own"),
        (
            {"callbacks": lambda: [keras.callbacks.EarlyStopping()]},
            "'val_loss', which needs images",
        ),
        (
            {"callbacks": lambda: [keras.callbacks.EarlyStopping("f1")], "validation": 0.2},
            r"'f1', which `fit` does not report here. Expected one of \['accuracy', 'loss', 'val_a",
        ),
    ],
)
def test_what_can_be_wrong_is_said_before_the_first_training(
    arguments: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "train", lambda *_: pytest.fail("something was trained"))
    with pytest.raises(ValueError, match=words):
        compare(sparse, DATA, ["gradient_mask"], **{**OPTIONS, **arguments})


@pytest.mark.home
def test_weights_of_images_need_a_test_set() -> None:
    folds = ImageFolds.pooled(DATA, 3)
    with pytest.raises(ValueError, match="that each seed divides anew"):
        compare(sparse, folds, ["gradient_mask"], sample_weight=np.ones(36), **OPTIONS)


@pytest.mark.home
def test_a_method_s_callbacks_are_checked_by_the_names_of_its_own_model() -> None:
    def own_metric(found: keras.Model) -> keras.Model:
        found.compile(
            "adam", "sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"]
        )
        return found

    def stop(name: str) -> Method:
        return Method("stop", own_metric, lambda: [keras.callbacks.EarlyStopping(name)])

    task = Task(sparse, DATA.scaled(), 1, 6)
    with pytest.raises(ValueError, match="Method 'stop': EarlyStopping monitors 'val_loss'"):
        check_task(task, [stop("sparse_categorical_accuracy"), stop("val_loss")])
    with pytest.raises(ValueError, match="Method 'stop': EarlyStopping monitors 'accuracy'"):
        check_task(replace(task, validation=0.2), [stop("val_loss"), stop("accuracy")])


@pytest.mark.home
def test_validation_images_are_training_images_of_each_class_and_whole_units() -> None:
    held = with_validation(replace(DATA, units_train=np.arange(18) // 3 % 3), 0.4, 1)
    assert held.x_validation is not None
    trained, validated = (
        {image.tobytes() for image in part} for part in (held.x_train, held.x_validation)
    )
    assert trained | validated == {image.tobytes() for image in DATA.x_train}
    assert not trained & validated
    np.testing.assert_array_equal(held.x_test, DATA.x_test)
    units = {DATA.x_train[i].tobytes(): i // 3 % 3 for i in range(18)}
    assert not {units[i] for i in trained} & {units[i] for i in validated}
    single = DATA.at_places(np.flatnonzero(np.arange(18) != 2)[:10]).choose_classes([0, 1])
    single = replace(single, units_train=np.zeros(len(single.y_train), "int64"))
    with pytest.raises(ValueError, match="'class 0' has none to validate on; it has"):
        with_validation(single, 0.2, 1)
    again, other = (with_validation(DATA, 0.3, seed) for seed in (1, 2))
    np.testing.assert_array_equal(with_validation(DATA, 0.3, 1).x_train, again.x_train)
    assert again.x_train.tobytes() != other.x_train.tobytes()
    assert again.y_validation is not None
    assert np.bincount(again.y_validation).tolist() == [2, 2, 2]


def stops() -> list[Any]:
    return [keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=10.0)]


@pytest.mark.home
def test_early_stopping_on_validation_images_ends_trainings_and_is_kept() -> None:
    found = compare(
        one_hot,
        ImageFolds.pooled(DATA, 3),
        [MIXED, Method("shorter", epochs=lambda epochs: 2)],
        callbacks=stops,
        validation=0.25,
        **{**OPTIONS, "epochs": 5, "seeds": 2},
    )
    assert {run.epochs for run in found.runs} == {2}
    assert found.ended_early == {"baseline": (2, 2), "mixed": (2, 2)}
    assert "where a callback ended it: baseline 2 of 5; mixed 2 of 5." in str(found)
    assert "    validation=0.25,\n" in python_call(found)
    assert all("val_loss" in run.history for run in found.runs)
    assert found.settings["validation"] == 0.25
    counts = [found.settings[f"{part}_images"] for part in ("training", "validation", "test")]
    assert counts == [18, 6, 36]
