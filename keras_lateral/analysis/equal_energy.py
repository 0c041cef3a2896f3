"""How few positions would keep the same gradient energy, were they chosen by norm alone."""

from __future__ import annotations

import numpy as np

ROUNDING = 1e-12
"""Share of the energy that sums in another order may differ by."""


def positions_by_norm(norms: np.ndarray, mask: np.ndarray) -> int:
    """Returns the least number of positions whose energy reaches that which a mask keeps.

    For every sample and feature set alone, with the norms sorted, N_(1) >= N_(2) >= ...:

        E = sum_ij a_ij N_ij^2          the energy that the mask keeps
        m = min { n : N_(1)^2 + ... + N_(n)^2 >= E }

    summed over samples and sets. As the largest norms are taken first, no choice of positions
    keeps E with fewer, and m is at most what the mask keeps; where m is far below it, the mask
    has kept positions for their contrast and not for their energy.

    Args:
        norms: N, array of shape `(batch, *spatial, K)`.
        mask: a, boolean array of the same shape.

    Returns:
        The number of positions.

    Example:

    >>> norms = np.array([3.0, 1.0, 1.0, 2.0]).reshape(1, 4, 1)
    >>> mask = np.array([False, True, True, True]).reshape(1, 4, 1)  # keeps 1 + 1 + 4 of 15
    >>> positions_by_norm(norms, mask)  # the one of norm 3 alone keeps 9
    1
    """
    energy = _rows(norms).astype("float64") ** 2
    kept = np.sum(energy, axis=1, where=_rows(mask))
    ordered = -np.sort(-energy, axis=1)
    short = np.cumsum(ordered, axis=1) < (kept * (1 - ROUNDING))[:, None]
    return int(np.sum(np.where(kept > 0, np.sum(short, axis=1) + 1, 0)))


def _rows(maps: np.ndarray) -> np.ndarray:
    """Returns one row of positions for every sample and set."""
    return np.moveaxis(maps, -1, 1).reshape(maps.shape[0] * maps.shape[-1], -1)
