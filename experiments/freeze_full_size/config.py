"""The freeze in a whole training: which layers rest, in which epochs, and at which sizes."""

from __future__ import annotations

from pathlib import Path

from experiments.full_size.table import Arm, Contrast, Stage, Table
from experiments.gradient_mask_table_2.config import PAPER, SMOKE, TWO_CORES

FREEZE = "receptive_field_freeze"

EVERY_OTHER = tuple(range(1, PAPER.epochs, 2))
"""The 2nd, 4th, ... epoch; a shorter training has fewer of them."""

ARMS = {
    "none": Arm("nothing frozen"),
    "freeze_last": Arm("expanding layers, in the last epoch", FREEZE, {"epochs": "last"}),
    "freeze_alternating": Arm(
        "expanding layers, in every other epoch", FREEZE, {"epochs": EVERY_OTHER}
    ),
    "control_alternating": Arm(
        "as many other layers, in every other epoch",
        FREEZE,
        {"epochs": EVERY_OTHER, "layers": "behind_expanding"},
    ),
}

OWN = tuple(arm for arm in ARMS if arm != "none")

CONTRASTS = (
    Contrast("The freeze of the last epoch?", "freeze_last", "none"),
    Contrast("The freeze of every other epoch?", "freeze_alternating", "none"),
    Contrast("Other layers, of every other epoch?", "control_alternating", "none"),
    Contrast("Expanding layers, or others?", "freeze_alternating", "control_alternating"),
)

TABLE = Table(
    Path(__file__).parent,
    ARMS,
    {"two_cores": TWO_CORES, "paper": PAPER, "smoke": SMOKE},
    CONTRASTS,
    {
        "two_cores": (Stage(OWN, range(3)), Stage(OWN, range(5))),
        "paper": (Stage(OWN, range(5)),),
        "smoke": (Stage(OWN, [0, 1]),),
    },
    "The receptive-field freeze in a whole training on CIFAR-100",
    borrowed={"none": ("gradient_mask_table_2", "none")},
)
