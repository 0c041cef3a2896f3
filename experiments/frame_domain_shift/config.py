"""What the frame's networks are tested on: corrupted test images, and those of another set."""

from __future__ import annotations

import os
from pathlib import Path

from experiments.frame_table.config import ARMS
from experiments.full_size.measuring import Study
from experiments.full_size.trained import TrainedArm

SEVERITIES = {"two_cores": (1, 3, 5), "smoke": (3,)}
CORRUPTIONS = {"smoke": ("contrast", "gaussian_noise")}
"""All nineteen, but for the smoke size."""

PER_CLASS = {"two_cores": 10, "smoke": 1}
"""Test images of each class under each corruption."""

CINIC = os.environ.get("KERAS_LATERAL_CINIC")
"""Folder of CINIC-10's test images, a folder for each class, if there is one."""

LENT = {"none": TrainedArm("gradient_mask_table_2", "none")}
TRAINED = {arm: LENT.get(arm, TrainedArm("frame_table", arm)) for arm in ARMS}

CORRUPTED = "accuracy under corruptions"
SHIFTED = "accuracy on CINIC-10"

STUDY = Study(
    Path(__file__).parent,
    TRAINED,
    {arm: ARMS[arm].text for arm in ARMS},
    "none",
    "experiments.frame_domain_shift.measure:measure",
    ("two_cores", "smoke"),
    {
        CORRUPTED: {"none": 74.77, "ocnn": 76.27, "frame": 76.65},
        SHIFTED: {"none": 67.91, "ocnn": 69.87, "frame": 71.20},
    },
    "The frame regularizer under a shift of the domain",
)
