"""What the time of an epoch includes."""

from __future__ import annotations

from keras_lateral.comparison.compared_runs import ComparedRuns

FEW_EPOCHS = 3
"""Up to so many epochs, the median of all but the first may include another compilation."""


def how_timed(comparison: ComparedRuns) -> str:
    """Returns what the seconds per epoch include, and whether the first epoch is among them."""
    epochs = fewest_epochs(comparison)
    if epochs == 1:
        return (
            "Where a training has a single epoch, its seconds include compiling the network; with "
            "two epochs or more, the first is not counted."
        )
    text = "The first epoch of a training is not counted, because it includes compiling."
    if 0 < epochs <= FEW_EPOCHS:
        text += (
            f" With {epochs} epochs, a method that compiles again in a later one, such as "
            "receptive_field_freeze, still looks slower than it is."
        )
    return text


def fewest_epochs(comparison: ComparedRuns) -> int:
    """Returns the smallest number of epochs of a training, 0 if it is not known of any."""
    return min((run.epochs for run in comparison.runs if run.epochs), default=0)
