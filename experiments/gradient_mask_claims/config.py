"""What is measured of the networks of table 2, and with which numbers: fixed before any was."""

from __future__ import annotations

from pathlib import Path

from experiments.full_size.measuring import Study
from experiments.full_size.trained_arm import TrainedArm
from experiments.gradient_mask_table_2.config import ARMS

SPARSITIES = (0.5, 0.7, 0.8, 0.9)
"""Shares of the weights that are set to 0, the smallest of all layers together."""

EPSILONS = (1, 2, 4)
"""Radii of the attacks, in steps of an 8-bit pixel."""

PGD_STEPS = 10

ATTACKED_PER_CLASS = {"two_cores": 10, "paper": 10, "smoke": 1}
"""Test images of each class that are attacked."""

LOOKED_AT_PER_CLASS = {"two_cores": 2, "paper": 2, "smoke": 1}
"""Test images of each class whose saliency is judged."""

CURVE_STEPS = 16
"""Steps of the deletion and insertion curves."""

MEASURED = ("none", "log", "norm", "log_channels", "backdrop")

STUDY = Study(
    Path(__file__).parent,
    {arm: TrainedArm("gradient_mask_table_2", arm) for arm in MEASURED},
    {arm: ARMS[arm].text for arm in MEASURED},
    "none",
    "experiments.gradient_mask_claims.measure:measure",
    ("two_cores", "paper", "smoke"),
    {},
    "The claims of Gradient Mask's abstract: pruning, adversarial attacks, saliency",
)
