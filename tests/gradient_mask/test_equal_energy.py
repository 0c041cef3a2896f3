"""The fewest positions that keep an energy, against a search over all subsets."""

from itertools import combinations

import numpy as np
import pytest

from keras_lateral.gradient_mask.report import positions_by_norm

RNG = np.random.default_rng(1)


def least_by_search(norms: np.ndarray, mask: np.ndarray) -> int:
    """The size of the smallest subset of positions whose energy reaches the mask's."""
    energy, kept = norms**2, np.sum(norms[mask] ** 2)
    for size in range(len(norms) + 1):
        if any(energy[list(s)].sum() >= kept - 1e-9 for s in combinations(range(len(norms)), size)):
            return size
    raise AssertionError


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_no_smaller_set_of_positions_keeps_the_energy(share: float) -> None:
    norms = RNG.exponential(size=(2, 3, 3, 2))
    mask = RNG.random(norms.shape) < share
    expected = sum(
        least_by_search(norms[n, ..., k].ravel(), mask[n, ..., k].ravel())
        for n in range(2)
        for k in range(2)
    )
    assert positions_by_norm(norms, mask) == expected


@pytest.mark.parametrize("shape", [(3, 7, 1), (3, 5, 5, 4), (2, 3, 3, 3, 2)])
def test_it_is_at_most_what_the_mask_keeps(shape: tuple[int, ...]) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        norms, mask = rng.exponential(size=shape).astype("float32"), rng.random(shape) < 0.7
        assert positions_by_norm(norms, mask) <= mask.sum()


def test_a_mask_made_by_norm_needs_all_its_positions() -> None:
    norms = RNG.exponential(size=(4, 6, 6, 2)).astype("float32")
    mask = norms >= 0.5 * norms.max(axis=(1, 2), keepdims=True)
    assert positions_by_norm(norms, mask) == mask.sum()


def test_positions_without_gradient_do_not_count() -> None:
    norms = np.array([0.0, 0.0, 2.0, 1.0]).reshape(1, 4, 1)
    assert positions_by_norm(norms, np.ones_like(norms, bool)) == 2
    assert positions_by_norm(0 * norms, np.ones_like(norms, bool)) == 0
