"""Elastic transform: a random affine map, then small random shifts of every pixel."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators
from keras_lateral.robustness.corruption.parameters import ParameterSet, published
from keras_lateral.robustness.corruption.sampling import bilinear, gaussian_blurred


def elastic_transform(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """y(p) = z(p + a G_s * u),  z(q) = x(A q),  u from [-1, 1] and A random.

    Length a and smoothness s of the shifts, and the movement of the affine map's points, are shares
    of the image's shorter side. Positions between pixels are interpolated linearly.
    """
    height, width = x.shape[1:3]
    side = min(height, width)
    shares = published("elastic_transform", severity, parameters)
    length, smoothness, movement = (side * c for c in shares)
    moves, shifts = [], []
    for rng in generators:
        moves.append(rng.uniform(-movement, movement, (3, 2)))
        shifts.append(rng.uniform(-1, 1, (2, height, width)))
    z = bilinear(x, *_affine_places(np.stack(moves), height, width), "mirror")
    u = np.moveaxis(np.stack(shifts), 1, -1)
    right, down = np.moveaxis(length * gaussian_blurred(u, smoothness, "reflect", 3.0), -1, 0)
    rows, columns = np.arange(height)[:, None] + down, np.arange(width) + right
    return bilinear(z, rows, columns, "reflect")


def _affine_places(moves: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rows and columns to read when three points of the image are moved.

    A maps the moved points back to where they were.
    """
    centre, size = np.array([width // 2, height // 2]), min(height, width) // 3
    points = centre + size * np.array([[1, 1], [1, -1], [-1, -1]])  # as (column, row)
    moved = np.concatenate([points + moves, np.ones((len(moves), 3, 1))], axis=-1)
    A = np.linalg.solve(moved, np.broadcast_to(points.astype("float64"), moves.shape))
    row, column = np.arange(height)[:, None], np.arange(width)
    columns, rows = (
        A[:, 0, axis, None, None] * column
        + A[:, 1, axis, None, None] * row
        + A[:, 2, axis, None, None]
        for axis in (0, 1)
    )
    return rows, columns
