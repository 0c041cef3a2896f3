"""A training with methods equals that of a comparison, and says what does not go with it."""

import random
from dataclasses import replace
from functools import lru_cache

import keras
import numpy as np
import pytest

from keras_lateral import Method, fit_with_methods
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.recommendation.training_images import training_images
from keras_lateral.comparison.recommendation.validation_split import warn_of_other_classes
from keras_lateral.comparison.training import Task, train
from keras_lateral.datasets import ImageFolds
from keras_lateral.datasets.validation import with_validation
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


SORTED = {
    "a class is new": (np.repeat([0, 1], 6), 0.5, "no others are of class '1'"),
    "one class": (np.repeat([0, 1], 6), 0.25, "last 3 images, .*all of them are of class '1'"),
    "a named class": (np.repeat(["cat", "dog"], 6), 0.25, "are of class 'dog'"),
    "shares": (np.repeat([[0.9, 0.1], [0.2, 0.8]], 6, axis=0), 0.25, "are of class 1"),
}


@pytest.mark.parametrize("what", SORTED)
def test_a_split_of_images_that_are_sorted_by_class_is_warned_of(what: str) -> None:
    y, share, message = SORTED[what]
    loss = "categorical_crossentropy" if what == "shares" else None
    with pytest.warns(UserWarning, match=message):
        fitted(tiny_model(loss=loss), X, y, validation_split=share)


def test_a_class_that_chance_would_not_leave_out_is_warned_of() -> None:
    y = np.repeat([0, 1, 2, 1, 2], [20, 2, 2, 4, 4])
    with pytest.warns(UserWarning, match="none of them is of class 'a'"):
        warn_of_other_classes(y[:24], y[24:], ("a", "b", "c"))
    few = np.array([0, 1, 2, 1, 2, 0, 2, 1])  # by chance
    warn_of_other_classes(few[:6], few[6:], ())


def sorted_by_class(units=None) -> ImageFolds:
    """Returns images as a folder has them."""
    order = np.argsort(Y, kind="stable")
    x = tiny_images().x_train[order]
    return ImageFolds("sorted", x, Y[order], DATA.class_names, units=units, folds=2)


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 1.5, 12)])
def test_a_set_is_split_as_the_comparison_splits_it(weights) -> None:
    units = np.arange(12) // 2
    data = replace(tiny_images(), units_train=units)
    options = {"epochs": 2, "batch_size": 6, "seed": 3, "verbose": 0, "sample_weight": weights}
    task = Task(tiny_model, data.scaled(), 2, 6, validation=0.34, sample_weight=weights)
    run = train(task, None, 3, KeptModels())
    keras.utils.set_random_seed(3)
    model = fit_with_methods(tiny_model(), data, None, [], validation_split=0.34, **options)
    found = dict(model.history.history)
    if weights is not None:  # there a comparison counts all images alike
        found = {key: value for key, value in found.items() if not key.startswith("val")}
    for key, values in found.items():
        np.testing.assert_allclose(values, run.history[key], rtol=1e-6)


def test_of_a_sorted_set_every_class_is_held_out_and_whole_units() -> None:
    data = training_images(tiny_model(), sorted_by_class(np.arange(12) // 2), None)
    part = data.split(1 / 3, 0)
    assert np.bincount(part.y_train).tolist() == [4, 4]
    assert np.bincount(part.validation[1]).tolist() == [2, 2]
    whole = [(data.x_train == image).all(axis=(1, 2, 3)).argmax() for image in part.validation[0]]
    assert {place // 2 for place in whole} == {place // 2 for place in whole[::2]}
    assert not set(part.units) & {place // 2 for place in whole}


@pytest.mark.parametrize("kind", ["dataset", "folds"])
def test_whole_numbers_to_validate_on_are_scaled_as_those_of_the_set(kind: str) -> None:
    data = replace(tiny_images(), max_value=240.0)
    folds = ImageFolds("all", data.x_train, Y, data.class_names, max_value=240.0, folds=2)
    given = data if kind == "dataset" else folds
    raw, scaled = (data.x_test, data.y_test), (data.scaled().x_test, data.y_test)
    found = fitted(same_model(), given, None, validation_data=raw)
    expected = fitted(same_model(), given, None, validation_data=scaled)
    assert found.history.history == expected.history.history


def test_images_of_another_scale_to_validate_on_are_warned_of() -> None:
    raw = tiny_images()
    with pytest.warns(UserWarning, match="`validation_data` are images of uint8 .* from 0 to 1"):
        fitted(tiny_model(), X, Y, validation_data=(raw.x_test, raw.y_test))
    with pytest.warns(UserWarning, match="`validation_data` are images of float32"):
        fitted(tiny_model(), DATA, None, validation_data=(raw.x_test / np.float32(1), raw.y_test))


@pytest.mark.parametrize("names", [False, True])
def test_a_set_to_validate_on_gives_its_own_images_for_it(names: bool) -> None:
    raw = tiny_images()
    held = replace(raw, x_validation=raw.x_test[:8], y_validation=raw.y_test[:8])
    y = np.array(DATA.class_names)[Y] if names else Y
    found = fitted(same_model(), X, y, validation_data=held)
    expected = fitted(same_model(), X, Y, validation_data=(DATA.x_test[:8], DATA.y_test[:8]))
    assert found.history.history == expected.history.history


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
    "a small class": (
        (tiny_model, replace(DATA, y_train=np.repeat([0, 1], [11, 1])), None),
        {"validation_split": 0.25},
        "`validation_split`.*class 'class 1' has none to .* on; it has 1 training images",
    ),
    "no images to validate on": (
        (tiny_model, DATA, None),
        {"validation_data": DATA},
        r"'tiny', an ImageDataset without images for validation.*\(data.x_test, data.y_test\)",
    ),
    "other classes": (
        (tiny_model, DATA, None),
        {"validation_data": with_validation(replace(DATA, class_names=("a", "b")), 0.5, 0)},
        r"classes \['a', 'b'\]; 'tiny'.* has \['class 0', 'class 1'\]",
    ),
    "folds to validate on": (
        (tiny_model, X, Y),
        {"validation_data": ImageFolds("all", X, Y, ("a", "b"), folds=2)},
        "`validation_data`.*Received: ImageFolds",
    ),
    "labels to validate on": ((tiny_model, X, Y), {"validation_data": (X, Y[:3])}, r"\(3,\)"),
    "only images": ((tiny_model, X, Y), {"validation_data": X}, "Received: ndarray"),
    "nothing to monitor": (
        (tiny_model, X, Y),
        {"callbacks": [keras.callbacks.EarlyStopping("val_loss")]},
        "`callbacks`: EarlyStopping monitors 'val_loss'.*`validation_split`",
    ),
    "nothing for a method": (
        (tiny_model, X, Y, [Method("stop", callbacks=lambda: [keras.callbacks.EarlyStopping()])]),
        {},
        "^Method 'stop': EarlyStopping monitors 'val_loss'",
    ),
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
