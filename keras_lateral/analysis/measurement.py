"""How frame bounds are measured."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real

from keras_lateral.ops.checks import check_choice
from keras_lateral.types import Borders


@dataclass(frozen=True)
class Measurement:
    """The settings of `frame_bounds`, which documents them.

    Raises:
        ValueError: If one is out of its range.
    """

    borders: Borders = "circular"
    grid: int | None = None
    tolerance: float = 1e-6
    accuracy: float = 1e-4

    def __post_init__(self) -> None:
        check_choice("borders", self.borders, Borders)
        if self.grid is not None and (not isinstance(self.grid, Integral) or self.grid < 1):
            raise ValueError(
                "Invalid value for argument `grid`. Expected a positive number of output "
                f"positions, or None for the map's own. Received: grid={self.grid!r}"
            )
        if self.grid is not None and self.borders == "zeros":
            raise ValueError(
                'Invalid value for argument `grid`. It is for borders="circular"; with zeros the '
                f"map's own size counts. Received: grid={self.grid}"
            )
        for name in ("tolerance", "accuracy"):
            value = getattr(self, name)
            if not isinstance(value, Real) or not 0 <= float(value) < 1:
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected a share of B, from 0 to below "
                    f"1. Received: {name}={value!r}"
                )
