"""`--recommend`: what to switch on, in which order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from keras_lateral.text import counted

STEPS = 3

NOT_WITH = {
    "report": "--report",
    "until_sure": "--until-sure",
}
"""Options that say something about one comparison, where several are made."""


def add_recommendation(group: Any, whole: Callable[[str], int]) -> None:
    """Adds the option.

    Args:
        group: A group of options.
        whole: Reads a whole number of at least 1.
    """
    group.add_argument(
        "--recommend",
        type=whole,
        nargs="?",
        const=STEPS,
        metavar="N",
        help="says which of --methods to switch on together, at most N, in which order, and what "
        "each adds given the others; each step has seeds of its own, twice --seeds, since the "
        f"chosen one is measured again (default of N: {STEPS})",
    )


def check_recommendation(options: argparse.Namespace) -> None:
    """Raises if another option does not go with `--recommend`."""
    if options.recommend is None:
        return
    given = [option for name, option in NOT_WITH.items() if getattr(options, name)]
    given += ["--robustness"] if options.robustness != "none" else []
    if given:
        raise ValueError(
            f"{given[0]} goes with a comparison, not with --recommend, which makes several. "
            "--json writes all steps."
        )
    if options.seeds == 1:
        raise ValueError("--recommend needs 2 --seeds or more, to judge chance.")


def recommendation_plan(options: argparse.Namespace, methods: Sequence[str]) -> str:
    """Returns in a sentence what is trained."""
    steps = min(options.recommend, len(methods))
    return (
        f"At most {counted(steps, 'step')} of the network {options.model!r}, "
        f"{counted(options.epochs, 'epoch')} each training: {options.seeds} pairs for each method "
        f"that is left, and {options.seeds} more for the one that is chosen. "
        f"To choose from: {', '.join(methods)}\n"
    )


def print_recommendation(
    options: argparse.Namespace, told: Mapping[str, Any], *given: Any, **more: Any
) -> Any:
    """Makes a recommendation, prints it, writes what was asked for, and returns it.

    Args:
        options: The options.
        told: Settings that only the command knows.
        *given: Positional arguments of `recommend`.
        **more: Its other arguments.
    """
    from keras_lateral.comparison.recommendation.recommend import recommend

    found = recommend(*given, max_steps=options.recommend, **more)
    found = replace(found, settings={**found.settings, **told})
    sys.stdout.write(f"\n{found}\n\n")
    if options.json is not None:
        found.to_json(options.json.expanduser(), indent=1)
        sys.stdout.write(f"Written: {options.json}\n")
    sys.stdout.write(f"Trainings: {options.folder}\n")
    sys.stdout.flush()
    return found
