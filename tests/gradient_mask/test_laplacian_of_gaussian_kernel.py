import math

import numpy as np
import pytest

from keras_lateral.gradient_mask.laplacian_of_gaussian import laplacian_of_gaussian_kernel
from tests import reference

RANKS = [1, 2, 3, 4]


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_closed_form_is_equation_1(sigma: float) -> None:
    kernel = laplacian_of_gaussian_kernel(sigma, 2, 13, zero_sum=False)
    for i, j in np.ndindex(13, 13):
        square = ((i - 6) ** 2 + (j - 6) ** 2) / (2 * sigma**2)
        expected = -1 / (math.pi * sigma**4) * (1 - square) * math.exp(-square)
        assert kernel[i, j] == pytest.approx(expected, rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.9])
@pytest.mark.parametrize("zero_sum", [True, False])
@pytest.mark.parametrize("size", [3, 7])
def test_kernel_equals_its_second_derivation(
    rank: int, sigma: float, zero_sum: bool, size: int
) -> None:
    found = laplacian_of_gaussian_kernel(sigma, rank, size, zero_sum=zero_sum)
    expected = reference.laplacian_of_gaussian(sigma, rank, size, zero_sum)
    assert found.dtype == "float64"
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("size", [1, 3, 5, None])
def test_kernel_sums_to_zero(rank: int, sigma: float, size: int | None) -> None:
    kernel = laplacian_of_gaussian_kernel(sigma, rank, size)
    assert abs(kernel.sum()) <= 1e-13 * max(1, np.abs(kernel).sum())


def test_closed_form_is_a_blur_when_cut_too_small_and_not_at_three_sigma() -> None:
    shares = []
    for sigma, size in [(1.0, 3), (2.0, 5), (1.0, 7)]:
        kernel = laplacian_of_gaussian_kernel(sigma, 2, size, zero_sum=False)
        shares.append(kernel.sum() / np.abs(kernel).sum())
    assert shares == [pytest.approx(-1), pytest.approx(-1), pytest.approx(-0.006, abs=1e-3)]


@pytest.mark.parametrize("rank", RANKS)
def test_kernel_is_the_same_along_every_axis_and_in_both_directions(rank: int) -> None:
    kernel = laplacian_of_gaussian_kernel(1.2, rank)
    for axis in range(rank):
        np.testing.assert_allclose(kernel, np.moveaxis(kernel, axis, 0), atol=1e-15)
        np.testing.assert_allclose(kernel, np.flip(kernel, axis), atol=1e-15)


@pytest.mark.parametrize("rank", RANKS)
def test_centre_inhibits_and_surround_excites(rank: int) -> None:
    kernel = laplacian_of_gaussian_kernel(1.0, rank)
    line = kernel[(3,) * (rank - 1)]
    assert line[3] == kernel.min() < 0
    assert line[5] > 0


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"sigma": 0.0}, r"`sigma`.*sigma=0\.0"),
        ({"sigma": -1.0, "size": 5}, r"`sigma`.*sigma=-1\.0"),
        ({"sigma": math.nan, "size": 5}, r"`sigma`.*sigma=nan"),
        ({"sigma": 1.0, "rank": 0}, r"`rank`.*rank=0"),
        ({"sigma": 1.0, "size": 4}, r"`size`.*odd.*size=4"),
        ({"sigma": 1.0, "size": -1}, r"`size`.*odd.*size=-1"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        laplacian_of_gaussian_kernel(**arguments)
