"""Patches cover every pixel, and means over them are those of a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral.saliency.occlusion_patches import OcclusionPatches


def mean_by_loop(patches: OcclusionPatches, values: np.ndarray) -> np.ndarray:
    """For each pixel in turn, the mean over the patches in which it lies."""
    means = np.zeros(patches.spatial)
    for pixel in np.ndindex(*patches.spatial):
        around = [
            value
            for value, corner in zip(values, patches.corners, strict=True)
            if all(
                c <= p < c + side for c, p, side in zip(corner, pixel, patches.patch, strict=True)
            )
        ]
        means[pixel] = sum(around) / len(around)
    return means


@pytest.mark.parametrize(
    ("spatial", "patch", "stride"),
    [((9,), 4, 3), ((8, 6), 3, None), ((7, 9), (2, 5), (1, 4)), ((5, 4, 3), 2, 2), ((3, 3), 3, 1)],
)
def test_every_pixel_has_the_mean_over_the_patches_around_it(
    spatial: tuple[int, ...], patch: Any, stride: Any
) -> None:
    patches = OcclusionPatches(spatial, patch, stride)
    values = np.random.default_rng(0).normal(size=(2, len(patches.corners)))
    expected = [mean_by_loop(patches, row) for row in values]
    np.testing.assert_allclose(patches.mean_over_pixels(values), expected)
    assert np.prod(patches.grid) == len(patches.corners)


def test_patches_start_at_the_stride_and_once_more_at_the_far_end() -> None:
    assert OcclusionPatches((10,), 4, 4).corners == [(0,), (4,), (6,)]
    assert OcclusionPatches((8,), 4, 4).corners == [(0,), (4,)]
    assert OcclusionPatches((8, 5), (4, 5)).stride == (2, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patch": 7}, r"`patch`. .* from 1 to \(8, 6\)"),
        ({"patch": 0}, "`patch`"),
        ({"patch": (2, 2, 2)}, "`patch`"),
        ({"patch": 2.5}, "`patch`"),
        ({"patch": 3, "stride": 4}, r"`stride`. .* from 1 to \(3, 3\)"),
        ({"patch": 3, "stride": True}, "`stride`"),
    ],
)
def test_patches_that_do_not_fit_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OcclusionPatches((8, 6), **arguments)
