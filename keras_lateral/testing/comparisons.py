"""Comparisons whose message says what was expected, what was found, and where."""

from __future__ import annotations

import numpy as np


def assert_close(
    found: np.ndarray, expected: np.ndarray, what: str, rtol: float = 0.0, atol: float = 0.0
) -> None:
    """Raises if two arrays differ; without tolerances, in a single bit of a single value.

    NaN equals NaN, and an infinity equals itself. Shapes must be equal: nothing is broadcast.

    Args:
        found: Array that the code under test returned.
        expected: Array that it should have returned.
        what: Name of the quantity in the message.
        rtol: Tolerance as a share of the expected value.
        atol: Tolerance in the value's own unit.

    Raises:
        AssertionError: If shapes or values differ.
    """
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        raise AssertionError(f"{what}: expected shape {expected.shape}, found {found.shape}.")
    if rtol == atol == 0:
        close = (found == expected) | ((found != found) & (expected != expected))
    else:
        close = np.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    if np.all(close):
        return
    wrong = np.argwhere(~np.asarray(close))
    place = tuple(int(i) for i in wrong[0])
    with np.errstate(all="ignore"):
        difference = np.abs(found.astype("float64") - expected.astype("float64"))[~close].max()
    how = "bit for bit" if rtol == atol == 0 else f"to rtol={rtol:g}, atol={atol:g}"
    raise AssertionError(
        f"{what}: {len(wrong)} of {found.size} values differ (compared {how}), by at most "
        f"{difference:.3g}. First at {place}: expected {expected[place]}, found {found[place]}."
    )


def assert_equal(found: object, expected: object, what: str) -> None:
    """Raises if two values are not equal.

    Raises:
        AssertionError: If they are not.
    """
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}.")
