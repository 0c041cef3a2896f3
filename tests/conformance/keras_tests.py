"""Runs the tests that come with Keras' wheel, with classes of ours in the place of Keras'."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[2]
Swapped = Mapping[str, Mapping[str, str]]
Outcomes = dict[str, str]


def files_of_keras(*names: str) -> list[Path]:
    """Returns files of tests in the installed Keras, by their paths in its sources."""
    spec = importlib.util.find_spec("keras")
    files = [Path(spec.submodule_search_locations[0], "src", name) for name in names]
    if missing := [str(file) for file in files if not file.exists()]:
        pytest.skip(f"Keras {keras.__version__} was installed without its tests: no {missing[0]}")
    return files


def outcomes(folder: Path, files: Collection[Path], swapped: Swapped, select: str = "") -> Outcomes:
    """Returns the outcome of each of Keras' tests by its name.

    Args:
        folder: An empty folder.
        files: The files of tests.
        swapped: Names of our classes, by module and by names of Keras' classes.
        select: Expression for pytest's `-k`.
    """
    (folder / "pytest.ini").write_text("[pytest]\n")
    file = folder / "outcomes.json"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    python_path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider"),
            *("-p", "tests.conformance.swap_plugin", "-c", str(folder / "pytest.ini")),
            *("-k", select, *map(str, files)),
        ],
        check=False,
        env=kept
        | {"PYTHONPATH": python_path, "OUTCOMES": str(file), "SWAPPED": json.dumps(swapped)},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1), done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(file.read_text())


def counts(found: Outcomes) -> dict[str, int]:
    """Returns how many passed, failed and were skipped."""
    return dict(Counter(found.values()))
