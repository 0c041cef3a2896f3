"""Frost is mixed in with the published weights; panes have the measured colours and needles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption.drawing import LUMA
from keras_lateral.robustness.corruption.frost import PANES, _smeared, frost, panes
from tests.corruption_images import generators, natural_images, published_cases


@pytest.mark.parametrize(
    ("parameters", "severity", "weights"),
    published_cases(
        [(1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)],
        [(1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)],
    ),
)
def test_image_and_pane_are_mixed_with_the_published_weights(parameters, severity, weights):
    x, (a, b) = natural_images(2, 9, 14), weights
    pane = panes((9, 14), generators(2), parameters)
    np.testing.assert_allclose(frost(x, severity, generators(2), parameters), a * x + b * pane)
    grey = frost(x[..., :1], severity, generators(2), parameters)[..., 0]
    np.testing.assert_allclose(grey, a * x[..., 0] + b * (pane @ LUMA))


@pytest.mark.parametrize(("parameters", "size"), [("cifar10", 32), ("imagenet", 224)])
def test_every_pane_has_the_colour_and_contrast_of_one_of_the_photographs(parameters, size):
    made = panes((size, size), generators(40 if size == 32 else 20), parameters)
    colours, contrasts = made.mean(axis=(1, 2)), (made @ LUMA).std(axis=(1, 2))
    known = np.array([[*colour, deviation] for colour, deviation in PANES[parameters].looks])
    found = np.column_stack([colours, contrasts])
    distance = np.abs(found[:, None] - known).max(axis=-1)
    assert distance.min(axis=1).max() < (0.01 if size == 32 else 0.02)  # clipped at 0 and 1
    assert set(distance.argmin(axis=1)) == {0, 1, 3, 4}  # the third is the second


def test_neighbouring_pixels_correlate_as_in_the_photographs():
    grey = panes((32, 32), generators(100)) @ LUMA
    found = [np.corrcoef(pane[:, 1:].ravel(), pane[:, :-1].ravel())[0, 1] for pane in grey]
    assert np.mean(found) == pytest.approx(0.36, abs=0.02)


@pytest.mark.parametrize(("distance", "photographs"), [(1, 0.77), (2, 0.56), (5, 0.44), (20, 0.29)])
def test_pixels_of_large_panes_correlate_near_and_far_as_in_the_photographs(distance, photographs):
    grey = panes((224, 224), generators(12), "imagenet") @ LUMA
    near, far = slice(None, -distance), slice(distance, None)
    found = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1]
        for pane in grey
        for a, b in ((pane[near], pane[far]), (pane[:, near], pane[:, far]))
    ]
    assert np.mean(found) == pytest.approx(photographs, abs=0.06)


def test_a_needle_is_a_long_gaussian_at_its_angle():
    point = np.zeros((1, 1, 41, 41))
    point[..., 20, 20] = 1
    for degrees in (0, 25, 90):
        angle = np.deg2rad(degrees)
        needle = _smeared(point, np.array([[angle]]), 3.0, 0.8)[0, 0]
        i, j = np.mgrid[-20:21, -20:21]
        moments = [(needle * a * b).sum() for a, b in ((j, j), (j, i), (i, i))]
        along, across = 3.0**2, 0.8**2
        c, s = np.cos(angle), np.sin(angle)
        expected = [
            along * c * c + across * s * s,
            (along - across) * c * s,
            along * s * s + across * c * c,
        ]
        np.testing.assert_allclose(needle.sum(), 1)
        np.testing.assert_allclose(moments, expected, rtol=1e-3, atol=1e-3)


def test_smearing_along_an_axis_agrees_with_scipy():
    noise = np.random.default_rng(0).normal(size=(1, 1, 24, 30))
    expected = ndimage.fourier_gaussian(np.fft.fft2(noise[0, 0]), (0.3, 3.0))
    smeared = _smeared(noise, np.zeros((1, 1)), 3.0, 0.3)[0, 0]
    np.testing.assert_allclose(smeared, np.fft.ifft2(expected).real, atol=1e-12)
