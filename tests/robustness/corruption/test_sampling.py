"""Borders, filters and resizing agree with NumPy, SciPy and Pillow."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption.sampling import (
    along_axes,
    bilinear,
    box_matrix,
    clipped_zoom,
    gaussian_blurred,
    inside,
)
from tests.corruption_images import natural_images

PAD_MODES = {"nearest": "edge", "reflect": "symmetric", "mirror": "reflect"}


@pytest.mark.parametrize("border", PAD_MODES)
@pytest.mark.parametrize("n", [2, 5])
def test_borders_agree_with_the_padding_of_numpy(border, n):
    x = np.arange(10, 10 + n)
    i = np.arange(-3 * n, 4 * n)
    np.testing.assert_array_equal(x[inside(i, n, border)], np.pad(x, 3 * n, PAD_MODES[border]))


@pytest.mark.parametrize(("border", "truncate"), [("nearest", 4.0), ("reflect", 3.0)])
@pytest.mark.parametrize("sigma", [0.0, 0.05, 0.4, 1.0, 3.3])
def test_a_gaussian_blur_agrees_with_scipy(border, truncate, sigma):
    x = natural_images(2, 8, 11)
    expected = ndimage.gaussian_filter(x, (0, sigma, sigma, 0), mode=border, truncate=truncate)
    np.testing.assert_allclose(gaussian_blurred(x, sigma, border, truncate), expected, atol=1e-12)


@pytest.mark.parametrize("zoom", [1.0, 1.01, 1.07, 1.25, 1.75, 2.25])
def test_a_zoom_is_the_middle_enlarged_by_scipy(zoom):
    x = natural_images(2, 32, 9)
    expected = x
    for axis in (1, 2):
        n = x.shape[axis]
        cut = int(np.ceil(n / zoom))
        top = (n - cut) // 2
        middle = np.take(expected, range(top, top + cut), axis)
        factors = np.where(np.arange(4) == axis, zoom, 1.0)
        large = ndimage.zoom(middle, factors, order=1)
        top = (large.shape[axis] - n) // 2
        expected = np.take(large, range(top, top + n), axis)
    np.testing.assert_allclose(clipped_zoom(x, zoom), expected, atol=1e-12)


@pytest.mark.parametrize("n", [8, 9, 32])
def test_a_box_filter_agrees_with_pillow(n):
    image = pytest.importorskip("PIL.Image")
    x = natural_images(1, n, n + 3)[0, :, :, 0].astype("float32")
    for size in range(n // 2, 2 * n):
        expected = image.fromarray(x).resize((n + 3, size), image.Resampling.BOX)
        np.testing.assert_allclose(box_matrix(n, size) @ x, np.asarray(expected), atol=1e-6)


@pytest.mark.parametrize("border", ["nearest", "reflect", "mirror"])
def test_reading_between_pixels_agrees_with_scipy(border):
    x = natural_images(2, 8, 11)
    rows, columns = np.random.default_rng(0).uniform(-20, 30, (2, 2, 8, 11))
    read = bilinear(x, rows, columns, border)
    for n in range(2):
        for c in range(3):
            expected = ndimage.map_coordinates(
                x[n, :, :, c], [rows[n], columns[n]], order=1, mode=border
            )
            np.testing.assert_allclose(read[n, :, :, c], expected, atol=1e-12)


def test_matrices_act_along_rows_and_columns():
    x = natural_images(2, 8, 9)
    A, B = (
        np.random.default_rng(0).normal(size=(5, 8)),
        np.random.default_rng(1).normal(size=(4, 9)),
    )
    expected = np.einsum("ik,nklc,jl->nijc", A, x, B)
    np.testing.assert_allclose(along_axes(x, A, B), expected, atol=1e-12)
