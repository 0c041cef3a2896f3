"""The least and the largest eigenvalue of an operator known only by its products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

Product = Callable[[np.ndarray], np.ndarray]
GROWTH = 1.25
"""Growth of the number of steps from one computation of the Ritz values to the next."""

COPIES = 1e-12
"""Ritz values this close, relative to the largest, are copies of one eigenvalue."""


KEPT = 2**25
"""Numbers of basis vectors that are kept, at 8 bytes each."""


class Extremes(NamedTuple):
    """Rayleigh quotients at both ends of the spectrum of V >= 0.

    The true ends lie no further inside than these values. Some eigenvalue lies within `error` of
    each: `error` is |V x - theta x| at a unit vector x. At the lower end it is at most theta, since
    the least eigenvalue lies between 0 and theta. It is theta where theta is within the required
    accuracy: then it holds for the least eigenvalue, not only for one near it.
    """

    lower: float
    upper: float
    lower_error: float
    upper_error: float


def extreme_eigenvalues(
    product: Product, size: int, accuracy: float = 1e-4, max_steps: int = 1000, seed: int = 0
) -> Extremes:
    """Returns the ends of the spectrum of V, symmetric and positive semidefinite, by Lanczos.

    A first run builds the tridiagonal matrix T and keeps its vectors, as long as they are not more
    than `KEPT` numbers; the Ritz vectors are made of these, or else of those of a second run. The
    values and errors are computed from the Ritz vectors, so lost orthogonality can cost steps but
    never a false error.

    Args:
        product: From a vector x to V x.
        size: Length of x.
        accuracy: Target for both errors, as a share of the largest eigenvalue.
        max_steps: Limit of the products in a run; where it is reached, errors can be larger.
        seed: Seed of the first vector.
    """
    basis: list[np.ndarray] = []
    weights = _ritz_weights(product, size, accuracy, max_steps, seed, basis)
    steps = max(map(len, weights))
    vectors = (
        basis if len(basis) >= steps else (q for q, _, _ in lanczos_steps(product, size, seed))
    )
    (lower, lower_error), (upper, upper_error) = (
        _rayleigh(product, x) for x in _ritz_vectors(islice(vectors, steps), size, weights)
    )
    zero = lower <= accuracy * upper
    return Extremes(lower, upper, lower if zero else min(lower, lower_error), upper_error)


def _ritz_weights(
    product: Product,
    size: int,
    accuracy: float,
    max_steps: int,
    seed: int,
    basis: list[np.ndarray],
) -> list[np.ndarray]:
    """The weights of the basis vectors in both Ritz vectors, each once it is accurate enough.

    The basis vectors themselves are added to `basis`, up to `KEPT` numbers.
    """
    diagonal: list[float] = []
    beside: list[float] = []
    good: dict[int, np.ndarray] = {}  # 0: the least, -1: the largest
    check = 1  # early: an eigenvalue that is found at once comes back as a copy soon after
    for q, a, b in lanczos_steps(product, size, seed):
        if (len(basis) + 1) * size <= KEPT:
            basis.append(q)
        diagonal.append(a)
        beside.append(b)
        last = len(diagonal) == max_steps or b <= 1e-13 * max(diagonal)
        if not last and len(diagonal) < check:
            continue
        check = int(GROWTH * check) + 1
        theta, s = np.linalg.eigh(_tridiagonal(diagonal, beside[:-1]))
        errors = {0: min(b * abs(s[-1, 0]), max(theta[0], 0.0)), -1: b * abs(s[-1, -1])}
        for end, error in errors.items():
            if end not in good and (last or error <= accuracy * theta[-1]):
                good[end] = _weights_of_copies(theta, s, end)
        if len(good) == 2:
            break
    return [good[0], good[-1]]


def _weights_of_copies(theta: np.ndarray, s: np.ndarray, end: int) -> np.ndarray:
    """Of all combinations of an eigenvalue's copies, that with most of the first basis vector.

    The others are differences of equal vectors: rounding is all that is left of them.
    """
    copies = s[:, np.abs(theta - theta[end]) <= COPIES * theta[-1]]
    weights = copies @ copies[0]
    return weights / np.linalg.norm(weights)


def _tridiagonal(diagonal: list[float], beside: list[float]) -> np.ndarray:
    return np.diag(diagonal) + np.diag(beside, -1) + np.diag(beside, 1)


def lanczos_steps(
    product: Product, size: int, seed: int
) -> Iterator[tuple[np.ndarray, float, float]]:
    """Yields q_j, a_j and b_j, with V q_j = b_{j-1} q_{j-1} + a_j q_j + b_j q_{j+1}."""
    q = np.random.default_rng(seed).normal(size=size)
    q, before, b = q / np.linalg.norm(q), np.zeros(size), 0.0
    while True:
        rest = product(q) - b * before
        a = float(q @ rest)
        rest -= a * q
        b = float(np.linalg.norm(rest))
        yield q, a, b
        before, q = q, rest / (b or 1.0)


def _ritz_vectors(
    basis: Iterable[np.ndarray], size: int, weights: list[np.ndarray]
) -> list[np.ndarray]:
    """sum_j s_j q_j for both."""
    vectors = np.zeros((len(weights), size))
    for j, q in enumerate(basis):
        for end, s in enumerate(weights):
            if j < len(s):
                vectors[end] += s[j] * q
    return list(vectors)


def _rayleigh(product: Product, x: np.ndarray) -> tuple[float, float]:
    x = x / np.linalg.norm(x)
    vx = product(x)
    theta = float(x @ vx)
    return max(theta, 0.0), float(np.linalg.norm(vx - theta * x))
