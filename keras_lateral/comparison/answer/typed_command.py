"""The command that was typed, and the same with other options."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from keras_lateral.comparison.compared_runs import ComparedRuns


def typed_command(comparison: ComparedRuns) -> str:
    """Returns the command that made a comparison, to be pasted into a shell; "" if none did."""
    return shlex.join(map(str, comparison.settings.get("command") or ()))


def with_options(comparison: ComparedRuns, options: Mapping[str, Sequence[object]]) -> str:
    """Returns what runs a comparison again with other options: a command, or a call.

    Args:
        comparison: The comparison.
        options: Values by option, such as `{"--seeds": [12]}`; `None` leaves an option out.

    Example:

    >>> from keras_lateral import Comparison
    >>> from keras_lateral.comparison.answer.typed_command import with_options
    >>> words = ["keras-lateral", "compare", "--images", "my photos", "--seeds=5", "--augment"]
    >>> with_options(Comparison("p", (), (), (), {"command": words}), {"--seeds": [12]})
    "keras-lateral compare --images 'my photos' --augment --seeds 12"
    >>> with_options(Comparison("p", (), (), ()), {"--seeds": [12]})
    'compare(..., seeds=12)'
    """
    command = comparison.settings.get("command")
    if not command:
        given = ", ".join(
            f"{name[2:].replace('-', '_')}={_argument(values)}"
            for name, values in options.items()
            if values
        )
        return f"compare(..., {given})" if given else "compare(...)"
    words = without_options([str(word) for word in command], list(options))
    for name, values in options.items():
        words += [name, *map(str, values)] if values else []
    return shlex.join(words)


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
