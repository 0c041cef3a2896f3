"""The folder in which a comparison saves its trainings, so that it can resume after a kill."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.comparison.identity import differences, digest_of
from keras_lateral.comparison.run import Run
from keras_lateral.files import write_array, write_whole
from keras_lateral.keras_tools.users_code.edited import Codes, edited, message_of_edited
from keras_lateral.text import counted


class RunFolder:
    """A folder with one JSON file for each training, and one with what all of them share.

    Methods and seeds can be added later: existing trainings are not repeated. Everything else that
    belongs to the identity of a comparison must stay the same, see `identity.py`.

    What is found is checked before it is used. A file that was cut off in the middle is set aside,
    with a warning, and its training repeated; one that belongs elsewhere is refused.

    Args:
        path: The folder; it is created if it does not exist.
        shared: What all trainings share, as JSON-compatible values.
        methods: Settings of each method by its name.
        code: Digests of the user's code in each method, by its name.

    Raises:
        ValueError: If the folder holds trainings with other settings; the message says what
            differs.
    """

    def __init__(
        self,
        path: Path,
        shared: Mapping[str, Any],
        methods: Mapping[str, Mapping[str, Any]],
        code: Mapping[str, Codes] | None = None,
    ) -> None:
        self.path = path
        self.methods = {name: _as_read_from_json(settings) for name, settings in methods.items()}
        if path.exists() and not path.is_dir():
            raise ValueError(
                "Invalid value for argument `folder`. Expected a folder for the results, "
                f"existing or new. Received: {str(path)!r}, which is a file"
            )
        now = _as_read_from_json(shared)
        self.comparison = digest_of(now)
        own = code or {}
        self._code = {name: {**shared.get("code", {}), **own.get(name, {})} for name in methods}
        self._check_shared(now)

    def read(self, method: str, seed: int) -> Run | None:
        """Returns a saved training, or `None` if there is none.

        Raises:
            ValueError: If the file is no training, or that of another method, seed, comparison or
                of other settings.
        """
        file = self._file(method, seed)
        values = _json_of(file)
        if values is None and file.exists():
            aside = file.with_name(f"{file.name}.cut")
            file.replace(aside)
            _warn(
                f"The file {file} was cut off in the middle: it is set aside as {aside.name!r}, "
                "and its training is repeated."
            )
        if values is None:
            return None
        code = values.pop("code", None) if isinstance(values, dict) else None
        run, settings, comparison = _checked_run(file, values)
        if (run.method, run.seed) != (method, seed):
            found, place = f"{run.method!r} with seed {run.seed}", f"{method!r} with seed {seed}"
            raise ValueError(_message_of_wrong_place(file, f"of {found}, in the place of {place}"))
        if comparison not in (None, self.comparison):
            what = "of another comparison: with other images, another model or other settings"
            raise ValueError(_message_of_wrong_place(file, what))
        if settings != self.methods[method]:
            raise ValueError(
                _message_of_other_settings(self.path, method, settings, self.methods[method])
            )
        changed = edited(code, self._code[method])
        if changed:
            raise ValueError(message_of_edited(self.path, method, changed))
        return replace(run, log_probabilities=_scores(file, run))

    def write(self, run: Run) -> None:
        """Saves a training, whole or not at all."""
        mine = {"settings": self.methods[run.method], "comparison": self.comparison}
        code = self._code[run.method]
        mine |= {"code": code} if code else {}
        text = json.dumps({**run.to_dict(), **mine}, allow_nan=False)
        file = self._file(run.method, run.seed)
        if run.log_probabilities is not None:  # first: a run that is there is whole
            write_array(_scores_of(file), run.log_probabilities)
        write_whole(file, text + "\n")

    def _check_shared(self, shared: dict[str, Any]) -> None:
        file = self.path / "comparison.json"
        before = _json_of(file)
        if not isinstance(before, dict):
            self._begin(file, shared)
            return
        differing = differences(before, shared)
        if differing:
            raise ValueError(_message_of_other_comparison(self.path, differing))
        versions = [settings.get("keras_lateral") for settings in (before, shared)]
        if versions[0] != versions[1]:
            _warn(
                f"The trainings in {str(self.path)!r} were made by keras-lateral {versions[0]}, "
                f"and go on with {versions[1]}. The list of changes says whether a method differs."
            )

    def _begin(self, file: Path, shared: dict[str, Any]) -> None:
        """Writes what all trainings share, unless there are trainings that share something else."""
        was_cut, kept = file.exists(), sorted(self.path.glob("runs/*.json"))
        others = [path for path in kept if not self._is_ours(path)]
        if others:
            state = "is cut off or overwritten" if was_cut else "is missing"
            raise ValueError(
                f"Invalid value for argument `folder`. The file {file} {state}, and "
                f"{len(others)} of {len(kept)} trainings beside it do not say what they were "
                "trained on. They are kept. Restore the file from a copy, or choose another folder."
            )
        write_whole(file, json.dumps(shared, indent=1) + "\n")
        if was_cut:
            _warn(
                f"The file {file} was cut off or overwritten: it is written anew, and "
                f"{counted(len(kept), 'training')} beside it, of this comparison, stay as they are."
            )

    def _is_ours(self, file: Path) -> bool:
        """Returns whether a training says that it is of this comparison, or is cut off anyway."""
        values = _json_of(file)
        return values is None or (
            isinstance(values, dict) and values.get("comparison") == self.comparison
        )

    def _file(self, method: str, seed: int) -> Path:
        # A method's name may contain any character; a file's may not.
        safe = "".join(c if c.isalnum() or c in "+_-" else "_" for c in method)[:80]
        digest = hashlib.sha256(method.encode()).hexdigest()[:8]
        return self.path / "runs" / f"{safe}-{digest}-seed-{seed}.json"


def _scores_of(file: Path) -> Path:
    """Returns the file of a training's log probabilities: beside the folder `runs`."""
    return file.parent.with_name("scores") / f"{file.stem}.npy"


def _scores(file: Path, run: Run) -> np.ndarray | None:
    """Returns the log probabilities of a training, or `None` if they are not there or not its."""
    try:
        scores = np.load(_scores_of(file), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    mine = run.images is not None and scores.ndim == 2 and len(scores) == len(run.images)
    return scores if mine else None


def _as_read_from_json(values: Any) -> Any:
    """Returns values as they are after being written to JSON and read back."""
    return json.loads(json.dumps(values))


def _json_of(file: Path) -> Any:
    """Returns the value in a file, or `None` if it does not exist or is cut off."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _checked_run(file: Path, values: Any) -> tuple[Run, Any, str | None]:
    """Returns a training, the settings of its method, and the digest of its comparison.

    Folders of before have no digest.
    """
    try:
        settings, comparison = values.pop("settings"), values.pop("comparison", None)
        run = Run.from_dict(values)
        numbers = [float(value) for value in run.measures.values()]
        if not all(map(math.isfinite, numbers)) or not 0 <= run.measures["accuracy"] <= 1:
            raise ValueError(f"its measures are {run.measures}")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"The file {file} is not a training saved by this library ({error}). Move it out of "
            "the folder to repeat the training."
        ) from error
    return run, settings, comparison


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=4)


def _message_of_wrong_place(file: Path, what: str) -> str:
    return (
        f"The file {file} holds a training {what}. It is not used. Move it out of the folder to "
        "repeat the training, or choose another folder."
    )


def _message_of_other_comparison(path: Path, differing: list[str]) -> str:
    return (
        f"Invalid value for argument `folder`. The folder {str(path)!r} holds trainings of another "
        "comparison:\n"
        + "\n".join(f"- {line}" for line in differing)
        + "\nThey are kept. Choose another folder, or the settings of then."
    )


def _message_of_other_settings(path: Path, method: str, before: Any, now: Any) -> str:
    if _without_code(before) == _without_code(now):
        return (
            f"Invalid value for argument `methods`. The folder {str(path)!r} holds trainings of "
            f"method {method!r}, whose code was edited since. Give the edited method another name, "
            "or choose another folder."
        )
    return (
        f"Invalid value for argument `methods`. The folder {str(path)!r} holds trainings of method "
        f"{method!r} with other settings: {before} in the folder, {now} now. Give the method "
        "another name, or choose another folder."
    )


def _without_code(settings: Any) -> Any:
    """Returns settings without the digests of code in them."""
    if not isinstance(settings, dict):
        return settings
    return {k: _without_code(value) for k, value in settings.items() if k != "code_digest"}
