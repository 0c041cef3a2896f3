"""Sensitivity and shares, against SciPy's Laplacian of a gradient known by hand."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from scipy import ndimage

from keras_lateral import (
    GradientMask,
    GradientMaskConv2D,
    gradient_flow_sensitivity,
    mask_gradients,
)

RNG = np.random.default_rng(7)
X = RNG.normal(size=(5, 6, 4, 2)).astype("float32")
Y = RNG.normal(size=(5, 3)).astype("float32")
HALF = {"sigma": 1.0, "inhibition": "norm", "threshold": 0.5, "threshold_mode": "quantile"}


def linear(*before: layers.Layer) -> keras.Model:
    head = [layers.Flatten(), layers.Dense(3, name="head")]
    model = keras.Sequential([keras.Input((6, 4, 2)), *before, *head])
    model.compile("sgd", loss="mse")
    return model


def gradient_by_hand(model: keras.Model, a: np.ndarray, rows: slice = slice(None)) -> np.ndarray:
    """dL/da of L = mean (a W + b - y)^2 of one batch."""
    W, b = model.layers[-1].get_weights()
    error = a[rows].reshape(len(a[rows]), -1) @ W + b - Y[rows]
    return (2 / error.size * error @ W.T).reshape(a[rows].shape)


def sensitivity(g: np.ndarray) -> np.ndarray:
    """|Laplacian| of every sample and channel separately."""
    maps = np.moveaxis(g.astype("float64"), -1, 1)
    found = np.array([[ndimage.laplace(m, mode="mirror") for m in sample] for sample in maps])
    return np.abs(np.moveaxis(found, 1, -1))


def test_at_a_mask_maps_and_shares_are_those_of_the_gradient_by_hand() -> None:
    model = linear(GradientMask(feature_sets="channels", name="mask", **HALF))
    g = gradient_by_hand(model, X)
    s, a = sensitivity(g), np.abs(g) >= np.quantile(np.abs(g), 0.5, axis=(1, 2), keepdims=True)
    (found,) = gradient_flow_sensitivity(model, X, Y).layers
    np.testing.assert_array_equal(mask_gradients(model, X, Y)["mask"].mask, a)
    assert found.name == "mask"
    np.testing.assert_allclose(found.sensitivity, s.sum(axis=-1), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found.gradient, np.abs(g).sum(axis=-1), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.kept_sensitivity, (a * s).sum(axis=-1), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found.sensitivity_kept, (a * s).sum() / s.sum(), rtol=1e-5)
    np.testing.assert_allclose(
        found.gradient_kept, (a * np.abs(g)).sum() / np.abs(g).sum(), rtol=1e-5
    )
    np.testing.assert_allclose(found.positions_kept, a.mean())
    np.testing.assert_allclose(found.sensitivity_lost + found.sensitivity_kept, 1.0)


def test_all_channels_of_a_set_share_its_mask() -> None:
    model = linear(GradientMask(feature_sets=1, name="mask", **HALF))
    g = gradient_by_hand(model, X)
    N = np.sqrt((g**2).sum(axis=-1))
    a = np.quantile(N, 0.5, axis=(1, 2), keepdims=True) <= N
    (found,) = gradient_flow_sensitivity(model, X, Y).layers
    kept = a * np.abs(g).sum(axis=-1)
    np.testing.assert_allclose(found.kept_gradient, kept, rtol=1e-5, atol=1e-7)


def test_without_masks_it_is_the_output_of_relu_layers_or_of_those_named() -> None:
    conv = layers.Conv2D(2, 1, activation="relu", name="conv")
    model = linear(conv, layers.Identity(name="same"))
    a = np.maximum(X @ conv.get_weights()[0][0, 0] + conv.get_weights()[1], 0)
    g = gradient_by_hand(model, a)
    report = gradient_flow_sensitivity(model, X, Y)
    assert [layer.name for layer in report.layers] == ["conv"]
    s = sensitivity(g).sum(axis=-1)
    np.testing.assert_allclose(report["conv"].sensitivity, s, rtol=1e-4, atol=1e-7)
    assert report["conv"].kept_sensitivity is None
    assert np.isnan(report["conv"].sensitivity_kept)
    named = gradient_flow_sensitivity(model, X, Y, layers=["same", "conv"])
    for name in ("conv", "same"):
        np.testing.assert_allclose(named[name].sensitivity, s, rtol=1e-4, atol=1e-7)


def test_each_batch_is_a_training_step_of_its_own() -> None:
    model = linear(GradientMask(name="mask", **HALF))
    report = gradient_flow_sensitivity(model, X, Y, batch_size=3)
    g = np.concatenate([gradient_by_hand(model, X, rows) for rows in (slice(3), slice(3, 5))])
    expected = np.abs(g).sum(axis=-1)
    np.testing.assert_allclose(report["mask"].gradient, expected, rtol=1e-5, atol=1e-7)
    parts = [mask_gradients(model, X[r], Y[r])["mask"].mask for r in (slice(3), slice(3, 5))]
    np.testing.assert_allclose(report["mask"].positions_kept, np.concatenate(parts).mean())


def test_maps_with_the_channels_first_have_the_same_sensitivity() -> None:
    turn = layers.Permute((3, 1, 2), name="turned")
    model = linear(turn)
    found = gradient_flow_sensitivity(model, X, Y, layers="turned", data_format="channels_first")[
        "turned"
    ]
    g = np.moveaxis(gradient_by_hand(model, np.moveaxis(X, -1, 1)), 1, -1)
    s = sensitivity(g).sum(axis=-1)
    np.testing.assert_allclose(found.sensitivity, s, rtol=1e-4, atol=1e-7)


def test_with_sigma_it_is_the_laplacian_of_gaussian_of_each_channel() -> None:
    model, sigma = linear(layers.ReLU(name="relu")), 1.0
    g = gradient_by_hand(model, np.maximum(X, 0)).astype("float64")
    t = np.arange(-3, 4)
    smooth = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    curved = (t**2 - 1) * smooth
    curved -= curved.mean()
    total = np.zeros(g.shape)
    for second, first in ((curved, smooth), (smooth, curved)):
        along = ndimage.correlate1d(g, second, axis=1, mode="mirror")
        total += ndimage.correlate1d(along, first, axis=2, mode="mirror")
    found = gradient_flow_sensitivity(model, X, Y, sigma=sigma)["relu"].sensitivity
    np.testing.assert_allclose(found, np.abs(total).sum(axis=-1), rtol=1e-4, atol=1e-7)


def test_later_masks_act_on_the_gradient_of_earlier_ones_and_nothing_changes() -> None:
    conv = {"padding": "same", "sigma": 1.0, "threshold": 0.5}
    model = linear(
        GradientMaskConv2D(4, 3, name="first", **conv),
        layers.BatchNormalization(),
        GradientMaskConv2D(2, 3, name="second", **conv),
    )
    before = [ops.convert_to_numpy(variable) for variable in model.variables]
    report = gradient_flow_sensitivity(model, X, Y)
    arriving = mask_gradients(model, X, Y)
    assert [layer.name for layer in report.layers] == ["first", "second"]
    for name, at in arriving.items():
        expected = np.abs(at.gradient).sum(axis=-1)
        np.testing.assert_allclose(report[name].gradient, expected, rtol=1e-4, atol=1e-8)
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(variable))
    values = json.loads(report.to_json())
    assert [layer["name"] for layer in values["layers"]] == ["first", "second"]
    assert values["settings"] == {"sigma": None, "batch_size": 32}
    assert "sensitivity kept" in str(report)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": "head"}, "`layers`. Expected layers, or masks, with two spatial axes"),
        ({"layers": "nobody"}, "`layers`. No layer is named 'nobody'"),
        ({}, "`layers`"),
        ({"sigma": 0.0}, "`sigma`"),
        ({"x": X[:0], "y": Y[:0]}, "`x`"),
        ({"model": keras.Sequential([layers.Flatten(), layers.Dense(3)])}, "not compiled"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gradient_flow_sensitivity(**({"model": linear(), "x": X, "y": Y} | arguments))
