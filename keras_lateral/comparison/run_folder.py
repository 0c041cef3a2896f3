"""The folder in which a comparison saves its trainings, so that it can resume after a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_lateral.comparison.run import Run
from keras_lateral.files import write_whole


class RunFolder:
    """A folder with one JSON file for each training, and one with what all of them share.

    Methods and seeds can be added later: existing trainings are not repeated. Everything else must
    stay the same.

    Args:
        path: The folder; it is created if it does not exist.
        shared: What all trainings share, as JSON-compatible values.
        methods: Settings of each method by its name.

    Raises:
        ValueError: If the folder holds trainings with other settings; the message says what
            differs.
    """

    def __init__(
        self, path: Path, shared: Mapping[str, Any], methods: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.path = path
        self.methods = {name: _as_read_from_json(settings) for name, settings in methods.items()}
        if path.exists() and not path.is_dir():
            raise ValueError(
                "Invalid value for argument `folder`. Expected a folder for the results, "
                f"existing or new. Received: {str(path)!r}, which is a file"
            )
        self._check_shared(_as_read_from_json(shared))

    def read(self, method: str, seed: int) -> Run | None:
        """Returns a saved training, or `None` if there is none."""
        file = self._file(method, seed)
        if not file.exists():
            return None
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            settings = values.pop("settings")
            run = Run(**values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"The file {file} is not a training saved by this library ({error}). Delete it to "
                "repeat the training."
            ) from error
        if settings != self.methods[method]:
            raise ValueError(
                _message_of_other_settings(self.path, method, settings, self.methods[method])
            )
        return run

    def write(self, run: Run) -> None:
        """Saves a training, whole or not at all."""
        values = {**run.to_dict(), "settings": self.methods[run.method]}
        write_whole(self._file(run.method, run.seed), json.dumps(values, allow_nan=False) + "\n")

    def _check_shared(self, shared: dict[str, Any]) -> None:
        file = self.path / "comparison.json"
        if not file.exists():
            write_whole(file, json.dumps(shared, indent=1) + "\n")
            return
        before = json.loads(file.read_text(encoding="utf-8"))
        differing = [key for key in {**before, **shared} if before.get(key) != shared.get(key)]
        if differing:
            raise ValueError(_message_of_other_comparison(self.path, differing, before, shared))

    def _file(self, method: str, seed: int) -> Path:
        # A method's name may contain any character; a file's may not.
        safe = "".join(c if c.isalnum() or c in "+_-" else "_" for c in method)[:80]
        digest = hashlib.sha256(method.encode()).hexdigest()[:8]
        return self.path / "runs" / f"{safe}-{digest}-seed-{seed}.json"


def _as_read_from_json(values: Any) -> Any:
    """Returns values as they are after being written to JSON and read back."""
    return json.loads(json.dumps(values))


def _message_of_other_comparison(
    path: Path, differing: list[str], before: Mapping[str, Any], now: Mapping[str, Any]
) -> str:
    lines = [
        f"- {key}: {before.get(key)!r} in the folder, {now.get(key)!r} now" for key in differing
    ]
    return (
        f"Invalid value for argument `folder`. The folder {str(path)!r} holds trainings of another "
        "comparison:\n" + "\n".join(lines) + "\nChoose another folder, or delete this one."
    )


def _message_of_other_settings(path: Path, method: str, before: Any, now: Any) -> str:
    return (
        f"Invalid value for argument `methods`. The folder {str(path)!r} holds trainings of method "
        f"{method!r} with other settings: {before} in the folder, {now} now. Give the method "
        "another name, or choose another folder."
    )
