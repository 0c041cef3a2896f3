"""What is compared, on which images, and for how long. Nothing here imports Keras."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"

CLASS_SEED = 2022
"""Picks the classes where not all are taken, as in the other studies."""

OURS = ("gradient_mask", "frame_regularizer", "receptive_field_freeze")

AS_CODED = "gradient_mask_as_coded"
"""The mask as in its authors' public code for saliency: a 5 x 5 blur before the ReLU."""

REMEDIES = (
    *("flip_and_shift", "mixup", "cutmix", "rand_augment", "aug_mix", "random_erasing"),
    *("dropout", "spatial_dropout", "label_smoothing", "cosine_loss", "weight_decay"),
    *("weight_averaging", "longer_training", "sharpness_aware_minimization"),
    "harmonic_convolution",
)
"""The usual remedies. Stochastic depth is not among them: the network has no residual branches."""

ARMS = (*REMEDIES, *OURS, AS_CODED)

STEPS = 3
"""Most methods that are combined."""

CANDIDATES = 4
"""How many of the best single methods are tried in combinations."""


@dataclass(frozen=True)
class Size:
    """One set of the study.

    Args:
        dataset: Name of the image set.
        title: Name in tables.
        images_per_class: Training images of each class.
        classes: Number of classes; 0 for all.
        split: The training images are those of this split of the small-data benchmark; `None` for
            images picked by seed 0.
        test_per_class: Most test images of each class: the test part, and training images that are
            not trained on.
        epochs: Epochs of each training.
        channels: Channels of the network's stages.
        trials: Configurations that the tuning of the baseline tries.
        folds: Parts of the training images, some of which the combination is chosen by.
        chosen_by: How many of these parts.
        seeds: Number of pairs that are counted.
        arms: Names of the methods.
    """

    dataset: str
    title: str
    images_per_class: int
    classes: int = 0
    split: int | None = None
    test_per_class: int | None = None
    epochs: int = 30
    channels: tuple[int, ...] = (16, 32, 64)
    trials: int = 16
    folds: int = 5
    chosen_by: int = 3
    seeds: int = 10
    arms: tuple[str, ...] = ARMS


SIZES = {
    "cifar10": Size("cifar10", "CIFAR-10, 50 images of each of 10 classes", 50, split=0),
    "fashion_mnist": Size(
        "fashion_mnist",
        "Fashion-MNIST, 20 images of each of 10 classes",
        20,
        test_per_class=2000,
        epochs=40,
    ),
    "cifar100": Size(
        "cifar100", "CIFAR-100, 50 images of each of 20 classes", 50, classes=20, split=0, epochs=20
    ),
    "smoke": Size(
        *("digits", "digits, 5 images of each class", 5),
        test_per_class=5,
        epochs=1,
        channels=(4, 4),
        trials=2,
        folds=2,
        chosen_by=2,
        seeds=2,
        arms=("mixup", "weight_decay", "gradient_mask"),
    ),
}

FULL = tuple(name for name in SIZES if name != "smoke")
