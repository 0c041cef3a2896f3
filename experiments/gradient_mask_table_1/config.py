"""Table 1 of Gradient Mask: ImageNet with ResNet-50. CIFAR-100 is read from table 2."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from experiments.full_size.recipe import Recipe
from experiments.full_size.table import Arm, Contrast, Stage, Table
from experiments.gradient_mask_table_2.config import ARMS as TABLE_2
from experiments.gradient_mask_table_2.config import SMOKE

IMAGENET = Recipe(
    "imagenet2012", "resnet50", epochs=120, batch_size=256, learning_rate=0.1, decay=1e-4
)
"""The paper: SGD, 0.1, 120 epochs. Usual: batches of 256, weight decay 1e-4, a cosine."""

ARMS: dict[str, Arm] = {
    "none": Arm("no mask", paper=75.5),
    "log": replace(TABLE_2["log"], paper=76.01),
}

TABLE = Table(
    Path(__file__).parent,
    ARMS,
    {"paper": IMAGENET, "smoke": SMOKE},
    (Contrast("Does the mask help on ImageNet?", "log", "none", 0.51),),
    {"paper": (Stage(tuple(ARMS), range(3)),), "smoke": (Stage(tuple(ARMS), [0, 1]),)},
    "Table 1 of Gradient Mask (ImageNet, ResNet-50)",
)
