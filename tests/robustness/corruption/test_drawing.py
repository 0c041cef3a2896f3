"""Every image has its own random numbers."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import drawn, image_generators


def test_image_i_has_the_generator_of_the_seed_and_i():
    numbers = drawn(image_generators(7, 3, 2), lambda rng: rng.normal(size=4))
    expected = [np.random.default_rng([7, i]).normal(size=4) for i in (3, 4)]
    np.testing.assert_array_equal(numbers, expected)
