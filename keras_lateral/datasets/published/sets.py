"""Known facts about the published image sets."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Published:
    """An image set as its authors published it.

    Args:
        train: Number of training images.
        test: Number of test images.
        num_classes: Number of classes.
        layout: How a local folder stores the set: sheets of tiles, or gzipped IDX files.
        url: Where tensorflow-datasets downloads it from.
    """

    train: int
    test: int
    num_classes: int
    layout: Literal["sheets", "idx"]
    url: str


_CIFAR_URL = "https://www.cs.toronto.edu/~kriz/"

PUBLISHED = {
    "mnist": Published(
        60_000, 10_000, 10, "idx", "https://storage.googleapis.com/cvdf-datasets/mnist/"
    ),
    "fashion_mnist": Published(
        60_000, 10_000, 10, "idx", "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    ),
    "cifar10": Published(50_000, 10_000, 10, "sheets", _CIFAR_URL),
    "cifar100": Published(50_000, 10_000, 100, "sheets", _CIFAR_URL),
}

NAMES = ("digits", *PUBLISHED)
"""The sets that `load_images` knows."""

PREFIX = "tfds:"
"""Begins the names of other sets, those that tensorflow-datasets knows."""


def part_of_the_published_set(name: str, train: int, test: int) -> tuple[str, ...]:
    """Returns the note for a local copy that holds fewer images than were published."""
    published = PUBLISHED[name]
    if (train, test) == (published.train, published.test):
        return ()
    return (
        f"A part of {name}: {train:,} of {published.train:,} training and {test:,} of "
        f"{published.test:,} test images. Accuracies are not comparable with published ones.",
    )
