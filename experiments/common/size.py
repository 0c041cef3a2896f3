"""How large one run of a study on CIFAR-100 is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How large one run is.

    Args:
        classes: How many of the 100 classes.
        images_per_class: Training images of each class.
        test_per_class: Test images of each class.
        epochs: Epochs of training.
        filters: Channels, as the study's network takes them.
        batch_size: Divides the number of training images.
        learning_rate: Where the cosine decay to 0 begins.
        seeds: How many seeds by default.
    """

    classes: int
    images_per_class: int
    test_per_class: int
    epochs: int
    filters: tuple[int, ...]
    batch_size: int = 25
    learning_rate: float = 0.05
    seeds: int = 5
