"""Measurements in processes of their own, which start without what earlier ones have loaded."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def last_line_of(
    command: Sequence[str],
    root: Path,
    *,
    settings: Mapping[str, str] | None = None,
    given: str | None = None,
) -> Any:
    """Runs a command with the library of a folder, and reads its last line as JSON.

    Args:
        command: The command.
        root: Folder of this library, or of another version of it.
        settings: Further environment variables.
        given: What the command reads from its standard input.
    """
    own = {"PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3", **(settings or {})}
    result = subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, check=True, input=given
    )
    return json.loads(result.stdout.splitlines()[-1])
