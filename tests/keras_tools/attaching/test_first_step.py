"""A look at the first training step happens once, whatever makes the step, and leaves no trace."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import ReceptiveFieldFreeze, frozen
from keras_lateral.keras_tools.attaching.first_step import after_first_step

X, Y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")


class Traced(layers.Layer):
    """Notes when its Python code runs."""

    def __init__(self, events: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._note = events.append

    def call(self, x: Any, training: bool = False) -> Any:
        if training:
            self._note("call")
        return x


def watched_model(**settings: Any) -> tuple[keras.Model, list[str]]:
    events: list[str] = []
    parts = [layers.Dense(2, name="one"), Traced(events), layers.Dense(1, name="two")]
    model = keras.Sequential([keras.Input((3,)), *parts])
    model.compile(keras.optimizers.SGD(0.01), "mse", **settings)
    return model, events


def watch(model: keras.Model, events: list[str]) -> None:
    after_first_step(model, lambda: events.append("check"), lambda: events.append("before"))


def fit(model: keras.Model, **arguments: Any) -> None:
    model.fit(X, Y, batch_size=4, verbose=0, **arguments)


def seen(events: list[str]) -> list[str]:
    """The events, with calls in a row as one: eager functions call in each step."""
    return [e for e, last in zip(events, [None, *events], strict=False) if e != last or e != "call"]


def test_it_is_called_once_around_the_first_step_of_fit() -> None:
    model, events = watched_model()
    watch(model, events)
    fit(model, epochs=2)
    assert seen(events)[:3] == ["before", "call", "check"]
    assert events.count("check") == events.count("before") == 1
    fit(model)
    assert events.count("check") == 1


def test_it_is_called_after_train_on_batch() -> None:
    model, events = watched_model()
    watch(model, events)
    model.train_on_batch(X, Y)
    assert seen(events) == ["before", "call", "check"]


@pytest.mark.parametrize("settings", [{"run_eagerly": True}, {"steps_per_execution": 2}])
def test_it_holds_for_other_settings(settings: dict[str, Any]) -> None:
    if keras.config.backend() == "torch" and "steps_per_execution" in settings:
        pytest.skip("Keras has no steps_per_execution on torch")
    model, events = watched_model(**settings)
    watch(model, events)
    fit(model)
    assert seen(events)[:3] == ["before", "call", "check"]


def test_it_leaves_no_trace() -> None:
    model, events = watched_model()
    model.make_train_function()
    function = model.train_function
    watch(model, events)
    assert model.train_function is not function
    fit(model)
    assert "make_train_function" not in vars(model)
    assert model.train_function is function


def test_a_model_that_has_trained_is_looked_at_when_its_function_is_made_anew() -> None:
    model, events = watched_model()
    fit(model)
    events.clear()
    model.make_train_function(force=True)
    watch(model, events)
    fit(model)
    assert seen(events)[:3] == ["before", "call", "check"]


def test_compiling_again_keeps_it() -> None:
    model, events = watched_model()
    watch(model, events)
    model.compile("adam", "mse")
    assert events == []
    fit(model)
    assert seen(events)[:3] == ["before", "call", "check"]


def test_several_are_called_in_one_step() -> None:
    model, events = watched_model()
    watch(model, events)
    after_first_step(model, lambda: events.append("second"))
    fit(model)
    assert [e for e in events if e != "call"] == ["before", "check", "second"]
    watch(model, events)  # and one for a later training
    fit(model)
    assert events.count("check") == 2


def test_a_step_that_raises_is_not_counted() -> None:
    model, events = watched_model()
    watch(model, events)
    with pytest.raises(Exception, match=r"(?s)."):
        model.fit(np.ones((8, 5), "float32"), Y, verbose=0)
    assert "check" not in events
    fit(model)
    assert events.count("check") == 1


def test_an_own_training_step_is_looked_at() -> None:
    steps: list[str] = []

    class Own(keras.Sequential):
        def train_step(self, *arguments: Any) -> Any:
            steps.append("step")
            return super().train_step(*arguments)

    model = Own([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    watch(model, steps)
    fit(model)
    assert steps[:3] == ["before", "step", "check"]


def test_copies_and_saved_files_know_nothing(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    events: list[str] = []
    watch(model, events)
    model.save(tmp_path / "model.keras")
    for other in (keras.models.load_model(tmp_path / "model.keras"), copy.deepcopy(model)):
        other.compile("sgd", "mse")
        fit(other)
    assert events == []
    fit(model)
    assert events == ["before", "check"]


def in_first_epoch(model: keras.Model) -> None:
    fit(model, epochs=3, callbacks=[ReceptiveFieldFreeze(["one"], [0])])


def in_later_epoch(model: keras.Model) -> None:
    fit(model, epochs=3, callbacks=[ReceptiveFieldFreeze(["one"], [1])])


def in_a_context(model: keras.Model) -> None:
    with frozen(model, "two"):
        fit(model, epochs=2, callbacks=[ReceptiveFieldFreeze(["one"], [0])])


@pytest.mark.parametrize("train", [in_first_epoch, in_later_epoch, in_a_context])
def test_a_freeze_acts_as_without_it(train: Callable[[keras.Model], None]) -> None:
    weights, traced = [], []
    for watching in (False, True):
        keras.utils.set_random_seed(0)
        model, events = watched_model()
        if watching:
            watch(model, events)
        train(model)
        weights.append(model.get_weights())
        traced.append(events.count("call"))
        assert events.count("check") == watching
        fit(model)
        assert events.count("check") == watching
        assert "make_train_function" not in vars(model)
    assert traced[0] == traced[1]  # no function is made anew because of it
    for expected, found in zip(*weights, strict=True):
        np.testing.assert_array_equal(found, expected)
