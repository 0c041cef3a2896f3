"""What pixels are replaced with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.saliency.uninformative_images import uninformative_images

IMAGES = np.random.default_rng(0).normal(size=(2, 15, 6, 3))


@pytest.mark.parametrize(("blur", "sigma"), [(None, 1.0), (2.5, 2.5)])
def test_the_blur_is_scipys_gaussian_filter_with_mirrored_borders(
    blur: float | None, sigma: float
) -> None:
    radius = int(np.ceil(3 * sigma))
    expected = ndimage.gaussian_filter(
        IMAGES, (0, sigma, sigma, 0), mode="mirror", radius=(0, radius, radius, 0)
    )
    np.testing.assert_allclose(uninformative_images(IMAGES, "blur", blur), expected, atol=1e-12)


def test_the_mean_is_that_of_each_image_and_channel() -> None:
    found = uninformative_images(IMAGES, "mean", None)
    for image, filled in zip(IMAGES, found, strict=True):
        for channel in range(3):
            np.testing.assert_allclose(filled[..., channel], image[..., channel].mean())


def test_a_number_or_one_for_each_channel_fills_the_images() -> None:
    assert (uninformative_images(IMAGES, 0.5, None) == 0.5).all()
    assert (uninformative_images(IMAGES, [1, 2, 3], None) == [1, 2, 3]).all()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(("median", None), "baseline"), (([1, 2], None), "baseline"), (("blur", 0.0), "blur")],
)
def test_invalid_arguments_are_refused(arguments: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}`"):
        uninformative_images(IMAGES, *arguments)
