"""The source's own size: ResNet-34 and ResNet-50 on three sets, five regularizers and none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from experiments.frame_table.config import FACTOR, NO_DECAY, OCNN, frame, ocnn
from experiments.full_size.recipe import Recipe
from experiments.full_size.table import Arm, Contrast, Stage, Table

SETS = {"cifar10": "cifar10", "cifar100": "cifar100", "svhn": "svhn_cropped"}
"""Names of the image sets, here and in tensorflow-datasets."""

NETWORKS = ("resnet34", "resnet50")

PUBLISHED_SCALES = {0.0: 1.0, 0.1: 1e-3, 0.25: 1e-4, 0.35: 1e-6, 0.6: 0.0}
"""Schedule of soft orthogonality and SRIP: from epochs 20, 50, 70 and 120 of 200 on."""

REPORTED = {
    "resnet34": {
        "none": (94.53, 75.58, 96.50),
        "mhe": (94.58, 75.78, 96.59),
        "so": (94.59, 75.98, 96.51),
        "srip": (94.72, 76.24, 96.57),
        "ocnn": (95.03, 76.57, 96.66),
        "frame": (95.17, 77.61, 96.85),
    },
    "resnet50": {
        "none": (94.83, 77.20, 96.92),
        "mhe": (94.88, 77.34, 96.94),
        "so": (94.92, 77.38, 96.91),
        "srip": (95.01, 77.40, 96.95),
        "ocnn": (95.29, 77.77, 97.01),
        "frame": (95.25, 78.35, 97.10),
    },
}
"""Accuracy in percent on CIFAR-10, CIFAR-100 and SVHN; deviations are .02 to .09."""

ARMS = {
    "none": Arm("none"),
    "no_decay": Arm("none, no weight decay", recipe=NO_DECAY),
    "mhe": Arm("hyperspherical energy, 1", "MinimumHypersphericalEnergy"),
    "so": Arm("soft orthogonality, 0.1", "SoftOrthogonality", scales=PUBLISHED_SCALES),
    "srip": Arm("SRIP, 0.01", "SpectralRestrictedIsometry", scales=PUBLISHED_SCALES),
    "ocnn": ocnn(OCNN, f"orthogonal convolution, {OCNN:g}"),
    "frame": frame(FACTOR, f"frame, no weight decay, {FACTOR:g}", recipe=NO_DECAY),
}
"""The rivals with the factors and schedules that their authors published, but for the orthogonal
convolution's: at this learning rate 0.1 was far worse than 0.01 on held-out training images. The
source says of the frame that it makes weight decay unnecessary, and not whether it had any; the arm
with neither separates the two."""


def recipe_of(network: str, images: str) -> Recipe:
    """Returns how one network is trained on one image set."""
    return Recipe(SETS[images], network, epochs=120, augment=True)


def paper_table(network: str, images: str) -> Table:
    """Returns the table of one network and one image set.

    Args:
        network: `"resnet34"` or `"resnet50"`.
        images: `"cifar10"`, `"cifar100"` or `"svhn"`.
    """
    reported = {arm: row[list(SETS).index(images)] for arm, row in REPORTED[network].items()}
    smoke = Recipe("noise", "resnet8_half_smoke", 2, batch_size=16, images_per_class=8)
    return Table(
        Path(__file__).parent,
        {name: replace(arm, paper=reported.get(name)) for name, arm in ARMS.items()},
        {size_of(network, images): recipe_of(network, images), "smoke": smoke},
        (
            *(
                Contrast(f"{arm.text}?", name, "none", round(reported[name] - reported["none"], 2))
                for name, arm in ARMS.items()
                if name in reported and name != "none"
            ),
            Contrast("The frame, without weight decay on either side?", "frame", "no_decay"),
        ),
        {size_of(network, images): (Stage(tuple(ARMS), range(5)),)},
        f"The frame regularizer's accuracies: {network} on {images}",
    )


def size_of(network: str, images: str) -> str:
    """Returns the name of the size, which is that of its folder of results."""
    return f"{network}_{images}"


TABLE = replace(
    paper_table("resnet34", "cifar10"),
    sizes={
        size_of(network, images): recipe_of(network, images)
        for network in NETWORKS
        for images in SETS
    },
)
"""All networks and sets together: for what is measured of their trained weights."""
