"""Apart from the frozen layers, nothing is recompiled, replaced or reported differently."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import frozen
from keras_lateral.receptive_field.freeze.frozen_function import build_optimizer
from tests.receptive_field.freeze.freeze_cases import (
    ALL,
    COMPILES,
    CountedTraces,
    Fails,
    States,
    X,
    Y,
    fit,
    freeze,
    new_model,
    of_layer,
    state,
)
from tests.receptive_field.freeze.optimizer_cases import copy_slots


class Looks(keras.callbacks.Callback):
    """Looks at something before and after each epoch, and within it."""

    def __init__(self, look: Any) -> None:
        super().__init__()
        self._look = look
        self.between: list[Any] = []
        self.within: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.between.append(self._look())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.between.append(self._look())

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if batch == 0:
            self.within.append(self._look())


@pytest.mark.skipif(not COMPILES, reason="torch traces nothing")
def test_the_ordinary_step_is_traced_once_and_the_frozen_one_once() -> None:
    counted, callback = CountedTraces(), freeze("second", epochs=[1, 3])
    model = new_model(loss=counted)
    looks = Looks(lambda: counted.traces)
    fit(model, callback, looks, epochs=5)
    ordinary, frozen_step, *others = np.diff(looks.between)
    assert ordinary == frozen_step == 1
    assert others == [0, 0, 0]
    # Another fit traces neither again; compiling again traces the frozen one again.
    fit(model, callback, epochs=2)
    assert counted.traces == looks.between[-1]
    model.compile(model.optimizer, counted, jit_compile=model.jit_compile)
    looks = Looks(lambda: counted.traces)
    fit(model, callback, looks, epochs=2)
    assert np.diff(looks.between)[1] == 1


def test_a_model_compiled_with_another_loss_is_frozen_with_that_one() -> None:
    model, callback = new_model(), freeze("second", epochs=0)
    fit(model, callback)
    another = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    expected = new_model(loss=another)
    build_optimizer(expected)
    expected.set_weights(model.get_weights())
    copy_slots(model.optimizer, expected.optimizer)
    model.compile(model.optimizer, another, jit_compile=model.jit_compile)
    [found] = fit(model, callback).history["loss"]
    assert found == fit(expected, freeze("second", epochs=0)).history["loss"][0]


def interrupted(model: keras.Model, callback: keras.callbacks.Callback) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(model, callback, Fails(0, "begin"))


def ended(model: keras.Model, callback: keras.callbacks.Callback) -> None:
    fit(model, callback, epochs=2)


@pytest.mark.parametrize("before", [ended, interrupted])
def test_a_model_compiled_with_another_loss_is_trained_with_that_one_while_the_callback_lives(
    before: Callable[[keras.Model, keras.callbacks.Callback], None],
) -> None:
    model, callback = new_model(), freeze("second", epochs=[0, 1])
    fit(model)
    before(model, callback)
    another = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    expected = new_model(loss=another)
    expected.set_weights(model.get_weights())
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    model.compile(optimizer, another, jit_compile=model.jit_compile)
    assert fit(model).history["loss"] == fit(expected).history["loss"]
    for found, weight in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(found, weight)


def test_what_was_compiled_stays_the_same_object() -> None:
    model = new_model(metrics=["accuracy"])
    fit(model)

    def things() -> list[Any]:
        metrics = list(model.metrics)
        return [model.optimizer, model.loss, *metrics, *model.variables, *model.optimizer.variables]

    before, own = [*things(), model.train_function], dict(vars(model))
    looks = Looks(lambda: [*things(), model.train_function])
    fit(model, freeze("second", epochs=[1]), looks, epochs=3)
    for found in looks.between:
        assert all(a is b for a, b in zip(found, before, strict=True))
    for found, same in zip(looks.within, [True, False, True], strict=True):
        assert all(a is b for a, b in zip(found[:-1], before, strict=False))
        assert (found[-1] is before[-1]) is same  # the training function alone, and for that epoch
    assert vars(model).keys() - {"history", "_eval_epoch_iterator"} <= own.keys()


def test_the_trainable_flags_do_not_change() -> None:
    model = new_model()
    model.get_layer("first").trainable = False
    model.compile("sgd", model.loss)

    def flags() -> list[bool]:
        layers = [layer.trainable for layer in model.layers]
        return layers + [variable.trainable for variable in model.variables]

    before, looks = flags(), Looks(flags)
    fit(model, freeze("second", epochs=[1]), looks, epochs=2)
    assert looks.within == [before] * 2
    assert looks.between == [before] * 3


def test_the_loss_of_a_frozen_step_is_that_of_an_ordinary_one_with_all_penalties() -> None:
    model, other = new_model(), new_model()
    ordinary = model.train_on_batch(X[:4], Y[:4])
    with frozen(other, ["second"]):
        assert other.train_on_batch(X[:4], Y[:4]) == ordinary


def test_validation_in_a_frozen_epoch_is_unaffected() -> None:
    model = new_model()
    history = fit(
        model, freeze("second"), epochs=2, validation_data=(X, Y), validation_batch_size=4
    ).history
    assert len(history["val_loss"]) == 2
    found = model.evaluate(X, Y, batch_size=4, verbose=0)
    np.testing.assert_allclose(history["val_loss"][1], found, rtol=1e-6)


def test_normalization_goes_on_with_the_statistics_of_each_batch() -> None:
    model, states = new_model(), States()
    fit(model, freeze("normal", epochs=[1]), states, epochs=2)
    ordinary, found = states.changed()
    gone = ordinary - found
    assert gone == {n for n in of_layer("normal", ordinary) if "moving" not in n}
    assert {"normal/moving_mean", "normal/moving_variance"} < found


def test_a_later_fit_without_the_callback_trains_everything() -> None:
    model = new_model()
    fit(model, freeze("second", epochs="last"), epochs=2)
    before = state(model)
    fit(model)
    after = state(model)
    for layer in ALL:
        assert any((before[n] != after[n]).any() for n in before if f" {layer}/" in n)
