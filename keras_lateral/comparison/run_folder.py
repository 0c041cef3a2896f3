"""The folder that a comparison keeps its trainings in, so that it can go on after a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_lateral.comparison.run import Run
from keras_lateral.files import write_whole


class RunFolder:
    """One JSON file for each training, and one that says what all of them share.

    Methods and seeds can be added later: what is there is not trained again. Anything else must
    stay as it was.

    Args:
        path: The folder; it is made if it is not there.
        shared: What all trainings share, in types that JSON knows.
        methods: Settings of each method by its name.

    Raises:
        ValueError: If the folder holds trainings that were made otherwise; the message says what
            differs.
    """

    def __init__(
        self, path: Path, shared: Mapping[str, Any], methods: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.path = path
        self.methods = {name: _plain(settings) for name, settings in methods.items()}
        if path.exists() and not path.is_dir():
            raise ValueError(
                "Invalid value for argument `folder`. Expected a folder for the results, or the "
                f"name of one to be made. Received: {str(path)!r}, which is a file"
            )
        self._agree(_plain(shared))

    def read(self, method: str, seed: int) -> Run | None:
        """Returns a training that is there already, or `None`."""
        file = self._file(method, seed)
        if not file.exists():
            return None
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            settings = values.pop("settings")
            run = Run(**values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"The file {file} is no training of this library ({error}). Delete it, and the "
                "training is done again."
            ) from error
        if settings != self.methods[method]:
            raise ValueError(_other_settings(self.path, method, settings, self.methods[method]))
        return run

    def write(self, run: Run) -> None:
        """Keeps a training, whole or not at all."""
        values = {**run.to_dict(), "settings": self.methods[run.method]}
        write_whole(self._file(run.method, run.seed), json.dumps(values, allow_nan=False) + "\n")

    def _agree(self, shared: dict[str, Any]) -> None:
        file = self.path / "comparison.json"
        if not file.exists():
            write_whole(file, json.dumps(shared, indent=1) + "\n")
            return
        before = json.loads(file.read_text(encoding="utf-8"))
        differing = [key for key in {**before, **shared} if before.get(key) != shared.get(key)]
        if differing:
            raise ValueError(_other_comparison(self.path, differing, before, shared))

    def _file(self, method: str, seed: int) -> Path:
        # A method may be called anything; a file may not.
        safe = "".join(one if one.isalnum() or one in "+_-" else "_" for one in method)[:80]
        digest = hashlib.sha256(method.encode()).hexdigest()[:8]
        return self.path / "runs" / f"{safe}-{digest}-seed-{seed}.json"


def _plain(values: Any) -> Any:
    """As it comes back from JSON."""
    return json.loads(json.dumps(values))


def _other_comparison(
    path: Path, differing: list[str], before: Mapping[str, Any], now: Mapping[str, Any]
) -> str:
    lines = [f"- {key}: {before.get(key)!r} there, {now.get(key)!r} now" for key in differing]
    return (
        f"Invalid value for argument `folder`. The folder {str(path)!r} holds trainings of another "
        "comparison:\n" + "\n".join(lines) + "\nName another folder, or delete this one."
    )


def _other_settings(path: Path, method: str, before: Any, now: Any) -> str:
    return (
        f"Invalid value for argument `methods`. The folder {str(path)!r} holds trainings of method "
        f"{method!r} with other settings: {before} there, {now} now. Give the method another "
        "name, or name another folder."
    )
