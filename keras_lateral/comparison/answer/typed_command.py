"""The command that was typed, and the same with other options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from keras_lateral.comparison.compared_runs import ComparedRuns


def typed_command(comparison: ComparedRuns) -> str:
    """Returns the command that made a comparison, to be pasted into a shell; "" if none did."""
    return shlex.join(map(str, comparison.settings.get("command") or ()))


REUSED = ("--seeds", "--methods")
"""Options that a folder of trainings does not care for: it takes more of either."""

OTHER_FOLDER = "  # where there is a folder, with another one"
"""Said of a call that trains something else; a record does not know whether it had a folder."""


def with_options(
    comparison: ComparedRuns,
    options: Mapping[str, Sequence[object]],
    *,
    anew: bool = False,
    function: str = "compare",
) -> str:
    """Returns what runs a comparison again with other options: a command, or a call.

    A folder holds the trainings of one comparison. Where the options make it another one, the
    command names another folder.

    Args:
        comparison: The comparison.
        options: Values by option, such as `{"--seeds": [12]}`; `()` leaves an option out.
        anew: Whether it is another comparison whatever the options are, as with other images.
        function: The function that was called, where no command was typed.

    Example:

    >>> from keras_lateral import Comparison
    >>> from keras_lateral.comparison.answer.typed_command import with_options
    >>> words = ["keras-lateral", "compare", "--images", "my photos", "--seeds=5", "--augment"]
    >>> with_options(Comparison("p", (), (), (), {"command": words}), {"--seeds": [12]})
    "keras-lateral compare --images 'my photos' --augment --seeds 12"
    >>> with_options(Comparison("p", (), (), ()), {"--seeds": [12]})
    'compare(..., seeds=12)'
    >>> words = ["keras-lateral", "compare", "--images", "photos", "--folder", "here"]
    >>> with_options(Comparison("p", (), (), (), {"command": words}), {"--epochs": [60]})
    'keras-lateral compare --images photos --folder here-2 --epochs 60'
    """
    command = comparison.settings.get("command")
    anew = anew or not set(options) <= set(REUSED)
    if not command:
        given = ", ".join(
            f"{name[2:].replace('-', '_')}={_argument(values)}"
            for name, values in options.items()
            if values
        )
        call = f"{function}(..., {given})" if given else f"{function}(...)"
        return call + OTHER_FOLDER if anew else call
    words = without_options([str(word) for word in command], list(options))
    words = in_next_folder(words) if anew else words
    for name, values in options.items():
        words += [name, *map(str, values)] if values else []
    return shlex.join(words)


def in_next_folder(words: Sequence[str]) -> list[str]:
    """Returns the words of a command with the next name in the place of a given folder.

    Example:

    >>> from keras_lateral.comparison.answer.typed_command import in_next_folder
    >>> in_next_folder(["--folder", "here"]), in_next_folder(["--folder=here-2/"])
    (['--folder', 'here-2'], ['--folder=here-3'])
    """
    found = list(words)
    for place, word in enumerate(words):
        name, equals, folder = word.partition("=")
        if not ("--folder".startswith(name) and len(name) > len("--fold")):
            continue
        if equals:
            found[place] = f"{name}={_next_name(folder)}"
        elif place + 1 < len(words):
            found[place + 1] = _next_name(words[place + 1])
    return found


def _next_name(folder: str) -> str:
    """Returns `kint-2` for `kint`, and `kint-3` for that."""
    name = folder.rstrip("/\\") or folder
    numbered = re.fullmatch(r"(.*)-(\d{1,4})", name)
    return f"{numbered[1]}-{int(numbered[2]) + 1}" if numbered else f"{name}-2"


def without_options(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """Returns the words of a command without some options and their values."""
    left, skipping = [], False
    for word in words:
        if word.startswith("--"):
            skipping = word.partition("=")[0] in names
        if not skipping:
            left.append(word)
    return left


def _argument(values: Sequence[object]) -> str:
    return (
        repr(values[0]) if len(values) == 1 and not isinstance(values[0], str) else repr([*values])
    )
