"""Sizes of the study, fixed before its first counted training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"

CLASSES = 4
"""Classes of each folder, drawn from those of the set."""

SMALLEST, LARGEST = 200, 400
"""Images of a folder, training and test images together."""

LONGER = 2.5
"""How many times as long the method that helps trains: the baseline is trained too shortly."""

WRONG = 0.3
"""Share of the labels that the method that harms replaces."""

NOISE = 1 / 255
"""Standard deviation of the noise of the method that does nothing, in units of the pixels' range.

It is below what a pixel of eight bits can show. It changes each training as another order of its
sums would, and no network for better or worse.
"""

POPULATION = 3000
"""Most images that no folder holds, for the truth."""

TEST_FOLDS = 4
"""The fixed split tests a quarter, as `--test-share 0.25` does."""


@dataclass(frozen=True)
class Size:
    """How much is run.

    Args:
        folders: Number of folders.
        seeds: Seeds of every folder; the intervals are computed from the first of them.
        long: Every so many folders one has `long_seeds` seeds instead.
        long_seeds: Seeds of those.
        truth: Seeds of each folder, the last ones, from which only its truth is computed.
        epochs: Epochs of each training.
        batch_size: Images in a batch.
        channels: Channels of the two convolutions.
        learning_rate: Learning rate of Adam at the start of the cosine.
    """

    folders: int
    seeds: int
    long: int
    long_seeds: int
    truth: int
    epochs: int = 8
    batch_size: int = 32
    channels: tuple[int, int] = (8, 16)
    learning_rate: float = 6e-3


SIZES = {"full": Size(200, 14, 5, 36, 4), "smoke": Size(2, 7, 3, 7, 2, 1)}
