"""The record of a layer's frame bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.keras_tools.arguments import Borders, Side
from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.record import Record
from keras_lateral.text import Table, columns_of, counted, values_table


@dataclass(frozen=True, repr=False)
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
    spectrum: tuple[float, ...] = ()

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

    def _blocks(self) -> list[Table | str]:
        values = {
            title: COLUMNS[title](self) for title in ("A", "B", "B / A", "error", "m / n", "map")
        }
        if self.dead is not None:
            values["dead directions"] = f"{self.dead} of {self.directions}"
        values["dead channels"] = f"{self.dead_channels}"
        return [values_table(f"frame bounds of {self.name}, {borders_of([self])}", values)]

    def _summary(self) -> str:
        return f"A = {self.lower:.4g}, B = {self.upper:.4g}, layer {self.name!r}"

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        more = ("condition_number", "redundancy", "directions", "side")
        return {**asdict(self), **{key: getattr(self, key) for key in more}}


def _with_error(name: str, value: float, error: float) -> str:
    return f"{name} = {value:.4g}" + (f" (error {error:.1g})" if error else "")


Cell = Callable[[FrameBounds], str]

COLUMNS: dict[str, Cell] = {
    "map": lambda one: " x ".join(map(str, one.map_shape)) or "-",
    "m / n": lambda one: f"{one.redundancy:.3g}",
    "read": lambda one: f"{100 * one.reached:.0f} %",
    "A": lambda one: f"{one.lower:.3g}",
    "B": lambda one: f"{one.upper:.3g}",
    "B / A": lambda one: f"{'>= ' if one.error else ''}{one.condition_number:.3g}",
    "error": lambda one: f"{one.error:.1g}",
    "sums A": lambda one: f"{one.gershgorin_lower:.3g}",
    "sums B": lambda one: f"{one.gershgorin_upper:.3g}",
    "scaled A": lambda one: f"{one.scaled_lower:.3g}",
    "scaled B": lambda one: f"{one.scaled_upper:.3g}",
    "dead": lambda one: "-" if one.dead is None else f"{one.dead}",
    "of": lambda one: f"{one.directions}",
    "channels": lambda one: f"{one.dead_channels}",
}


@dataclass(frozen=True, repr=False)
class FrameBoundsReport(NamedEntries[FrameBounds]):
    """Frame bounds of a model's layers. `frame_bounds` makes it.

    Args:
        layers: A record for each layer, in the model's order.
        not_measured: Names of layers with weights of two axes or more whose operator is not known
            here, such as attention.

    Example:

    >>> first = FrameBounds(0.5, 1.0, "a", shape=(64, 32), map_shape=(8, 8), dead=0)
    >>> report = FrameBoundsReport((first, FrameBounds(1.0, 1.0, "b")))
    >>> report["a"].condition_number, report.lower
    (2.0, 0.5)
    >>> print(report)
    frame bounds A, B of the layers, circular borders
         map  m / n   read    A  B  B / A  sums A  sums B  scaled A  scaled B  dead  of  channels
    a  8 x 8      2  100 %  0.5  1      2     nan     nan       nan       nan     0  32         0
    b      -      1  100 %    1  1      1     nan     nan       nan       nan     -   1         0
    m / n: redundancy; read: share of pixels that some tap reads
    sums, scaled: Gershgorin's bounds by row sums, plain and after the best scaling
    dead: squared singular values that are 0, of how many; channels: dead channels
    """

    layers: tuple[FrameBounds, ...]
    not_measured: tuple[str, ...] = ()

    def _entries(self) -> tuple[FrameBounds, ...]:
        return self.layers

    @property
    def lower(self) -> float:
        """The least A of all layers."""
        return min(layer.lower for layer in self.layers)

    @property
    def upper(self) -> float:
        """The largest B of all layers."""
        return max(layer.upper for layer in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        layers = [layer.to_dict() for layer in self.layers]
        return {"layers": layers, "not_measured": list(self.not_measured)}

    def _blocks(self) -> list[Table | str]:
        exact = not any(layer.error for layer in self.layers)
        columns = {t: cell for t, cell in COLUMNS.items() if not (exact and t == "error")}
        rows = [[layer.name, *(cell(layer) for cell in columns.values())] for layer in self.layers]
        notes = ["m / n: redundancy; read: share of pixels that some tap reads"]
        if not exact:
            notes.append("error: a squared singular value lies within it of A, and one of B")
        notes += [
            "sums, scaled: Gershgorin's bounds by row sums, plain and after the best scaling",
            "dead: squared singular values that are 0, of how many; channels: dead channels",
        ]
        if self.not_measured:
            notes.append(f"not measured: {', '.join(self.not_measured)}")
        title = f"frame bounds A, B of the layers, {borders_of(self.layers)}"
        return [Table(columns_of(["", *columns]), rows, (title,), tuple(notes))]

    def _summary(self) -> str:
        bounds = f", A = {self.lower:.4g}, B = {self.upper:.4g}" if self.layers else ""
        return counted(len(self.layers), "layer") + bounds


def borders_of(layers: Sequence[FrameBounds]) -> str:
    """Returns in words what lies around the maps."""
    words = {"circular": "circular borders", "zeros": "zeros at the borders"}
    return " and ".join(dict.fromkeys(words[layer.borders] for layer in layers))
