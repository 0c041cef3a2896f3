"""How large one run of a study on CIFAR-100 is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How large one run is.

    Args:
        classes: Number of classes, of the 100.
        images_per_class: Training images of each class.
        test_per_class: Test images of each class.
        epochs: Epochs of training.
        filters: Channels, as the study's network takes them.
        batch_size: Images per batch; divides the number of training images.
        learning_rate: Learning rate at the start of the cosine decay to 0.
        seeds: Default number of seeds.
    """

    classes: int
    images_per_class: int
    test_per_class: int
    epochs: int
    filters: tuple[int, ...]
    batch_size: int = 25
    learning_rate: float = 0.05
    seeds: int = 5
