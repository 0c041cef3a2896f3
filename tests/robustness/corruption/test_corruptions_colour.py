"""Saturation against the standard library's conversions, pixel by pixel."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from keras_lateral.robustness.corruption.drawing import in_channels, luma, saturated
from tests.corruption_images import natural_images


@pytest.mark.parametrize(("factor", "offset"), [(0.3, 0), (1.5, 0), (2.5, 0.2)])
def test_saturation_changes_while_hue_and_value_stay(factor, offset):
    x = natural_images(1, 8, 9)
    x[0, 0, :4] = [[0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1], [0, 0.9, 0.1]]

    def changed(pixel: np.ndarray) -> tuple[float, ...]:
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        return colorsys.hsv_to_rgb(h, min(s * factor + offset, 1), v)

    expected = np.apply_along_axis(changed, -1, x)
    np.testing.assert_allclose(saturated(x, factor, offset), expected, atol=1e-12)


def test_greys_of_colours_agree_with_pillow():
    image = pytest.importorskip("PIL.Image")
    x = np.random.default_rng(0).integers(0, 256, (8, 9, 3), dtype="uint8")
    expected = np.asarray(image.fromarray(x).convert("L"))
    np.testing.assert_allclose(luma(x / 255)[..., 0] * 255, expected, atol=0.51)
    np.testing.assert_array_equal(in_channels(x / 255, 1), luma(x / 255))
    np.testing.assert_array_equal(in_channels(x, 3), x)
    np.testing.assert_array_equal(luma(x[..., :1]), x[..., :1])
