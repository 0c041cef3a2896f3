"""What a comparison calls for each training: functions, whose callbacks do not undo each other."""

from collections.abc import Callable
from typing import Any

import keras
import pytest

from keras_lateral import CosineLearningRate, Method, compare
from keras_lateral.comparison import training
from keras_lateral.comparison.monitored import check_monitored
from tests.comparison.tiny import tiny_images, tiny_model

pytestmark = pytest.mark.home


def cosine() -> list[keras.callbacks.Callback]:
    return [CosineLearningRate()]


def plateau() -> list[keras.callbacks.Callback]:
    return [keras.callbacks.ReduceLROnPlateau("loss")]


def scheduler() -> list[keras.callbacks.Callback]:
    return [keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)]


def with_schedule() -> keras.Model:
    model = tiny_model()
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


def one_layer(shared: list[keras.layers.Layer]) -> Callable[[], keras.Model]:
    def build() -> keras.Model:
        model = keras.Sequential([keras.Input((6, 6, 1)), *shared])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    return build


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"build_model": tiny_model()}, "returns a new compiled model.* Received a model"),
        ({"build_model": 3}, "Expected a function that returns a new .* Received int"),
        ({"callbacks": cosine()}, "Expected a function that returns a list of .* a list of them"),
        ({"callbacks": lambda: None}, "given as `callbacks` must return a list of Keras"),
        ({"augment": "flip"}, "Expected a function of a batch of images .* Received str"),
        ({"callbacks": cosine, "methods": plateau}, "'own': ReduceLROnPlateau sets the learning"),
        ({"callbacks": cosine, "methods": scheduler}, "Leave CosineLearningRate out"),
        ({"callbacks": lambda: cosine() + plateau()}, "`callbacks`: ReduceLROnPlateau sets"),
        ({"build_model": with_schedule, "methods": plateau}, "compiled with a schedule, or"),
        ({"build_model": with_schedule, "callbacks": cosine}, "compiled with a schedule, or"),
        (
            {"build_model": one_layer([keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])},
            "returns the same model each time",
        ),
    ],
)
def test_what_is_wrong_is_said_before_the_first_training(
    arguments: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "train", lambda *_: pytest.fail("something was trained"))
    methods = [Method("own", callbacks=arguments.pop("methods", list))]
    given: dict[str, Any] = {"build_model": tiny_model, "seeds": 1, "epochs": 2, **arguments}
    with pytest.raises(ValueError, match=words):
        compare(given.pop("build_model"), tiny_images(), methods, progress=False, **given)


def test_one_score_and_a_sparse_loss_are_told_on_every_backend() -> None:
    def build() -> keras.Model:
        model = one_layer([keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])()
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    with pytest.raises(ValueError, match="loss of one score is `binary_crossentropy`"):
        compare(build, tiny_images(), [Method("own")], seeds=1, epochs=1, progress=False)


def test_a_misspelt_value_is_told_from_one_that_needs_images() -> None:
    def watching(name: str) -> list[keras.callbacks.Callback]:
        return [keras.callbacks.EarlyStopping(name)]

    names = ["accuracy", "loss"]
    with pytest.raises(ValueError, match="Mine: EarlyStopping monitors 'val_loss', which needs"):
        check_monitored(watching("val_loss"), names, "Mine")
    with pytest.raises(ValueError, match="nor with images for validation. Did you mean 'val_loss'"):
        check_monitored(watching("val_los"), names, "Mine")
    with pytest.raises(ValueError, match=r"does not report here. Did you mean 'val_loss'\?"):
        check_monitored(watching("val_los"), [*names, "val_loss"], "Mine")
