"""The record of a layer's frame bounds."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from keras_lateral.record import Record
from keras_lateral.types import Borders, Side


@dataclass(frozen=True)
class FrameBounds(Record):
    """The frame bounds of a layer's operator W, and what is known beside them.

        A |z|^2 <= |W z|^2 <= B |z|^2

    W is m x n. If m < n no A > 0 is possible, and the bounds are those of W^T instead. Pixels
    that no tap reads are left out, as outputs are that read none.

    Args:
        lower: A, the least of the min(m, n) squared singular values of W.
        upper: B, the largest one.
        name: The layer's name.
        lower_error: 0 if A is exact but for rounding. Else A is not above `lower`, and a squared
            singular value lies within `lower_error` of it.
        upper_error: The same for B, which is not below `upper`.
        gershgorin_lower: min over i of v_ii - r_i, not above A; NaN if it was not computed. V is
            W^T W, or W W^T if m < n.
        gershgorin_upper: max over i of v_ii + r_i, not below B.
        scaled_lower: The same as `gershgorin_lower` after the best scaling of V's rows and columns.
        scaled_upper: The same for `gershgorin_upper`.
        shape: m and n.
        dead: How many squared singular values are 0 to within a tolerance; `None` if not counted.
        dead_channels: How many v_ii are 0 to within 1e-4 of their mean: input channels, at each
            phase of the stride, that W ignores or, if m < n, filters that are 0.
        reached: Share of the input's pixels that some tap reads; of a transposed convolution, of
            the output's pixels that some tap writes.
        borders: `"circular"` or `"zeros"`.
        map_shape: Lengths of the input maps.
        spectrum: Quantiles of the squared singular values at equal distances, from A to B; empty
            where only A and B are known.

    Example:

    >>> bounds = FrameBounds(lower=0.5, upper=2.0, shape=(128, 64))
    >>> bounds.condition_number, bounds.redundancy, bounds.is_tight()
    (4.0, 2.0, False)
    >>> print(bounds)
    layer: A = 0.5, B = 2, B / A = 4
    """

    lower: float
    upper: float
    name: str = "layer"
    lower_error: float = 0.0
    upper_error: float = 0.0
    gershgorin_lower: float = math.nan
    gershgorin_upper: float = math.nan
    scaled_lower: float = math.nan
    scaled_upper: float = math.nan
    shape: tuple[int, int] = (1, 1)
    dead: int | None = None
    dead_channels: int = 0
    reached: float = 1.0
    borders: Borders = "circular"
    map_shape: tuple[int, ...] = ()
    spectrum: tuple[float, ...] = field(default=(), repr=False)

    @property
    def condition_number(self) -> float:
        """B / A, the square of W's condition number; infinite for A = 0.

        Where A and B have errors the true one is not below this.
        """
        return self.upper / self.lower if self.lower else math.inf

    @property
    def redundancy(self) -> float:
        """Outputs for each input, m / n."""
        return self.shape[0] / self.shape[1]

    @property
    def directions(self) -> int:
        """min(m, n), the number of squared singular values."""
        return min(self.shape)

    @property
    def side(self) -> Side:
        """Whether A and B belong to W^T W, `"columns"`, or to W W^T, `"rows"`."""
        return "columns" if self.shape[0] >= self.shape[1] else "rows"

    @property
    def error(self) -> float:
        """The larger one of both errors."""
        return max(self.lower_error, self.upper_error)

    def is_tight(self, tolerance: float = 1e-3) -> bool:
        """Returns whether A = B to within this share of B, errors included."""
        gap = self.upper - self.lower + self.lower_error + self.upper_error
        return gap <= tolerance * self.upper

    def __str__(self) -> str:
        values = [_with_error("A", self.lower, self.lower_error)]
        values += [_with_error("B", self.upper, self.upper_error)]
        values += [f"B / A {'>=' if self.error else '='} {self.condition_number:.4g}"]
        if self.dead:
            values += [f"{self.dead} of {self.directions} directions dead"]
        if self.dead_channels:
            values += [f"dead channels: {self.dead_channels}"]
        return f"{self.name}: {', '.join(values)}"

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        more = ("condition_number", "redundancy", "directions", "side")
        return {**asdict(self), **{key: getattr(self, key) for key in more}}


def _with_error(name: str, value: float, error: float) -> str:
    return f"{name} = {value:.4g}" + (f" (error {error:.1g})" if error else "")
