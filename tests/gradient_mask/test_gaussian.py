import math

import numpy as np
import pytest
from keras import ops

from keras_lateral.gradient_mask.gaussian import check_kernel, gaussian_taps, inhibition_size_for
from tests import reference
from tests.backends import to_numpy

SIGMAS = [0.3, 0.5, 1.0, 1.7, 4.0]


@pytest.mark.parametrize("sigma", SIGMAS)
def test_default_size_is_the_smallest_odd_one_with_a_radius_of_three_sigma(sigma: float) -> None:
    size = inhibition_size_for(sigma)
    assert size % 2 == 1
    assert size // 2 >= 3 * sigma
    assert size // 2 - 1 < 3 * sigma


@pytest.mark.parametrize("sigma", SIGMAS)
def test_taps_are_the_gaussian_and_its_second_derivative(sigma: float) -> None:
    g, d = gaussian_taps(sigma, 11, zero_sum=False)
    ticks = np.arange(11) - 5.0
    np.testing.assert_allclose(g, reference.gaussian(sigma, ticks[None]), rtol=1e-12)
    np.testing.assert_allclose(d, reference.closed_form(sigma, ticks[None]), rtol=1e-12)
    step = 1e-4 * sigma
    bent = [reference.gaussian(sigma, ticks[None] + shift) for shift in (-step, 0, step)]
    curvature = (bent[0] - 2 * bent[1] + bent[2]) / step**2
    np.testing.assert_allclose(d, curvature, atol=1e-5 * np.abs(d).max())


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("size", [1, 3, 13])
def test_with_zero_sum_the_second_derivative_sums_to_zero(sigma: float, size: int) -> None:
    for xp, rounding in ((np, 1e-14), (ops, 1e-6)):
        _, d = gaussian_taps(sigma, size, zero_sum=True, xp=xp)
        d = d if xp is np else to_numpy(d)
        assert abs(d.sum()) <= rounding * max(1, np.abs(d).sum())


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("zero_sum", [True, False])
@pytest.mark.parametrize("as_tensor", [True, False])
def test_taps_in_float32_equal_those_in_float64(
    sigma: float, zero_sum: bool, as_tensor: bool
) -> None:
    value = ops.convert_to_tensor(np.float32(sigma)) if as_tensor else sigma
    for found, expected in zip(
        gaussian_taps(value, 9, zero_sum, xp=ops), gaussian_taps(sigma, 9, zero_sum), strict=True
    ):
        assert to_numpy(found).dtype == "float32"
        atol = 1e-6 * np.abs(expected).max()
        np.testing.assert_allclose(to_numpy(found), expected, rtol=1e-5, atol=atol)


@pytest.mark.parametrize("sigma", [0, -1.0, math.nan, math.inf, np.float32(-2)])
def test_a_sigma_that_is_not_a_positive_number_is_refused(sigma: float) -> None:
    with pytest.raises(ValueError, match=rf"argument `sigma`.*Received: sigma={sigma}"):
        check_kernel(sigma, 5)


@pytest.mark.parametrize("size", [0, -3, 2, 8])
def test_a_kernel_without_a_centre_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=rf"argument `size`.*odd.*Received: size={size}"):
        check_kernel(1.0, size)


def test_a_sigma_known_only_at_run_time_is_not_checked() -> None:
    assert check_kernel(ops.convert_to_tensor(np.float32(1)), 5) == 5
