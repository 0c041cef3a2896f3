"""A training with methods equals that of a comparison, and says what does not go with it."""

import random
from functools import lru_cache

import keras
import numpy as np
import pytest

from keras_lateral import Method, fit_with_methods
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.training import Task, train
from keras_lateral.datasets import ImageFolds
from keras_lateral.methods import methods_of
from tests.comparison.tiny import tiny_images, tiny_model

# Other backends train through the same code.
pytestmark = pytest.mark.home

DATA = tiny_images().scaled()
X, Y = DATA.x_train, DATA.y_train


def fitted(model, x, y, methods=(), *, epochs=1, **options):
    return fit_with_methods(model, x, y, methods, epochs=epochs, batch_size=6, verbose=0, **options)


def same_model(loss: str | None = None, classes: int = 2) -> keras.Model:
    """Returns a model with the same initial weights each time."""
    keras.utils.set_random_seed(5)
    return tiny_model(loss=loss, classes=classes)


def assert_same(first: keras.Model, second: keras.Model) -> None:
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_trains_as_the_comparison_does() -> None:
    data, half = tiny_images().scaled(), Method("half", batch_size=lambda size: size // 2)
    task = Task(tiny_model, data, 2, 6)
    run = train(task, half, 3, KeptModels())
    keras.utils.set_random_seed(3)
    model = fit_with_methods(
        tiny_model(), data.x_train, data.y_train, [half], epochs=2, batch_size=6, seed=3, verbose=0
    )
    np.testing.assert_allclose(model.history.history["loss"], run.history["loss"], rtol=1e-6)


def compiled_for(units: int, loss: str) -> keras.Model:
    head = keras.layers.Dense(units, activation="sigmoid" if units == 1 else "softmax")
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten(), head])
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    return model


HEADS = {
    "integers": (3, "sparse_categorical_crossentropy"),
    "one-hot": (3, "categorical_crossentropy"),
    "one score": (1, "binary_crossentropy"),
}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("name", ["mixup", "label_smoothing"])
def test_it_mixes_labels_as_the_comparison_does(name: str, head: str) -> None:
    units, loss = HEADS[head]
    data = tiny_images(classes=max(units, 2)).scaled()
    task = Task(lambda: compiled_for(units, loss), data, 2, 6)
    run = train(task, methods_of([name])[0], 3, KeptModels())
    keras.utils.set_random_seed(3)
    options = {"epochs": 2, "batch_size": 6, "seed": 3, "verbose": 0}
    model = fit_with_methods(
        compiled_for(units, loss), data.x_train, data.y_train, [name], **options
    )
    for key, values in run.history.items():
        np.testing.assert_allclose(model.history.history[key], values, rtol=1e-6)


def test_layers_that_draw_do_it_as_in_the_comparison() -> None:
    task = Task(lambda: tiny_model(dropout=0.5), DATA, 2, 6, class_weight={0: 3})
    run = train(task, methods_of(["spatial_dropout"])[0], 3, KeptModels())
    keras.utils.set_random_seed(3)
    model = fit_with_methods(
        tiny_model(dropout=0.5),
        *(X, Y, ["spatial_dropout"]),
        epochs=2,
        batch_size=6,
        seed=3,
        verbose=0,
        class_weight={0: 3},
    )
    np.testing.assert_allclose(model.history.history["loss"], run.history["loss"], rtol=1e-6)


def test_random_numbers_go_on_as_if_nothing_had_been_trained() -> None:
    def draws():
        return random.random(), np.random.random(), tiny_model().get_weights()[0]  # noqa: NPY002

    keras.utils.set_random_seed(7)
    model = tiny_model()
    expected = draws()
    keras.utils.set_random_seed(7)
    model = tiny_model()
    fitted(model, X, Y)
    found = draws()
    assert found[:2] == expected[:2]
    np.testing.assert_array_equal(found[2], expected[2])


def test_networks_built_between_trainings_differ_and_so_do_draws_without_a_seed() -> None:
    keras.utils.set_random_seed(7)
    kernels, drawn = [], []
    for _ in range(2):
        model = tiny_model()
        kernels.append(model.get_weights()[0])
        fitted(model, X, Y)
        drawn.append(np.asarray(keras.ops.convert_to_numpy(keras.random.normal((3,)))))
    assert not np.array_equal(*kernels)
    assert not np.array_equal(*drawn)


LABELS = {
    "names": np.array(["cat", "dog"])[Y],
    "a column": Y[:, None],
    "one-hot rows": np.eye(2)[Y],
    "a list": Y.tolist(),
}


@lru_cache
def plainly_fitted() -> keras.Model:
    return fitted(same_model(), X, Y)


@pytest.mark.parametrize("loss", [None, "categorical_crossentropy"])
@pytest.mark.parametrize("form", LABELS)
def test_labels_have_any_form_that_a_comparison_takes(form: str, loss: str | None) -> None:
    y = np.asarray(LABELS[form])
    found = fitted(same_model(loss), X, y, validation_data=(X, y))
    assert_same(found, plainly_fitted())
    share = np.mean(found.predict(X, verbose=0).argmax(1) == Y)
    assert found.history.history["val_accuracy"][0] == pytest.approx(share)


def test_shares_of_the_classes_are_labels_too() -> None:
    shares = np.where(np.eye(2)[Y] == 1, 0.75, 0.25)
    expected = fitted(same_model("categorical_crossentropy"), X, shares)
    assert_same(fitted(same_model(), X, shares), expected)


def test_a_set_of_images_is_scaled_and_trained_on() -> None:
    assert_same(fitted(same_model(), tiny_images(), None), plainly_fitted())
    folds = ImageFolds("all", tiny_images().x_train, Y, ("a", "b"), folds=2)
    assert_same(fitted(same_model(), folds, None), plainly_fitted())


def test_the_last_images_are_held_out_for_validation_as_in_keras() -> None:
    w = np.linspace(0.5, 1.5, len(X))
    expected = fitted(
        *(same_model(), X[:9], Y[:9]),
        sample_weight=w[:9],
        validation_data=(X[9:], Y[9:], w[9:].astype("float32")),
    )
    found = fitted(same_model(), X, Y, validation_split=0.25, sample_weight=w)
    assert_same(found, expected)
    assert found.history.history == expected.history.history


def test_a_split_of_images_that_are_sorted_by_class_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="no others are of class 1"):
        fitted(tiny_model(), X, np.sort(Y), validation_split=0.5)


def test_images_that_are_not_scaled_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="are images of uint8 from 0 to 2.*Scale them"):
        fitted(tiny_model(), tiny_images().x_train, Y)


def uncompiled() -> keras.Model:
    return keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten()], name="plain")


WRONG = {
    "an uncompiled model": ((uncompiled, X, Y), {}, "Expected a compiled.*'plain', which is not"),
    "a function": ((lambda: tiny_model, X, Y), {}, "Expected a compiled.*function: call it"),
    "fewer labels": ((tiny_model, X, Y[:5]), {}, r"shape \(12, 6, 6, 1\) and labels of .*\(5,\)"),
    "no labels": ((tiny_model, X, None), {}, "y=None with an array"),
    "labels twice": ((tiny_model, DATA, Y), {}, "an ImageDataset as `x`, which has labels"),
    "a path": ((tiny_model, "photos", None), {}, "Received: x=str"),
    "fractions": ((tiny_model, X, Y + 0.5), {}, "from 0.5 to 1.5"),
    "more classes": ((tiny_model, X, Y + 3), {}, "labels of 5 classes; .*returns 2 scores"),
    "no share": ((tiny_model, X, Y), {"validation_split": 2}, "Received: validation_split=2"),
    "no epochs": ((tiny_model, X, Y), {"epochs": 0}, "`epochs`.*Received: epochs=0"),
    "callbacks of compare": ((tiny_model, X, Y), {"callbacks": list}, "Expected a list of Keras"),
    "few weights": ((tiny_model, X, Y), {"sample_weight": [1, 2]}, r"of shape \(12,\). Received"),
    "a misspelt method": (
        (tiny_model, X, Y, ["gradient_maks"]),
        {},
        "mean 'gradient_mask'",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_go_is_said(what: str) -> None:
    (build, *given), options, message = WRONG[what]
    with pytest.raises(ValueError, match=message):
        fitted(build(), *given, **options)


NOT_APPLICABLE = {
    "cosine_loss": lambda: compiled_for(1, "binary_crossentropy"),
    "stochastic_depth": tiny_model,
    "receptive_field_freeze": lambda: compiled_for(2, "sparse_categorical_crossentropy"),
}


@pytest.mark.parametrize("also", [(), ("label_smoothing",)])
@pytest.mark.parametrize("name", NOT_APPLICABLE)
def test_an_error_of_a_method_begins_with_its_name(name: str, also: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"^Method '{name}': "):
        fitted(NOT_APPLICABLE[name](), X, Y, [*also, name])


def test_an_error_of_a_method_has_its_name_in_the_command_too(capsys) -> None:
    words = ["compare", "--dataset", "digits", "--limit", "3", "--smoke"]
    assert main([*words, "--methods", "stochastic_depth"]) == 2
    assert "Method 'stochastic_depth': " in capsys.readouterr().err
