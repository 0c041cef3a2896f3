"""The tables of what is measured of trained networks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.common.claim import Seen
from experiments.common.documents import table_line, write_between_markers
from experiments.common.records import Records, gather, read_gathered
from experiments.full_size.as_text import from_text
from experiments.full_size.differences import crossed
from experiments.full_size.measuring import Study
from experiments.full_size.run import SMOKE
from experiments.full_size.tables import NOTHING, seen_cells

Key = tuple[str, str]
"""Measure and arm."""


def table_of(records: Records, arm: str, measure: str, seeds: Sequence[int]) -> np.ndarray:
    """Returns the values of a measure, `(seeds, images)`."""
    return np.array([from_text(records[arm][seed]["values"][measure]) for seed in seeds])


def measures_of(records: Records) -> list[str]:
    """Returns the names of the measures, in their order."""
    runs = [run for arm in records.values() for run in arm.values()]
    return list(dict.fromkeys(name for run in runs for name in run["values"]))


def differences(study: Study, records: Records) -> dict[Key, Seen]:
    """Returns the differences to the baseline that have two pairs, adjusted together after Holm."""
    found = {}
    for measure in measures_of(records):
        for arm in study.texts:
            seeds = sorted(set(records.get(arm, {})) & set(records.get(study.baseline, {})))
            if arm == study.baseline or len(seeds) < 2:
                continue
            values, base = (table_of(records, a, measure, seeds) for a in (arm, study.baseline))
            found[measure, arm] = values, base
    return crossed(found)


def text(study: Study, results: Path | None = None, size: str | None = None) -> str:
    """Returns the tables of the sizes that have results, or of one size."""
    folder = results or study.folder / "results"
    wanted = [size] if size else [name for name in study.sizes if name != SMOKE]
    found = {name: read_gathered(folder / name) for name in wanted}
    parts = [
        f"### Size `{name}`\n\n{_table(study, records)}\n\n{_networks(records)}"
        for name, records in found.items()
        if records
    ]
    return "\n\n".join(parts or [_reported(study) or "Not measured yet."])


def _networks(records: Records) -> str:
    number = sum(len(runs) for runs in records.values())
    seconds = [run["seconds"] for runs in records.values() for run in runs.values()]
    return f"{number} networks, {np.median(seconds):.0f} s each."


def _table(study: Study, records: Records) -> str:
    seen = differences(study, records)
    lines = [
        "| measure, % | arm | in the paper | here | to the baseline, points | 95 %, new images and "
        "seeds | p, adjusted | pairs |\n|" + 8 * "---|"
    ]
    for measure in measures_of(records):
        for arm, runs in ((arm, records[arm]) for arm in study.texts if records.get(arm)):
            mean = 100 * table_of(records, arm, measure, sorted(runs)).mean()
            paper = _claimed(study, measure, arm)
            cells = [measure, study.texts[arm], paper, f"{mean:.1f}"]
            lines.append(table_line([*cells, *seen_cells(seen.get((measure, arm)))]))
    return "\n".join(lines)


def _claimed(study: Study, measure: str, arm: str) -> str:
    value = study.claimed.get(measure, {}).get(arm)
    return NOTHING if value is None else f"{value:.2f}"


def _reported(study: Study) -> str:
    """Returns what the source reports, where nothing is measured yet."""
    lines = [
        f"| {measure} | {study.texts[arm]} | {value:.2f} | not measured yet |"
        for measure, values in study.claimed.items()
        for arm, value in values.items()
    ]
    head = "| measure, % | arm | in the paper | here |\n|" + 4 * "---|"
    return "\n".join([head, *lines]) if lines else ""


def main(study: Study, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Gathers the records and writes, or prints, the tables.

    Args:
        study: The study.
        arguments: Command-line arguments.

    Returns:
        The options, for what a study's own report adds.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    results = study.folder / "results"
    parser.add_argument(
        "--results", type=Path, default=results, help="folder with a folder for each size"
    )
    parser.add_argument("--smoke", action="store_true", help="print those of the smoke size")
    options = parser.parse_args(arguments)
    for size in study.sizes:
        if (options.results / size / "runs").exists():
            gather(options.results / size)
    if options.smoke:
        print(text(study, options.results, SMOKE))
    else:
        write_between_markers(study.folder / "README.md", text(study, options.results))
    return options
