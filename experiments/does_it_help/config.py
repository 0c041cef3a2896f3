"""What is compared: two image sets, in a full and a smoke size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
CONDITIONS = ("gaussian_noise", "motion_blur", "contrast", "jpeg_compression")
SEVERITY = 3
EPSILON = 1 / 255


@dataclass(frozen=True)
class Size:
    """How large one comparison is.

    Args:
        dataset: Name of the image set.
        title: Title of the comparison.
        classes: Number of classes, of those in the set.
        images_per_class: Training images of each class.
        test_per_class: Test images of each class, of the official ones; `None` for all.
        unused: Whether training images that are not trained on are test images too.
        tested_per_class: How many of those to test under corruptions and attacks.
        epochs: Epochs of each training.
        channels: Channels of the stages of `small_network`.
        seeds: Number of pairs.
        schedule: Schedule of the learning rate: `"constant"`, or `"cosine"` as in the command.
    """

    dataset: str
    title: str
    classes: int
    images_per_class: int
    test_per_class: int | None
    tested_per_class: int
    epochs: int
    channels: tuple[int, ...] = (16, 32, 64)
    seeds: int = 5
    schedule: str = "cosine"
    unused: bool = False


CIFAR100 = Size("cifar100", "CIFAR-100, 10 classes x 50 images", 10, 50, None, 20, 30, unused=True)
"""550 test images of each class: the 100 official ones, and 450 that are not trained on."""

FASHION_MNIST = Size("fashion_mnist", "Fashion-MNIST, 10 classes x 50 images", 10, 50, None, 20, 20)
"""All 1,000 official test images of each class."""

SIZES = {
    "cifar100": CIFAR100,
    "fashion_mnist": FASHION_MNIST,
    "cifar100_constant": replace(CIFAR100, schedule="constant", test_per_class=100, unused=False),
    "fashion_mnist_constant": replace(FASHION_MNIST, schedule="constant", test_per_class=100),
    "smoke": Size("digits", "digits, 3 x 4 images", 3, 4, 5, 2, 2, (16, 16), 2),
}
