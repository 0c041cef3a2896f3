"""Bilinear interpolation, against SciPy's and Keras'."""

import numpy as np
import pytest
from keras import ops
from scipy import ndimage

from keras_lateral.saliency.lateral_inhibition import resized_maps


@pytest.mark.parametrize("size", [(14, 15), (7, 5), (8, 5), (21, 9)])
def test_larger_maps_are_those_of_scipy_and_keras(size: tuple[int, int]) -> None:
    maps = np.random.default_rng(0).normal(size=(2, 7, 5))
    found = resized_maps(maps, *size)
    factors = (1, size[0] / 7, size[1] / 5)
    scipy = ndimage.zoom(maps, factors, order=1, mode="nearest", grid_mode=True)
    np.testing.assert_allclose(found, scipy, atol=1e-12)
    image = maps[..., None].astype("float32")
    keras = ops.image.resize(image, size, interpolation="bilinear", data_format="channels_last")
    np.testing.assert_allclose(found, ops.convert_to_numpy(keras)[..., 0], atol=1e-5)
