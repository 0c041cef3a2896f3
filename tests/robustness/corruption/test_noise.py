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
from tests.corruption_images import generators, published_cases

SIZE = (3, 60, 50, 3)
"""27,000 values: a deviation is measured to 0.5 %."""

LEVEL = 1e-3
"""Level of one test; there are fifty here, so all pass for 95 of 100 choices of the seed."""

FLAT = np.full(SIZE, 0.4)


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([0.04, 0.06, 0.08, 0.09, 0.10], [0.08, 0.12, 0.18, 0.26, 0.38]),
)
def test_gaussian_noise_is_normal_with_the_published_deviation(parameters, severity, c):
    z = (gaussian_noise(FLAT, severity, generators(3), parameters) - FLAT) / c
    assert stats.kstest(z.ravel(), "norm").pvalue > LEVEL


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([0.06, 0.1, 0.12, 0.16, 0.2], [0.15, 0.2, 0.35, 0.45, 0.6]),
)
def test_speckle_noise_is_normal_and_in_proportion_to_the_pixel(parameters, severity, c):
    x = np.where(np.arange(SIZE[1])[:, None, None] < 30, 0.2, 0.8) * np.ones(SIZE)
    z = (speckle_noise(x, severity, generators(3), parameters) - x) / (c * x)
    assert stats.kstest(z.ravel(), "norm").pvalue > LEVEL
    assert not speckle_noise(0 * x, severity, generators(3), parameters).any()


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([500, 250, 100, 75, 50], [60, 25, 12, 5, 3]),
)
def test_shot_noise_counts_photons_of_a_poisson_distribution(parameters, severity, c):
    counts = shot_noise(FLAT, severity, generators(3), parameters) * c
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-9)
    rate = 0.4 * c
    edges = np.unique(stats.poisson.ppf([0.1, 0.25, 0.5, 0.75, 0.9], rate))
    observed = np.diff(np.searchsorted(np.sort(counts.ravel()), edges + 0.5), prepend=0)
    shares = np.diff(stats.poisson.cdf(edges, rate), prepend=0)
    expected = np.append(shares, 1 - shares.sum()) * counts.size
    observed = np.append(observed, counts.size - observed.sum())
    assert stats.chisquare(observed, expected).pvalue > LEVEL


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([0.01, 0.02, 0.03, 0.05, 0.07], [0.03, 0.06, 0.09, 0.17, 0.27]),
)
def test_impulse_noise_hits_the_published_share_half_black_half_white(parameters, severity, c):
    y = impulse_noise(FLAT, severity, generators(3), parameters)
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
