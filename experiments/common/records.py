"""Where the runs are kept: one file each as they come in, one file for all of them afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from keras_lateral.files import write_whole

Runs = dict[int, dict[str, Any]]
"""The records of one arm, by seed."""

Records = dict[str, Runs]
"""The runs of all arms, by arm."""


def write_run(folder: Path, arm: str, seed: int, record: dict[str, Any]) -> None:
    """Writes one run, whole or not at all."""
    path = folder / "runs" / f"{arm}-{seed}.json"
    write_whole(path, json.dumps({"arm": arm, "seed": seed, **record}))


def read(folder: Path) -> Records:
    """Returns all runs in a folder, gathered or not."""
    records = read_gathered(folder)
    for path in sorted((folder / "runs").glob("*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        records.setdefault(run.pop("arm"), {})[run.pop("seed")] = run
    return records


def read_gathered(folder: Path) -> Records:
    """Returns the runs in the one file."""
    path = folder / "runs.json"
    arms = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {arm: {int(seed): run for seed, run in runs.items()} for arm, runs in arms.items()}


def gather(folder: Path) -> Records:
    """Writes all runs into one file, a line each, and returns what that file holds."""
    arms = []
    for arm, runs in sorted(read(folder).items()):
        lines = [f'"{seed}": {json.dumps(_short(run))}' for seed, run in sorted(runs.items())]
        arms.append(f'"{arm}": {{\n' + ",\n".join(lines) + "\n}")
    write_whole(folder / "runs.json", "{\n" + ",\n".join(arms) + "\n}\n")
    return read_gathered(folder)


def _short(value: Any) -> Any:
    """Returns the record with numbers rounded to five digits."""
    if isinstance(value, dict):
        return {name: _short(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
