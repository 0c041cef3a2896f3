"""The elastic transform against SciPy, image by image."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption.elastic import elastic_transform
from tests.corruption_images import generators, natural_images, published_cases


def published(x: np.ndarray, c: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
    """Finds the affine map from its three points, then inverts it to read pixels."""
    height, width, _ = x.shape
    side = min(height, width)
    centre, size = np.array([width // 2, height // 2]), side // 3
    before = np.array(
        [centre + size, [centre[0] + size, centre[1] - size], centre - size], dtype=float
    )
    after = before + rng.uniform(-c[2] * side, c[2] * side, size=(3, 2))
    forth = np.linalg.solve(np.c_[before, np.ones(3)], np.c_[after, np.ones(3)]).T
    back = np.linalg.inv(forth)
    row, column = np.mgrid[:height, :width].astype(float)
    columns, rows, _ = np.einsum("ij,jhw->ihw", back, np.stack([column, row, np.ones_like(row)]))
    right, down = (
        side
        * c[0]
        * ndimage.gaussian_filter(
            rng.uniform(-1, 1, size=(height, width)), side * c[1], mode="reflect", truncate=3
        )
        for _ in range(2)
    )
    y = np.empty_like(x)
    for channel in range(3):
        z = ndimage.map_coordinates(x[..., channel], [rows, columns], order=1, mode="mirror")
        places = [row + down, column + right]
        y[..., channel] = ndimage.map_coordinates(z, places, order=1, mode="reflect")
    return y


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases(
        [(0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03)],
        [
            tuple(244 * share / 224 for share in shares)
            for shares in [
                (2, 0.7, 0.1),
                (2, 0.08, 0.2),
                (0.05, 0.01, 0.02),
                (0.07, 0.01, 0.02),
                (0.12, 0.01, 0.02),
            ]
        ],
    ),
)
@pytest.mark.parametrize("size", [(32, 32), (8, 13), (17, 10)])
def test_pixels_are_read_at_the_positions_of_an_affine_map_and_small_shifts(
    parameters, severity, c, size
):
    x = natural_images(3, *size)
    expected = [published(image, c, rng) for image, rng in zip(x, generators(3), strict=True)]
    y = elastic_transform(x, severity, generators(3), parameters)
    np.testing.assert_allclose(y, expected, atol=1e-9)
