"""One measured ratio, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cards import markdown_table


@dataclass(frozen=True)
class Row:
    """What one thing costs beside another in the same process.

    Args:
        what: What is measured.
        of: The network or the input.
        on: Backend and mode.
        beside: What it is divided by.
        beside_ms: Median time of that, in milliseconds.
        ratio: Median of the paired ratios.
        low: Lower quartile.
        high: Upper quartile.
        rounds: Number of pairs.
        goal: What the ratio should not exceed; `None` where there is no goal.
        floor: The ratio that memory or arithmetic alone would take; `None` where not known.
        before: The ratio of another version, measured in turns with this one.
    """

    what: str
    of: str
    on: str
    beside: str
    beside_ms: float
    ratio: float
    low: float
    high: float
    rounds: int
    goal: float | None = None
    floor: float | None = None
    before: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """By what a row is found again."""
        return self.what, self.of, self.on

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON has it."""
        return asdict(self)


HEADS = ("what", "of", "on", "beside, ms", "ratio (quartiles)", "version before", "floor", "goal")
MODES = ("tensorflow, graph", "tensorflow, xla", "jax, xla", "torch, eager")
"""Backends and their ways of running a step, in the order of the columns."""


def table(rows: Sequence[Row]) -> str:
    """Returns a line for each row in Markdown, those that miss their goal in bold."""
    lines = []
    for row in rows:
        cells = [
            row.what,
            row.of,
            row.on,
            f"{row.beside}: {row.beside_ms:,.0f}",
            ratio_text(row),
            "" if row.before is None else f"{row.before:.2f}",
            "" if row.floor is None else f"{row.floor:.3f}",
            "" if row.goal is None else f"{row.goal:.2f}",
        ]
        lines.append(cells)
    return markdown_table(HEADS, lines)


def side_by_side(rows: Sequence[Row]) -> str:
    """Returns a line for each measurement and network, with a column for each backend and mode."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        found.setdefault((row.what, row.of), {})[row.on] = row
    lines = []
    for (what, of), on in found.items():
        floors = [row.floor for row in on.values() if row.floor is not None]
        goals = {f"{row.goal:.2f}" for row in on.values() if row.goal is not None}
        cells = [cell(on[mode]) if mode in on else "" for mode in MODES]
        lines.append([what, of, *cells, span(floors), *(goals or {""})])
    return markdown_table(("what", "of", *MODES, "floor", "goal"), lines)


def cell(row: Row) -> str:
    """Returns a ratio, and that of the version before where it was measured."""
    before = "" if row.before is None else f"; before: {row.before:.2f}"
    return ratio_text(row) + before


def ratio_text(row: Row) -> str:
    """Returns a ratio with its quartiles, in bold if it misses its goal."""
    missed = row.goal is not None and round(row.ratio, 2) > row.goal
    ratio = f"**{row.ratio:.2f}**" if missed else f"{row.ratio:.2f}"
    return f"{ratio} ({row.low:.2f} to {row.high:.2f})"


def span(values: Sequence[float]) -> str:
    """Returns the smallest and the largest value."""
    ends = list(dict.fromkeys(f"{end(values):.2f}" for end in (min, max))) if values else []
    return " to ".join(ends)
