"""A schedule's scale reaches the compiled step, depends on the epoch alone, and leaves no trace."""

import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import FrameRegularizer, RegularizerSchedule, find_regularizers

X, Y = np.zeros((4, 6, 6, 3), "float32"), np.zeros((4, 2), "float32")


@keras.saving.register_keras_serializable(package="tests")
def no_loss(y: object, p: keras.KerasTensor) -> keras.KerasTensor:
    return 0.0 * keras.ops.sum(p, -1)


def new_model(rate: float = 0.0) -> keras.Model:
    def conv(name: str) -> layers.Layer:
        regularizer = FrameRegularizer(0.25, 0.5, factor=0.5)
        return layers.Conv2D(2, 3, kernel_regularizer=regularizer, name=name)

    model = keras.Sequential([keras.Input((6, 6, 3)), conv("a"), conv("b"), layers.Flatten()])
    model.compile(keras.optimizers.SGD(rate), loss=no_loss)
    return model


def losses(model: keras.Model, schedule: RegularizerSchedule | None, **arguments: int) -> list:
    callbacks = [] if schedule is None else [schedule]
    history = model.fit(X, Y, batch_size=4, verbose=0, callbacks=callbacks, **arguments)
    return history.history["loss"]


def test_the_loss_is_scaled_in_every_epoch() -> None:
    model = new_model()
    [full] = losses(model, None)
    schedule = RegularizerSchedule({0: 1.0, 3: 0.25}, warmup_epochs=2)
    expected = full * np.array([0.0, 0.5, 1.0, 0.25, 0.25])
    np.testing.assert_allclose(losses(model, schedule, epochs=5), expected, rtol=1e-5)
    np.testing.assert_allclose(losses(model, None), [full], rtol=1e-6)  # and 1 again afterwards


def test_a_function_of_the_epoch_scales() -> None:
    model = new_model()
    [full] = losses(model, None)
    found = losses(model, RegularizerSchedule(lambda epoch: 2.0**-epoch), epochs=3)
    np.testing.assert_allclose(found, full * np.array([1, 0.5, 0.25]), rtol=1e-5)


def test_named_layers_alone_are_scaled() -> None:
    model = new_model()
    b = model.get_layer("b")
    [full] = losses(model, None)
    others = full - float(keras.ops.convert_to_numpy(b.kernel_regularizer(b.kernel)))
    found = losses(model, RegularizerSchedule(0.0, layers=["b"]))
    np.testing.assert_allclose(found, [others], rtol=1e-5)


def test_a_run_that_resumes_equals_one_that_never_stopped(tmp_path: Path) -> None:
    def schedule() -> RegularizerSchedule:
        return RegularizerSchedule({0: 0.5, 2: 0.1}, warmup_epochs=1)

    straight = new_model(rate=0.01)
    weights = straight.get_weights()
    losses(straight, schedule(), epochs=4)
    resumed = new_model(rate=0.01)
    resumed.set_weights(weights)
    losses(resumed, schedule(), epochs=2)
    for regularizer in find_regularizers(resumed).values():
        assert (regularizer.factor, regularizer.scale) == (0.5, 1.0)
    resumed.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    losses(loaded, schedule(), epochs=4, initial_epoch=2)
    for w, v in zip(straight.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(w, v)


def test_a_schedule_that_changes_nothing_warns() -> None:
    with pytest.warns(UserWarning, match="RegularizerSchedule changed nothing"):
        losses(new_model(), RegularizerSchedule(1.0), epochs=2)


def test_a_schedule_that_changes_something_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        losses(new_model(), RegularizerSchedule({0: 1.0, 1: 0.5}), epochs=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"warmup_epochs": -1}, "Expected 0 or more epochs"),
        ({"scale": {3: 1.0}}, "a dict with a number for epoch 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RegularizerSchedule(**arguments)


@pytest.mark.parametrize("scale", [-1.0, float("nan"), float("inf")])
def test_a_scale_out_of_range_is_refused_before_training(scale: float) -> None:
    schedule = RegularizerSchedule(lambda epoch: scale if epoch == 1 else 1.0)
    with pytest.raises(ValueError, match="in epoch 1"):
        losses(new_model(), schedule, epochs=2)


def test_unknown_layers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected names of \['a', 'b'\]"):
        losses(new_model(), RegularizerSchedule(0.5, layers=["c"]))


def test_a_model_without_regularizers_is_refused() -> None:
    model = keras.Sequential([keras.Input((6, 6, 3)), layers.Flatten(), layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="has no regularizer of this library"):
        losses(model, RegularizerSchedule(0.5))
