"""How networks were trained, where that is not the usual way: epochs, images for validation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.text import counted


def how_trained(comparison: ComparedRuns) -> Iterator[str]:
    """Yields sentences on epochs that were not trained, and on images for validation.

    Example:

    >>> from keras_lateral import Comparison, Run
    >>> from keras_lateral.comparison.answer.how_trained import how_trained
    >>> run = Run("baseline", 0, {"accuracy": 0.5}, 1.0, history={"loss": [2.0, 1.0]})
    >>> settings = {"epochs": 9, "validation": 0.2, "training_images": 8, "validation_images": 2}
    >>> for text in how_trained(Comparison("digits", (), (0,), (run,), settings)):
    ...     print(text)
    With each seed 2 of 10 training images are held out for validation, the same for all methods.
    Epochs trained where a callback ended it: baseline 2 of 9.
    """
    settings = comparison.settings
    number, trained = settings.get("validation_images"), settings.get("training_images")
    if number and isinstance(settings.get("validation"), str):
        yield f"Callbacks may watch {counted(number, 'validation image')} that the set has."
    elif number and trained:
        yield (
            f"With each seed {number:,} of {counted(number + trained, 'training image')} are held "
            "out for validation, the same for all methods."
        )
    ended = [_epochs_text(comparison, method) for method in comparison.ended_early]
    if ended:
        yield f"Epochs trained where a callback ended it: {'; '.join(ended)}."


def _epochs_text(comparison: ComparedRuns, method: str) -> str:
    """Returns how many epochs a method trained, and how many were asked for."""
    runs = [run for run in comparison.runs if run.method == method and not run.diverged]
    epochs = [run.epochs for run in runs if run.epochs]
    asked = comparison.settings.get("own_epochs", {}).get(method, comparison.settings.get("epochs"))
    low, high = min(epochs), max(epochs)
    spread = "" if low == high else f" (median; {low} to {high})"
    return f"{method} {np.median(epochs):g}{spread} of {asked}"
