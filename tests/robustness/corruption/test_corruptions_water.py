"""Each step that the published code leaves to OpenCV, against its definition."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from keras_lateral.robustness.corruption.spatter import (
    canny_edges,
    distances,
    equalized,
    light_in_drops,
)


def drops(images: int, height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(2).normal(0.65, 0.3, (images, height, width))
    liquid = ndimage.gaussian_filter(noise, (0, 1, 1))
    return np.where(liquid < 0.69, 0, np.clip(255 * liquid, 0, 255)).astype("uint8")


DIAGONAL, KNIGHT = (round(step * 65536) / 65536 for step in (1.4, 2.1969))
"""Lengths of steps, rounded since OpenCV counts in integers."""


def chamfer(i: int, j: int) -> float:
    """Returns the distance with steps of 1 to a neighbour, 1.4 diagonally, 2.1969 as a knight."""
    short, long = sorted((abs(i), abs(j)))
    if 2 * short <= long:
        return KNIGHT * short + (long - 2 * short)
    return KNIGHT * (long - short) + DIAGONAL * (2 * short - long)


def nearest_distances(edges: np.ndarray) -> np.ndarray:
    places = np.argwhere(edges)
    nearest = np.full(edges.shape, np.inf)
    for i, j in np.ndindex(edges.shape):
        nearest[i, j] = min((chamfer(i - a, j - b) for a, b in places), default=np.inf)
    return nearest


def test_distances_are_the_shortest_over_all_edges():
    edges = np.random.default_rng(0).random((3, 12, 15)) < 0.03
    edges[2] = False
    expected = np.stack([nearest_distances(image) for image in edges])
    np.testing.assert_allclose(distances(edges), expected)


def test_an_edge_pixel_has_distance_zero():
    edges = np.ones((1, 4, 4), bool)
    assert not distances(edges).any()


def spread(levels: np.ndarray) -> np.ndarray:
    """Equalizes one level after the other."""
    darkest = levels.min()
    if (levels == darkest).all():
        return levels.astype(float)
    rest = (levels != darkest).sum()
    new = np.empty(levels.shape)
    for level in np.unique(levels):
        new[levels == level] = round(255 * ((levels <= level) & (levels != darkest)).sum() / rest)
    return new


def test_levels_are_equalized_by_their_ranks():
    levels = np.random.default_rng(0).integers(3, 40, (3, 9, 7)).astype("uint8")
    levels[2] = 17
    np.testing.assert_array_equal(equalized(levels), [spread(image) for image in levels])


def test_light_follows_the_published_steps():
    liquid = drops(4, 16, 19)
    for image, light in zip(liquid, light_in_drops(liquid), strict=True):
        edges = canny_edges(image[None], 50, 150)[0]
        distance = np.minimum(nearest_distances(edges), 20)
        levels = spread(np.floor(ndimage.correlate(distance, np.ones((3, 3)), mode="mirror") / 9))
        emboss = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
        levels = np.clip(ndimage.correlate(levels, emboss, mode="mirror"), 0, 255)
        levels = np.rint(ndimage.correlate(levels, np.full((3, 3), 1 / 9), mode="mirror"))
        expected = image * levels
        np.testing.assert_allclose(light, expected / expected.max())


def test_without_a_drop_there_is_no_light():
    assert not light_in_drops(np.zeros((2, 8, 8), "uint8")).any()
