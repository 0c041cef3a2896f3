"""From saved comparisons to intervals, and to the truth that they should hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from experiments.coverage.config import Size
from keras_lateral import ComparedMethod, Comparison, paired_difference
from keras_lateral.comparison.until_sure import UntilSure, settled_pairs, with_looks
from keras_lateral.files import write_whole

SEEDS = (5, 10, 30)
"""Numbers of seeds from which intervals are computed, as far as a folder has them."""

BASELINE = "baseline"


@dataclass(frozen=True)
class Row:
    """One interval beside the truth.

    Args:
        folder: Number of the folder.
        design: `"fixed"` or `"folds"`.
        stopped: Whether it is the interval at which `until_sure` stopped.
        method: Name of the method.
        seeds: Number of pairs.
        images: Number of images that were tested.
        mean: Difference in accuracy.
        low: Lower end of the interval for new images and seeds.
        high: Upper end.
        seeds_low: Lower end of Student's interval over the seeds, on these images only.
        seeds_high: Upper end.
        seeds_p: p value of Student's test over the seeds.
        kind: The verdict.
        truth: Mean difference on thousands of other images, over seeds that the interval has not
            seen.
        truth_error: Standard error of that mean.
    """

    folder: int
    design: str
    stopped: bool
    method: str
    seeds: int
    images: int
    mean: float
    low: float
    high: float
    seeds_low: float
    seeds_high: float
    seeds_p: float
    kind: str
    truth: float
    truth_error: float


def rows_of(comparison: Comparison, number: int, design: str, size: Size) -> Iterator[Row]:
    """Yields the rows of one folder.

    Args:
        comparison: What `compare` returned.
        number: Number of the folder.
        design: `"fixed"` or `"folds"`.
        size: How much was run.
    """
    total = len(comparison.seeds)
    for seeds in SEEDS:
        if seeds <= total - size.truth:
            first = first_seeds(comparison, seeds)
            for compared in first.compared():
                yield _row(comparison, compared, number, design, seeds)
    if total == size.long_seeds:
        most = total - size.truth
        first = first_seeds(comparison, most)
        looked_at = with_looks(first, UntilSure(seeds=most))
        settled = {"settled": settled_pairs(looked_at)}
        stopped = replace(looked_at, settings={**looked_at.settings, **settled})
        for compared in stopped.compared():
            yield _row(comparison, compared, number, design, most, stopped=True)


def first_seeds(comparison: Comparison, seeds: int) -> Comparison:
    """Returns a comparison as it was after so many seeds."""
    chosen = comparison.seeds[:seeds]
    runs = tuple(run for run in comparison.runs if run.seed in chosen)
    return replace(comparison, seeds=chosen, runs=runs)


def _row(
    comparison: Comparison,
    compared: ComparedMethod,
    number: int,
    design: str,
    seeds: int,
    stopped: bool = False,
) -> Row:
    d = compared.difference
    these = d.these_images or (d.low, d.high)
    t = paired_p(comparison, compared.method, seeds)
    return Row(
        number,
        design,
        stopped,
        compared.method,
        d.pairs,
        len(comparison.tested) if comparison.tested is not None else 0,
        d.mean,
        d.low,
        d.high,
        *these,
        t,
        compared.kind,
        *truth_of(comparison, compared.method, seeds),
    )


def paired_p(comparison: Comparison, method: str, seeds: int) -> float:
    """Returns the p value of Student's paired t test over the first seeds."""
    first, second = (
        [comparison.values(name)[seed] for seed in comparison.seeds[:seeds]]
        for name in (BASELINE, method)
    )
    return paired_difference(first, second).p


def truth_of(comparison: Comparison, method: str, seeds: int) -> tuple[float, float]:
    """Returns the mean difference on the population, over unseen seeds, and its error."""
    first, second = (comparison.values(name, "population") for name in (BASELINE, method))
    unseen = comparison.seeds[seeds:]
    d = np.array([second[seed] - first[seed] for seed in unseen])
    return float(d.mean()), float(d.std(ddof=1) / np.sqrt(len(d)))


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Writes rows as JSON, a line each."""
    lines = [json.dumps(_short(asdict(row))) for row in rows]
    write_whole(path, "[\n" + ",\n".join(lines) + "\n]\n")


def read_rows(path: Path) -> list[Row]:
    """Returns the rows in a file."""
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def _short(row: dict[str, object]) -> dict[str, object]:
    return {
        key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()
    }
