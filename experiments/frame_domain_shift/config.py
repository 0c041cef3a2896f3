"""What the frame's networks are tested on: corrupted test images, and those of another set."""

from __future__ import annotations

from pathlib import Path

from experiments.frame_table.config import ARMS
from experiments.full_size.measuring import Study
from experiments.full_size.trained_arm import TrainedArm

SOURCE = "resnet34_cifar10"
"""The source's own size: its 94.53 % without a regularizer are ResNet-34's on CIFAR-10."""

SEVERITIES = {"two_cores": (1, 3, 5), SOURCE: (1, 2, 3, 4, 5), "smoke": (3,)}
CORRUPTIONS = {"smoke": ("contrast", "gaussian_noise")}
"""All nineteen, but for the smoke size."""

PER_CLASS = {"two_cores": 10, SOURCE: None, "smoke": 1}
"""Test images of each class under each corruption; `None` for all."""

LENT = {"none": TrainedArm("gradient_mask_table_2", "none")}
TRAINED = {arm: LENT.get(arm, TrainedArm("frame_table", arm)) for arm in ARMS}
TRAINED_AT = {
    SOURCE: {arm: TrainedArm("frame_table", arm, "paper") for arm in ("none", "ocnn", "frame")}
}
"""The frame of the source's size is without weight decay, as in `frame_table/paper.py`."""

CORRUPTED = "accuracy under corruptions"
SHIFTED = "accuracy on CINIC-10"

STUDY = Study(
    Path(__file__).parent,
    TRAINED,
    {arm: ARMS[arm].text for arm in ARMS},
    "none",
    "experiments.frame_domain_shift.measure:measure",
    ("two_cores", SOURCE, "smoke"),
    {
        CORRUPTED: {"none": 74.77, "ocnn": 76.27, "frame": 76.65},
        SHIFTED: {"none": 67.91, "ocnn": 69.87, "frame": 71.20},
    },
    "The frame regularizer under a shift of the domain",
    TRAINED_AT,
)
