"""Files that are written whole or not at all, even if the process is killed."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command's help reads this file, and loads nothing heavy
    import numpy as np

RESULTS = "keras-lateral-results"
"""Name of the folder in which the command keeps its trainings, unless another one is given."""


def write_whole(path: Path, text: str) -> None:
    """Writes a text file as a draft beside it, which takes its name when complete.

    Raises:
        OSError: If it cannot be written. The error names the file, whatever the system says.
    """
    _write_bytes(path, text.encode())


def write_array(path: Path, array: np.ndarray) -> None:
    """Writes an array in NumPy's format, as `write_whole` writes text."""
    import numpy as np

    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    _write_bytes(path, stream.getvalue())


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays by their names in NumPy's format, as `write_whole` writes text."""
    import numpy as np

    stream = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez(stream, **named)
    _write_bytes(path, stream.getvalue())


def _write_bytes(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with _errors_about(path, draft):
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def try_to_write(path: Path) -> None:
    """Writes a draft beside a file and removes it again: so the file itself can be written later.

    Folders that are missing are made for that, and removed again.

    Args:
        path: The file. It is not touched.

    Raises:
        OSError: If it could not be written. The error names the file.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    parents = [path.parent, *path.parent.parents]
    missing = [folder for folder in parents if not folder.exists()]
    try:
        with _errors_about(path, draft):
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            draft.unlink()
    finally:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def _errors_about(path: Path, draft: Path) -> Iterator[None]:
    """Removes the draft after an error, and has the system's errors name the file.

    A full disk names none, and any other error the draft, which nobody has heard of.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if not isinstance(error, OSError) or error.errno is None:
            raise
        number = error.errno
        if number == errno.EEXIST:  # a file in the place of a folder above it
            number = errno.ENOTDIR
        raise OSError(number, os.strerror(number), str(path)) from error


def is_results(path: Path) -> bool:
    """Returns whether a folder is one in which a comparison keeps its trainings.

    Such a folder may lie among the images that were compared. It is none of their classes.
    """
    if path.name == RESULTS:
        return path.is_dir()
    file = path / "comparison.json"
    if not file.is_file():
        return False
    with suppress(OSError, ValueError):  # an unreadable or cut file says nothing
        shared = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(shared, dict) and "images_digest" in shared:
            return True
    return any(path.glob("runs/*-seed-*.json"))  # but the trainings do


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
            "Restore it from a copy, or choose another `directory`; the other files beside it are "
            "whole."
        ) from error
