"""Files that are written whole or not at all, even if the process is killed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_whole(path: Path, text: str) -> None:
    """Writes a text file as a draft beside it, which takes its name when complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Writes a file that holds either the old value or the new one, even after a kill."""
    write_whole(path, json.dumps(value, indent=1))


def read_json(path: Path) -> Any:
    """Returns the value in a JSON file.

    Raises:
        ValueError: If it is not JSON: written by another program, or truncated by a full disk.
    """
    text = path.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path} is not the state of a search: {error}. It was overwritten or truncated. "
            f"Delete the folder {path.parent}, or choose another `directory`."
        ) from error
