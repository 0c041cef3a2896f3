"""The table of a model's frame bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from keras_lateral.analysis.frame_bounds_record import FrameBounds
from keras_lateral.record import Record

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


@dataclass(frozen=True)
class FrameBoundsReport(Record):
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

    def __getitem__(self, name: str) -> FrameBounds:
        for one in self.layers:
            if one.name == name:
                return one
        names = [one.name for one in self.layers]
        raise KeyError(f"No layer {name!r} in this report. Expected one of {names}.")

    @property
    def lower(self) -> float:
        """The least A of all layers."""
        return min(one.lower for one in self.layers)

    @property
    def upper(self) -> float:
        """The largest B of all layers."""
        return max(one.upper for one in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        layers = [one.to_dict() for one in self.layers]
        return {"layers": layers, "not_measured": list(self.not_measured)}

    def __str__(self) -> str:
        exact = not any(one.error for one in self.layers)
        columns = {t: cell for t, cell in COLUMNS.items() if not (exact and t == "error")}
        lines = [
            f"frame bounds A, B of the layers, {borders_of(self.layers)}",
            *_table(self, columns),
        ]
        lines.append("m / n: redundancy; read: share of pixels that some tap reads")
        if not exact:
            lines.append("error: a squared singular value lies within it of A, and one of B")
        lines += [
            "sums, scaled: Gershgorin's bounds by row sums, plain and after the best scaling",
            "dead: squared singular values that are 0, of how many; channels: dead channels",
        ]
        if self.not_measured:
            lines.append(f"not measured: {', '.join(self.not_measured)}")
        return "\n".join(lines)


def borders_of(layers: Sequence[FrameBounds]) -> str:
    """Returns in words what lies around the maps."""
    words = {"circular": "circular borders", "zeros": "zeros at the borders"}
    return " and ".join(dict.fromkeys(words[one.borders] for one in layers))


def _table(report: FrameBoundsReport, columns: dict[str, Cell]) -> list[str]:
    rows = [["", *columns]]
    rows += [[one.name, *(cell(one) for cell in columns.values())] for one in report.layers]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]
