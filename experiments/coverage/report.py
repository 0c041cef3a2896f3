"""Writes how often the intervals held the truth, from the trainings of `run.py`.

python -m experiments.coverage.report --work outputs/coverage     reads the comparisons again
python -m experiments.coverage.report                             only writes the tables
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from experiments.common.documents import write_between_markers
from experiments.coverage.arms import HARMS, HELPS, NOTHING
from experiments.coverage.config import RESULTS, SIZES, Size
from experiments.coverage.intervals import Row, read_rows, rows_of, write_rows
from keras_lateral import Comparison

README = Path(__file__).parent / "README.md"
ROWS = "intervals.json"
DESIGNS = {"fixed": "a fixed quarter", "folds": "five folds"}
LEVEL = 0.05


def gathered(work: Path, size: Size) -> list[Row]:
    """Returns the rows of all finished comparisons."""
    rows: list[Row] = []
    for file in sorted(work.glob("*.json")):
        number, design = file.stem.split("-")
        rows += rows_of(Comparison.load(file), int(number), design, size)
    return rows


def text(rows: Sequence[Row]) -> str:
    """Returns the text between the markers of the README."""
    folders = len({row.folder for row in rows})
    return "\n\n".join(
        [
            f"{folders} folders. Share of intervals that hold the truth, in %, with the standard "
            "error of that share:",
            coverage_table(rows),
            "Of 100 comparisons, in how many the method that does nothing is called a help or a "
            "harm; of the others, how many are called what they are, and how many the opposite:",
            calls_table(rows),
            "Median half-width of the intervals in points:",
            width_table(rows),
        ]
    )


def coverage_table(rows: Sequence[Row]) -> str:
    """Returns the shares of intervals that hold the truth."""
    lines = [
        "| tested on | pairs | intervals | new images and seeds | with the truth's own error "
        "| Student's t over the seeds | with the truth's own error |",
        "|---|---|---|---|---|---|---|",
    ]
    for title, group in _groups(rows):
        new = [(row, row.low, row.high) for row in group]
        seeds_only = [(row, row.seeds_low, row.seeds_high) for row in group]
        shares = []
        for intervals in (new, seeds_only):
            held = [low <= row.truth <= high for row, low, high in intervals]
            met = [_meets(*interval) for interval in intervals]
            shares += [_share(held, group), _share(met, group)]
        lines.append(f"| {title} | {len(group)} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _meets(row: Row, low: float, high: float) -> bool:
    """Returns whether an interval meets a truth that is known with an error of its own."""
    half = math.hypot((high - low) / 2, 1.96 * row.truth_error)
    return abs((low + high) / 2 - row.truth) <= half


def calls_table(rows: Sequence[Row]) -> str:
    """Returns how often verdicts are right and wrong."""
    lines = [
        "| tested on | pairs | false calls | by Student's t | helps: found | opposite "
        "| harms: found | opposite |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for title, group in _groups(rows):
        nothing = [row for row in group if row.method == NOTHING]
        cells = [
            _share([row.kind in ("helps", "harms") for row in nothing], nothing),
            _share([row.seeds_p <= LEVEL for row in nothing], nothing),
        ]
        for method, kind, opposite in ((HELPS, "helps", "harms"), (HARMS, "harms", "helps")):
            mine = [row for row in group if row.method == method]
            cells += [_percent([row.kind == kind for row in mine])]
            cells += [_percent([row.kind == opposite for row in mine])]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def width_table(rows: Sequence[Row]) -> str:
    """Returns the half-widths of the intervals."""
    lines = [
        "| tested on | pairs | new images and seeds | Student's t over the seeds |",
        "|---|---|---|---|",
    ]
    for title, group in _groups(rows):
        new = 50 * np.median([row.high - row.low for row in group])
        old = 50 * np.median([row.seeds_high - row.seeds_low for row in group])
        lines.append(f"| {title} | {new:.1f} | {old:.1f} |")
    return "\n".join(lines)


def _groups(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    """Yields each design with each number of seeds, and with stopping, and its rows."""
    for design, name in DESIGNS.items():
        for seeds in (5, 10, 30, "until sure"):
            group = [
                row
                for row in rows
                if row.design == design
                and (
                    row.stopped if seeds == "until sure" else not row.stopped and row.seeds == seeds
                )
            ]
            if group:
                yield f"{name} | {seeds}", group


def _share(held: Sequence[bool], group: Sequence[Row]) -> str:
    """Returns a share in percent with its standard error, over folders."""
    folders = sorted({row.folder for row in group})
    of_folder = [
        np.mean([h for h, row in zip(held, group, strict=True) if row.folder == folder])
        for folder in folders
    ]
    error = np.std(of_folder, ddof=1) / np.sqrt(len(folders)) if len(folders) > 1 else np.nan
    return f"{100 * np.mean(held):.1f} ± {100 * error:.1f}"


def _percent(values: Sequence[bool]) -> str:
    return f"{100 * np.mean(values):.0f} %" if values else ""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, help="folder of the comparisons, to be read again")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--smoke", action="store_true", help="the comparisons of `run --smoke`")
    parser.add_argument("--print", action="store_true", help="print the tables, write no README")
    options = parser.parse_args(arguments)
    if options.work is not None:
        size = SIZES["smoke" if options.smoke else "full"]
        write_rows(options.results / ROWS, gathered(options.work, size))
    tables = text(read_rows(options.results / ROWS))
    if options.print:
        print(tables)
    else:
        write_between_markers(README, tables)


if __name__ == "__main__":
    main()
