"""Keras' own tests of its callbacks come to the same with a freeze in every `fit`."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
KERAS = Path(str(find_spec("keras").origin)).parent  # type: ignore[union-attr]
TESTS = sorted(KERAS.glob("src/callbacks/*_test.py"))
LEFT_OUT = {
    "tensorboard_test.py": "about files of TensorBoard",
    "orbax_checkpoint_test.py": "about another package's files",
    "remote_monitor_test.py": "about requests to a server",
}

EXCEPTIONS: dict[str, str] = {
    "CSVLoggerTest::test_stop_training_csv": "its loss becomes NaN by its steps, and all are frozen"
}
"""Tests that come to something else with a freeze, and why."""


def outcomes(where: Path, *, inject: bool) -> dict[str, Any]:
    """Runs Keras' tests in a process of their own, with or without the freeze."""
    result = where / f"outcomes-{inject}.json"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "KERAS_LATERAL_OUTCOMES": str(result),
        "KERAS_LATERAL_INJECT": "1" if inject else "",
    }
    settings = where / "pytest.ini"
    settings.write_text("[pytest]\nmarkers =\n    requires_trainable_backend\n    multi_device\n")
    files = [str(path) for path in TESTS if path.name not in LEFT_OUT]
    options = ["-c", str(settings), "-p", "tests.conformance.freeze_plugin", "-q"]
    options += ["-p", "no:cacheprovider", "--import-mode=importlib"]
    options += ["--continue-on-collection-errors"]  # one imports TensorFlow on every backend
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files],
        env=environment,
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.exists(), run.stdout[-3000:] + run.stderr[-3000:]
    return {**json.loads(result.read_text(encoding="utf-8")), "log": run.stdout[-6000:]}


@pytest.mark.slow
@pytest.mark.skipif(not TESTS, reason="this version of Keras comes without its tests")
def test_keras_own_callback_tests_come_to_the_same_with_a_freeze(tmp_path: Path) -> None:
    plain, frozen = (outcomes(tmp_path, inject=inject) for inject in (False, True))
    assert plain["fits"] == 0
    assert frozen["fits"] > 20
    assert frozen["frozen epochs"] > 20
    assert sum(outcome == "passed" for outcome in plain["outcomes"].values()) > 30
    assert plain["outcomes"].keys() == frozen["outcomes"].keys()
    differ = {n for n, o in plain["outcomes"].items() if frozen["outcomes"][n] != o}
    differ = {name.partition("::")[2] for name in differ}
    assert differ == set(EXCEPTIONS), frozen["log"]
