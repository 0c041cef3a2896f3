"""Frost is mixed in with the published weights; panes have the measured colours and needles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption import frost as corruptions_frost
from keras_lateral.robustness.corruption.drawing import LUMA
from keras_lateral.robustness.corruption.frost import _PANES, _smeared, frost, panes
from tests.corruption_images import generators, natural_images


@pytest.mark.parametrize(
    ("severity", "a", "b"),
    [(1, 1, 0.2), (2, 1, 0.3), (3, 0.9, 0.4), (4, 0.85, 0.4), (5, 0.75, 0.45)],
)
def test_image_and_pane_are_mixed_with_the_published_weights(severity, a, b):
    x = natural_images(2, 9, 14)
    pane = panes((9, 14), generators(2))
    np.testing.assert_allclose(frost(x, severity, generators(2)), a * x + b * pane)
    grey = frost(x[..., :1], severity, generators(2))[..., 0]
    np.testing.assert_allclose(grey, a * x[..., 0] + b * (pane @ LUMA))


def test_every_pane_has_the_colour_and_contrast_of_one_of_the_photographs():
    made = panes((32, 32), generators(40))
    colours, contrasts = made.mean(axis=(1, 2)), (made @ LUMA).std(axis=(1, 2))
    known = np.array([[*colour, deviation] for colour, deviation in _PANES])
    found = np.column_stack([colours, contrasts])
    distance = np.abs(found[:, None] - known).max(axis=-1)
    assert distance.min(axis=1).max() < 0.01  # clipped at 0 and 1
    assert set(distance.argmin(axis=1)) == {0, 1, 3, 4}  # the third is the second


def test_neighbouring_pixels_correlate_as_in_the_photographs():
    grey = panes((32, 32), generators(100)) @ LUMA
    found = [np.corrcoef(pane[:, 1:].ravel(), pane[:, :-1].ravel())[0, 1] for pane in grey]
    assert np.mean(found) == pytest.approx(0.36, abs=0.02)


def test_a_needle_is_a_long_gaussian_at_its_angle(monkeypatch):
    monkeypatch.setattr(corruptions_frost, "_WIDTH", 0.8)  # wide enough to be seen on the grid
    point = np.zeros((1, 1, 41, 41))
    point[..., 20, 20] = 1
    for degrees in (0, 25, 90):
        angle = np.deg2rad(degrees)
        needle = _smeared(point, np.array([[angle]]))[0, 0]
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
    smeared = _smeared(noise, np.zeros((1, 1)))[0, 0]
    np.testing.assert_allclose(smeared, np.fft.ifft2(expected).real, atol=1e-12)
