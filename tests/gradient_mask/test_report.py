"""Shares that masks keep, against sums taken by hand from the gradients themselves."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    GradientMask,
    GradientMaskReport,
    exact_gradients,
    gradient_mask_report,
    mask_gradients,
)
from keras_lateral.gradient_mask.report import positions_by_norm

RNG = np.random.default_rng(3)
X = RNG.normal(size=(6, 6, 5, 2)).astype("float32")
Y = RNG.normal(size=(6, 3)).astype("float32")


def model(threshold: float = 0.5, mask: keras.layers.Layer | None = None) -> keras.Model:
    net = keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            layers.Conv2D(4, 3, padding="same"),
            mask or GradientMask(1.0, threshold=threshold, feature_sets=2, name="early"),
            layers.Conv2D(2, 3),
            layers.BatchNormalization(),
            GradientMask(1.0, threshold=threshold, name="late"),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    net.compile("sgd", loss="mse")
    return net


def test_shares_equal_sums_over_the_steps_by_hand() -> None:
    net = model()
    report = gradient_mask_report(net, X, Y, batch_size=4)
    steps = [slice(0, 4), slice(4, 6)]
    at = [mask_gradients(net, X[s], Y[s])["early"] for s in steps]
    with exact_gradients():
        exact = [mask_gradients(net, X[s], Y[s])["early"].gradient for s in steps]
    sets = [step.gradient.reshape(*step.gradient.shape[:-1], 2, 2) for step in at]
    passed = sum(np.sum(g[step.mask] ** 2) for g, step in zip(sets, at, strict=True))
    arrived = sum(np.sum(step.gradient**2) for step in at)
    positions = 6 * 6 * 5 * 2
    early = report["early"]
    by_norm = sum(positions_by_norm(step.norms, step.mask) for step in at)
    assert early.positions_kept == sum(step.mask.sum() for step in at) / positions
    assert early.positions_by_norm == by_norm / positions
    assert early.energy_kept == pytest.approx(passed / arrived, rel=1e-5)
    whole = sum(np.sum(g**2) for g in exact)
    assert early.energy_arriving == pytest.approx(arrived / whole, rel=1e-5)
    assert early.energy_left == pytest.approx(passed / whole, rel=1e-5)
    assert report.energy_left == early.energy_left


def test_the_last_mask_receives_all_the_energy() -> None:
    report = gradient_mask_report(model(), X, Y, batch_size=4)
    assert [layer.name for layer in report.layers] == ["early", "late"]
    assert report["late"].energy_arriving == 1
    assert report["early"].energy_arriving != 1


def test_the_report_holds_its_sample_and_batch_sizes() -> None:
    report = gradient_mask_report(model(), X, Y, batch_size=4)
    assert isinstance(report, GradientMaskReport)
    assert (report.samples, report.batch_size) == (6, 4)


def test_masks_that_changed_nothing_cause_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"\['early', 'late'\] changed nothing on these 6"):
        report = gradient_mask_report(model(threshold=0.0), X, Y, batch_size=4)
    assert report["early"].energy_kept == report["early"].positions_kept == 1
    assert report.energy_left == 1


def test_a_disabled_mask_is_reported_without_a_warning() -> None:
    net = model()
    net.get_layer("late").enabled = False
    report = gradient_mask_report(net, X, Y, batch_size=4)
    assert not report["late"].enabled
    assert report["late"].energy_kept == 1
    assert report["early"].enabled
    assert report["early"].energy_arriving == 1


def test_a_mask_that_no_gradient_reaches_has_nan_shares() -> None:
    net = model()
    net.layers[-1].kernel.assign(0 * net.layers[-1].kernel)
    with pytest.warns(UserWarning, match="changed nothing"):
        report = gradient_mask_report(net, X, Y, batch_size=4)
    assert np.isnan(report["late"].energy_kept)
    assert "nan" in str(report)
    assert "NaN" not in report.to_json()


def test_a_shared_mask_has_one_entry_for_all_its_calls() -> None:
    x = keras.Input((6, 5, 2))
    mask = GradientMask(1.0, threshold=0.5, name="shared")
    net = keras.Model(x, layers.Dense(3)(layers.Flatten()(mask(layers.Conv2D(2, 3)(mask(x))))))
    report = gradient_mask_report(net, X, Y, loss="mse", batch_size=6)
    at = mask_gradients(net, X, Y, loss="mse")
    masks = [call.mask for call in at.values()]
    kept = sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)
    assert [layer.name for layer in report.layers] == ["shared"]
    assert report["shared"].positions_kept == kept


def test_a_model_without_masks_raises() -> None:
    net = keras.Sequential([keras.Input((6, 5, 2)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ValueError, match="has no gradient mask"):
        gradient_mask_report(net, X, Y, loss="mse")


def test_no_data_raises() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        gradient_mask_report(model(), X[:0], Y[:0])
