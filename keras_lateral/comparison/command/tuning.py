"""`--tune`: every arm is tuned before it is compared."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keras_lateral.text import counted

if TYPE_CHECKING:  # the command's help reads this file, and loads no backend
    import keras

    from keras_lateral.comparison.tuned.tune import Tune

TRIALS, SMOKE_TRIALS = 16, 2


def add_tuning(group: Any, whole: Callable[[str], int]) -> None:
    """Adds the option.

    Args:
        group: A group of options.
        whole: Reads a whole number of at least 2.
    """
    group.add_argument(
        "--tune",
        type=whole,
        nargs="?",
        const=0,
        metavar="N",
        help="first tunes learning rate, weight decay and batch size, for the baseline and for "
        "each method with the same budget: N configurations, the own one included, by successive "
        "halving on a part of the training images, never the test images; with --images, all seeds "
        f"then test the same fold (default of N: {TRIALS}; needs the extra `tuner`)",
    )


def tune_of(options: argparse.Namespace) -> Tune | None:
    """Returns what to tune; `None` without `--tune`."""
    if options.tune is None:
        return None
    from keras_lateral.comparison.tuned.tune import Tune

    return Tune(trials=options.tune or (SMOKE_TRIALS if options.smoke else TRIALS))


def check_tunable(options: argparse.Namespace, model: keras.Model) -> None:
    """Raises if a model that is to be tuned is compiled with a schedule of its own.

    Raises:
        ValueError: If it is; it says which options to give.
    """
    from keras_lateral.keras_tools.learning_rate import has_plain_rate

    if options.tune is not None and not has_plain_rate(model.optimizer):
        raise ValueError(
            f"--tune: the model of {options.model} is compiled with a schedule, or with several "
            "optimizers. A schedule counts steps, and another batch size takes another number of "
            "them. Give --learning-rate X, which replaces the schedule; the rate then falls by "
            "epochs, unless --schedule constant is given."
        )


def tuning_plan(tune: Tune, epochs: int, arms: int, at_most: str = "") -> str:
    """Returns in sentences what is trained before the comparison.

    Args:
        tune: What to tune.
        epochs: Number of epochs of the comparison.
        arms: Number of methods, the baseline included.
        at_most: What the number of trainings follows, where not all of them may be needed.
    """
    from keras_lateral.tuning.successive_halving import rungs_of

    rungs = rungs_of(tune.trials, epochs)
    each = ", the best ".join(
        f"{rung.configurations}{'' if place else ' settings'} for {counted(rung.epochs, 'epoch')}"
        for place, rung in enumerate(rungs)
    )
    trainings = arms * sum(rung.configurations for rung in rungs)
    whole = arms * sum(rung.configurations * rung.epochs for rung in rungs) / epochs
    return (
        f"First {at_most}{trainings} trainings tune learning rate, weight decay and batch size, as "
        f"long as {whole:.0f} of the others. Without a method, and with each: {each}, always with "
        "your own."
    )
