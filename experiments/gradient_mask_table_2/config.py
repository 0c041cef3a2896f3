"""Table 2 of Gradient Mask, and arms beyond it: what is compared, and at which sizes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.full_size.recipe import Recipe
from experiments.full_size.table import Arm, Contrast, Stage, Table

PAPER = Recipe("cifar100", "resnet18", epochs=120)
"""The paper: ResNet-18, all of CIFAR-100, SGD, 0.1, 120 epochs. The rest is what is usual."""

TWO_CORES = replace(PAPER, model="resnet8_half", epochs=15)
"""All images and the same protocol, with a network and a length that two cores can train."""

PILOT = replace(TWO_CORES, epochs=2, held_out_per_class=50)
"""For choosing the numbers below: tested on 5,000 training images that are not trained on."""

SMOKE = Recipe("noise", "resnet8_half_smoke", epochs=2, batch_size=16, images_per_class=8)


def _mask(threshold: float, **others: Any) -> dict[str, Any]:
    return {"sigma": 1.0, "feature_sets": 1, "threshold": threshold, **others}


ARMS = {
    "none": Arm("no mask", paper=78.2),
    "log": Arm("LoG, minicolumns", "gradient_mask", _mask(0.1), paper=80.26),
    "norm": Arm("norm, minicolumns", "gradient_mask", _mask(0.1, inhibition="norm"), paper=75.86),
    "log_channels": Arm(
        "LoG, no minicolumns", "gradient_mask", _mask(0.1, feature_sets="channels"), paper=78.97
    ),
    "backdrop": Arm("random positions (Backdrop)", "backdrop", {"drop_rate": 0.1}),
    "before_relu": Arm("LoG, before the ReLU", "gradient_mask", _mask(0.1, layers="before_relu")),
    "authors": Arm(
        "LoG as in the authors' code: before the ReLU, sigma 11, 5 x 5",
        "gradient_mask",
        {
            "sigma": 11.0,
            "feature_sets": 1,
            "threshold": 0.1,
            "inhibition_size": 5,
            "zero_sum": False,
            "layers": "before_relu",
        },
    ),
    "centralization": Arm("gradient centralization", "gradient_centralization"),
    "longer": Arm("no mask, twice as long", longer=2),
}
"""Arms by name. Thresholds are multiples of the map's mean |delta|."""

TABLE_2 = ("none", "log", "norm", "log_channels")

CANDIDATES = {
    "pilot_log_03": Arm("LoG, 0.3", "gradient_mask", _mask(0.3)),
    "pilot_norm_03": Arm("norm, 0.3", "gradient_mask", _mask(0.3, inhibition="norm")),
    "pilot_channels_03": Arm(
        "LoG, no minicolumns, 0.3", "gradient_mask", _mask(0.3, feature_sets="channels")
    ),
    "pilot_backdrop_05": Arm("Backdrop, 0.5", "backdrop", {"drop_rate": 0.5}),
}
"""The other half of what the numbers above were chosen from."""

CONTRASTS = (
    Contrast("Does the mask help?", "log", "none", 2.06),
    Contrast("Lateral inhibition rather than the norm?", "log", "norm", 4.4),
    Contrast("Minicolumns rather than single channels?", "log", "log_channels", 1.29),
    Contrast("The norm, against no mask?", "norm", "none", -2.34),
    Contrast("Single channels, against no mask?", "log_channels", "none", 0.77),
    Contrast("Rather than random positions?", "log", "backdrop"),
    Contrast("Random positions, against no mask?", "backdrop", "none"),
    Contrast("Before the ReLU?", "before_relu", "log"),
    Contrast("As in the authors' code?", "authors", "none"),
    Contrast("Gradient centralization?", "centralization", "none"),
    Contrast("Twice as long?", "longer", "none"),
    Contrast("The mask, or twice as long?", "log", "longer"),
)

ALL = tuple(ARMS)

TABLE = Table(
    Path(__file__).parent,
    {**ARMS, **CANDIDATES},
    {"two_cores": TWO_CORES, "paper": PAPER, "pilot": PILOT, "smoke": SMOKE},
    CONTRASTS,
    {
        "two_cores": (
            Stage(TABLE_2, range(3)),
            Stage(("backdrop",), range(3)),
            Stage((*TABLE_2, "backdrop"), range(5)),
            Stage(ALL, range(5)),
        ),
        "paper": (Stage(TABLE_2, range(5)), Stage(ALL, range(5))),
        "pilot": (Stage((*TABLE_2, "backdrop", *CANDIDATES), [0]),),
        "smoke": (Stage(ALL, [0, 1]),),
    },
    "Table 2 of Gradient Mask (CIFAR-100, ResNet-18), and arms beyond it",
)
