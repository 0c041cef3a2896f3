"""`--recommend`: what to switch on, in which order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from keras_lateral.comparison.command.targets import written_text
from keras_lateral.text import counted

STEPS = 3
EFFECT = 0.005
"""What is asked for where `--effect` is not given."""

NOT_WITH: dict[str, Callable[[argparse.Namespace], bool]] = {
    "--report": lambda options: options.report is not None,
    "--until-sure": lambda options: options.until_sure,
    "--robustness": lambda options: options.robustness != "none",
    "--effect": lambda options: options.effect != EFFECT,
}
"""Options that say something about one comparison, where several are made; whether each is given.
"""


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
        f"chosen one is measured again (default of N: {STEPS}; not with {', '.join(NOT_WITH)}; "
        "needs 2 --seeds or more)",
    )


def check_recommendation(options: argparse.Namespace) -> None:
    """Raises if another option does not go with `--recommend`."""
    if options.recommend is None:
        return
    given = [option for option, is_given in NOT_WITH.items() if is_given(options)]
    if given:
        raise ValueError(
            f"{given[0]} goes with a comparison, not with --recommend, which makes several. "
            "--json writes all steps."
        )
    if options.seeds == 1:
        raise ValueError("--recommend needs 2 --seeds or more, to judge chance.")


def recommendation_plan(options: argparse.Namespace, methods: Sequence[str]) -> str:
    """Returns in sentences what is trained."""
    steps = min(options.recommend, len(methods))
    compared = (len(methods) + 1) * options.seeds
    most = most_trainings(len(methods), steps, options.seeds)
    return (
        f"At most {counted(most, 'training')} of the network {options.model!r}, "
        f"{counted(options.epochs, 'epoch')} each, as long as {most / compared:.1f} comparisons of "
        f"these methods; {compared:,} if none helps. In {_at_most(steps)}, each method that is not "
        f"yet on gets {options.seeds} pairs, and the best one {options.seeds} more with new seeds. "
        f"To choose from: {', '.join(methods)}\n"
    )


def _at_most(steps: int) -> str:
    return "one step" if steps == 1 else f"each of at most {steps} steps"


def most_tuned(methods: int, steps: int) -> int:
    """Returns how many methods and combinations are tuned at most, the baseline included.

    Example:

    >>> from keras_lateral.comparison.command.recommendation import most_tuned
    >>> most_tuned(methods=3, steps=2)  # the baseline, a, b, c; a+b, a+c
    6
    """
    return 1 + sum(methods - step for step in range(steps))


def most_trainings(methods: int, steps: int, seeds: int) -> int:
    """Returns how many trainings there are if every step finds a method that helps.

    A step compares the baseline, the methods that are on, and these with each of the others; then
    the best of them once more.

    Args:
        methods: Number of methods to choose from.
        steps: Number of steps.
        seeds: Number of pairs of a look.

    Example:

    >>> from keras_lateral.comparison.command.recommendation import most_trainings
    >>> most_trainings(methods=3, steps=1, seeds=5)
    30
    """
    with_base = [1 + (step > 0) for step in range(steps)]
    looks = [base + methods - step for step, base in enumerate(with_base)]
    again = [base + 1 for base in with_base]
    return seeds * sum([*looks, *again])


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
        said = written_text(options.json)
        found.to_json(options.json.expanduser(), indent=1)
        sys.stdout.write(f"{said}\n")
    sys.stdout.write(f"Trainings: {options.folder}\n")
    sys.stdout.flush()
    return found
