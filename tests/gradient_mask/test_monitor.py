"""The logs hold what masks keep, for every callback that reads them; training does not change."""

import csv
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import GradientMaskConv2D, GradientMaskMonitor, gradient_mask_report

RNG = np.random.default_rng(5)
X = RNG.normal(size=(4, 6, 5, 2)).astype("float32")
Y = RNG.normal(size=(4, 3)).astype("float32")
KEY = "gradient_mask/conv/energy_kept"


def new_model(threshold: float = 0.8) -> keras.Model:
    initializer = keras.initializers.RandomNormal(seed=1)
    conv = GradientMaskConv2D(
        4, 3, kernel_initializer=initializer, sigma=1.0, threshold=threshold, name="conv"
    )
    head = [layers.BatchNormalization(), layers.Dropout(0.3, seed=1), layers.Flatten()]
    dense = layers.Dense(3, kernel_initializer=initializer)
    net = keras.Sequential([keras.Input((6, 5, 2)), conv, *head, dense])
    net.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss="mse")
    return net


def fit(net: keras.Model, *callbacks: keras.callbacks.Callback, epochs: int = 2) -> dict:
    arguments = {"batch_size": 4, "shuffle": False, "verbose": 0}
    return net.fit(X, Y, epochs=epochs, callbacks=list(callbacks), **arguments).history


def test_history_has_the_values_of_a_report_at_the_end_of_each_epoch() -> None:
    net = new_model()
    monitor = GradientMaskMonitor(X, Y)
    history = fit(net, monitor)
    report = gradient_mask_report(net, X, Y)
    assert monitor.reports[1] == report
    for share in ("positions_kept", "energy_kept", "positions_by_norm", "energy_left"):
        values = history[f"gradient_mask/conv/{share}"]
        assert len(values) == 2
        assert values[-1] == getattr(report["conv"], share)


def test_a_csv_logger_after_it_writes_the_values(tmp_path: Path) -> None:
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = fit(new_model(), GradientMaskMonitor(X, Y, every=2), logger, epochs=3)
    with (tmp_path / "log.csv").open() as file:
        written = [float(row[KEY]) for row in csv.DictReader(file)]
    np.testing.assert_array_equal(written, history[KEY])
    assert np.isnan(written).tolist() == [False, True, False]


def test_training_is_the_same_with_and_without_it() -> None:
    watched, plain = new_model(), new_model()
    fit(watched, GradientMaskMonitor(X, Y))
    fit(plain)
    for w, v in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(w, v)


def test_prefix_and_shares_choose_the_keys() -> None:
    monitor = GradientMaskMonitor(X, Y, prefix="mask", shares=["energy_arriving"])
    assert set(fit(new_model(), monitor)) == {"loss", "mask/conv/energy_arriving"}


def test_masks_that_never_changed_anything_cause_one_warning() -> None:
    with pytest.warns(UserWarning, match=r"\['conv'\] changed nothing in any epoch") as caught:
        fit(new_model(threshold=0.0), GradientMaskMonitor(X, Y))
    assert sum(warning.category is UserWarning for warning in caught) == 1


def test_a_model_without_masks_raises_when_training_begins() -> None:
    net = keras.Sequential([keras.Input((6, 5, 2)), layers.Flatten(), layers.Dense(3)])
    net.compile("sgd", loss="mse")
    with pytest.raises(ValueError, match="has no gradient mask"):
        fit(net, GradientMaskMonitor(X, Y))


def test_bad_arguments_raise() -> None:
    with pytest.raises(ValueError, match="every=0"):
        GradientMaskMonitor(X, Y, every=0)
    with pytest.raises(ValueError, match=r"Received: shares=\['energy'\]"):
        GradientMaskMonitor(X, Y, shares=["energy"])
