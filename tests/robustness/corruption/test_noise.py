"""Noise has the published mean, variance and shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from keras_lateral.robustness.corruption.noise import (
    gaussian_noise,
    impulse_noise,
    shot_noise,
    speckle_noise,
)
from tests.corruption_images import generators

SIZE = (3, 60, 50, 3)
"""27,000 values: a deviation is measured to 0.5 %."""

LEVEL = 1e-3
"""Level of one test; there are thirty here, so all pass for 97 of 100 choices of the seed."""

FLAT = np.full(SIZE, 0.4)


@pytest.mark.parametrize(("severity", "c"), list(enumerate([0.04, 0.06, 0.08, 0.09, 0.10], 1)))
def test_gaussian_noise_is_normal_with_the_published_deviation(severity, c):
    z = (gaussian_noise(FLAT, severity, generators(3)) - FLAT) / c
    assert stats.kstest(z.ravel(), "norm").pvalue > LEVEL


@pytest.mark.parametrize(("severity", "c"), list(enumerate([0.06, 0.1, 0.12, 0.16, 0.2], 1)))
def test_speckle_noise_is_normal_and_in_proportion_to_the_pixel(severity, c):
    x = np.where(np.arange(SIZE[1])[:, None, None] < 30, 0.2, 0.8) * np.ones(SIZE)
    z = (speckle_noise(x, severity, generators(3)) - x) / (c * x)
    assert stats.kstest(z.ravel(), "norm").pvalue > LEVEL
    assert not speckle_noise(0 * x, severity, generators(3)).any()


@pytest.mark.parametrize(("severity", "c"), list(enumerate([500, 250, 100, 75, 50], 1)))
def test_shot_noise_counts_photons_of_a_poisson_distribution(severity, c):
    counts = shot_noise(FLAT, severity, generators(3)) * c
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-9)
    rate = 0.4 * c
    edges = stats.poisson.ppf([0.1, 0.25, 0.5, 0.75, 0.9], rate)
    observed = np.diff(np.searchsorted(np.sort(counts.ravel()), edges + 0.5), prepend=0)
    shares = np.diff(stats.poisson.cdf(edges, rate), prepend=0)
    expected = np.append(shares, 1 - shares.sum()) * counts.size
    observed = np.append(observed, counts.size - observed.sum())
    assert stats.chisquare(observed, expected).pvalue > LEVEL


@pytest.mark.parametrize(("severity", "c"), list(enumerate([0.01, 0.02, 0.03, 0.05, 0.07], 1)))
def test_impulse_noise_hits_the_published_share_half_black_half_white(severity, c):
    y = impulse_noise(FLAT, severity, generators(3))
    hit, white = y != FLAT, y == 1
    assert set(np.unique(y)) == {0.0, 0.4, 1.0}
    assert stats.binomtest(int(hit.sum()), y.size, c).pvalue > LEVEL
    assert stats.binomtest(int(white.sum()), int(hit.sum()), 0.5).pvalue > LEVEL


@pytest.mark.parametrize("noise", [gaussian_noise, shot_noise, impulse_noise, speckle_noise])
def test_channels_and_images_have_noise_of_their_own(noise):
    change = (noise(FLAT, 5, generators(3)) - FLAT).reshape(3, -1, 3)
    series = np.concatenate([change[0].T, change[1, None, :, 0]])
    correlation = np.corrcoef(series) - np.eye(4)
    assert np.abs(correlation).max() < 4 / np.sqrt(series.shape[1])
