"""The logs have the true frame bounds, and a warning names layers with dead channels."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import FrameBoundsMonitor, frame_bounds

RNG = np.random.default_rng(5)
X = RNG.normal(size=(4, 6, 5, 2)).astype("float32")
Y = RNG.normal(size=(4, 3)).astype("float32")
KEY = "frame_bounds/conv/lower"


class Decay(keras.callbacks.Callback):
    """Shrinks the weights of an input channel to 0 during training."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        conv = self.model.get_layer("conv")
        kernel, bias = conv.get_weights()
        kernel[:, :, 1] *= 1 if epoch == 0 else 1e-3
        conv.set_weights([kernel, bias])


def new_model(rate: float = 0.05) -> keras.Model:
    initializer = keras.initializers.RandomNormal(seed=1)
    conv = layers.Conv2D(4, 3, kernel_initializer=initializer, name="conv")
    dense = layers.Dense(3, kernel_initializer=initializer, name="dense")
    net = keras.Sequential([keras.Input((6, 5, 2)), conv, layers.Flatten(), dense])
    net.compile(keras.optimizers.SGD(rate), loss="mse")
    return net


def fit(net: keras.Model, *callbacks: keras.callbacks.Callback, **arguments: Any) -> dict:
    arguments = {"batch_size": 4, "shuffle": False, "verbose": 0, "epochs": 2} | arguments
    return net.fit(X, Y, callbacks=list(callbacks), **arguments).history


def test_history_has_the_bounds_at_the_end_of_each_epoch() -> None:
    net = new_model()
    monitor = FrameBoundsMonitor()
    history = fit(net, monitor)
    report = frame_bounds(net)
    assert monitor.reports[1] == report
    assert monitor.reports[0] != report
    for name in ("conv", "dense"):
        for value in ("lower", "upper", "condition_number", "dead_channels"):
            values = history[f"frame_bounds/{name}/{value}"]
            assert len(values) == 2
            assert values[-1] == getattr(report[name], value)


def test_a_csv_logger_after_it_writes_nan_where_nothing_was_measured(tmp_path: Path) -> None:
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = fit(
        new_model(), FrameBoundsMonitor(every=2, layers="conv"), logger, epochs=4, initial_epoch=1
    )
    with (tmp_path / "log.csv").open() as file:
        written = [float(row[KEY]) for row in csv.DictReader(file)]
    np.testing.assert_array_equal(written, history[KEY])
    assert np.isnan(written).tolist() == [True, False, True]


def test_training_is_the_same_with_and_without_it() -> None:
    watched, plain = new_model(), new_model()
    fit(watched, FrameBoundsMonitor())
    fit(plain)
    for w, v in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(w, v)


def test_arguments_choose_layers_keys_and_the_measurement() -> None:
    net = new_model()
    monitor = FrameBoundsMonitor(
        layers=layers.Conv2D,
        prefix="frame",
        values=["upper", "upper_error", "scaled_upper", "dead"],
        borders="zeros",
    )
    history = fit(net, monitor)
    found = frame_bounds(net, borders="zeros")["conv"]
    assert history["frame/conv/upper"][-1] == found.upper
    assert history["frame/conv/scaled_upper"][-1] == found.scaled_upper
    assert len(history) == 1 + 4
    assert (
        fit(net, FrameBoundsMonitor(grid=2), epochs=1)[KEY][0]
        == frame_bounds(net, grid=2)["conv"].lower
    )


def test_channels_that_die_raise_one_warning() -> None:
    with pytest.warns(UserWarning, match="'conv' has 1 dead input channels.*epoch 1") as caught:
        fit(new_model(rate=0.0), Decay(), FrameBoundsMonitor(), epochs=4)
    assert sum("dead" in str(warning.message) for warning in caught) == 1


def test_a_layer_without_dead_channels_raises_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(new_model(), FrameBoundsMonitor())


def test_a_model_that_has_diverged_logs_nan_and_trains_on() -> None:
    history = new_model(rate=1e30).fit(X, Y, epochs=4, verbose=0, callbacks=[FrameBoundsMonitor()])
    assert np.isnan(history.history[KEY][-1])


def test_a_model_without_kernels_raises_when_training_begins() -> None:
    net = keras.Sequential([keras.Input((6, 5, 2)), layers.BatchNormalization()])
    net.compile("sgd", loss="mse")
    with pytest.raises(ValueError, match="no known kernel"):
        net.fit(X, X, verbose=0, callbacks=[FrameBoundsMonitor()])


def test_bad_arguments_raise() -> None:
    with pytest.raises(ValueError, match="every=0"):
        FrameBoundsMonitor(every=0)
    with pytest.raises(ValueError, match=r"Received: values=\['energy'\]"):
        FrameBoundsMonitor(values=["energy"])
    with pytest.raises(ValueError, match="`borders`"):
        FrameBoundsMonitor(borders="reflect")  # type: ignore[arg-type]
