"""All that the methods cost, in one command and one table.

    python benchmarks/run.py [--backends tensorflow jax torch] [--parts steps first frozen memory]
                             [--networks ...] [--against FOLDER] [--rounds 7]
    python benchmarks/run.py --table

For each backend one process, in which what is compared takes turns; FOLDER is another version, such
as a git worktree, measured before and after this one and divided by its own plain network. Results
are kept in `results/costs/<backend>.json`, row by row, so that a part or a network can be measured
again, and the table in the docs is written from them. Backends that are not installed are named
and left out. Longer measurements have scripts of their own: `frame_bounds.py`, `corruptions.py`,
`large_graphs.py`, `frame_regularizer.py`, `remedies.py`, `compare.py`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis_costs import table as table_of_analysis
from cards import write_between_markers
from row import Row, side_by_side, table

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results" / "costs"
PAGE = ROOT / "docs" / "costs.md"
BACKENDS = ("tensorflow", "jax", "torch")
PARTS = ("steps", "first", "frozen", "memory")
NETWORKS = ("small_cnn", "resnet18", "mobilenet_v2", "convnext_tiny", "u_net")


def measured(options: argparse.Namespace) -> None:
    """Measures in this process and prints each row as JSON; the last line is the machine."""
    from timing import machine
    from training_costs import PARTS as FUNCTIONS

    for part in options.parts:
        for row in FUNCTIONS[part](options.rounds, options.networks):
            print(json.dumps(row.to_dict()), flush=True)
    print(json.dumps({"machine": machine()}), flush=True)


def in_process(backend: str, root: Path, options: argparse.Namespace) -> tuple[list[Row], Any]:
    """Measures in a new process, with the library of a folder."""
    own = {"KERAS_BACKEND": backend, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, str(HERE / "run.py"), "--child", "--rounds", str(options.rounds)]
    command += ["--parts", *options.parts, "--networks", *options.networks]
    rows, about = [], {}
    with subprocess.Popen(
        command, env=os.environ | own, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith('{"machine"'):
                about = json.loads(line)["machine"]
            elif line.startswith('{"what"'):
                rows.append(Row(**json.loads(line)))
                print(table(rows[-1:]).splitlines()[-1], flush=True)
    if child.returncode:
        raise SystemExit(f"{backend}: the measuring process ended with {child.returncode}.")
    return rows, about


def measure(backend: str, options: argparse.Namespace) -> None:
    """Measures a backend, beside the version before if there is one, and keeps the rows."""
    before: list[Row] = []
    if options.against:
        before += in_process(backend, options.against.resolve(), options)[0]
    rows, about = in_process(backend, ROOT, options)
    if options.against:
        before += in_process(backend, options.against.resolve(), options)[0]
    ratios: dict[Any, list[float]] = {}
    for row in before:
        ratios.setdefault(row.key, []).append(row.ratio)
    rows = [
        replace(row, before=statistics.mean(ratios[row.key])) if row.key in ratios else row
        for row in rows
    ]
    keep(backend, rows, about)


def keep(backend: str, rows: list[Row], about: dict[str, str]) -> None:
    """Writes rows into the results of a backend, in the place of earlier ones."""
    file = RESULTS / f"{backend}.json"
    known = {row.key: row for row in kept(file)}
    known |= {row.key: row for row in rows}
    record = {"machine": about, "rows": [row.to_dict() for row in known.values()]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def kept(file: Path) -> list[Row]:
    """Returns the rows that were measured before."""
    if not file.exists():
        return []
    return [Row(**row) for row in json.loads(file.read_text(encoding="utf-8"))["rows"]]


def text(results: Path = RESULTS) -> str:
    """Returns the table of all backends, and the machines."""
    files = sorted(results.glob("*.json"))
    rows = [row for file in files for row in kept(file)]
    order = {what: place for place, what in enumerate(dict.fromkeys(row.what for row in rows))}
    rows.sort(key=lambda row: (order[row.what], NETWORKS.index(row.of), row.on))
    machines = [json.loads(file.read_text(encoding="utf-8"))["machine"] for file in files]
    named = {
        f"{m['processor']}, {m['cores']} cores, {m['backend']}, Keras {m['keras']}"
        for m in machines
    }
    return "\n\n".join([side_by_side(rows), f"Machine: {'; '.join(sorted(named))}."])


def write_page() -> None:
    """Puts both tables between the page's markers."""
    write_between_markers(PAGE, "benchmarks/run.py", text())
    write_between_markers(PAGE, "benchmarks/run.py, analysis", table_of_analysis())


def main() -> None:
    """Measures, keeps, and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=list(BACKENDS))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--against", type=Path, help="folder of another version")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--table", action="store_true", help="only write the table again")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        measured(options)
        return
    for backend in [] if options.table else options.backends:
        if importlib.util.find_spec(backend) is None:
            print(f"{backend} is not installed here: left out.")
            continue
        measure(backend, options)
    write_page()


if __name__ == "__main__":
    main()
