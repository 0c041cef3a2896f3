"""The lecture's two networks on MNIST, its two remedies, and our three methods."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.full_size.recipe import Recipe
from experiments.full_size.table import Arm, Contrast, Stage, Table

PAPER = Recipe(
    "mnist",
    "lecture_lenet",
    epochs=15,
    batch_size=1000,
    learning_rate=0.2,
    schedule="constant",
    momentum=0.0,
    decay=0.0,
    augment=False,
    standardized=False,
    detailed=True,
)
"""All of it is in the lecture: pixels divided by 255, plain gradient descent, batches of 1,000, 15
epochs."""

MLP = {"model": "lecture_mlp", "learning_rate": 0.5}

STANDARDIZED = {"standardized": True}

FIRST_HIDDEN = 120

ALPHA = 1e-3
KEPT = 0.8
"""The lecture gives neither number. These are usual ones, set before the first training."""


def behind_hidden(layer: Any) -> bool:
    """Returns whether a layer takes what a hidden dense layer gives out: dropout goes there."""
    return getattr(layer, "units", FIRST_HIDDEN) != FIRST_HIDDEN


FRAME = {"factor": 1e-4}
"""As in `compare`. Attached to all convolutions, or to the dense layers where there are none."""

DROPOUT: dict[str, Any] = {"rate": 1 - KEPT, "layers": behind_hidden}

ARMS = {
    "lenet": Arm("convolutional network, rate 0.2", paper=98.53),
    "mlp": Arm("perceptron, rate 0.5", recipe=MLP, paper=97.36),
    "lenet_l2": Arm(f"convolutional network, L2 of {ALPHA}", "weight_decay", {"factor": ALPHA}),
    "mlp_l2": Arm(f"perceptron, L2 of {ALPHA}", "weight_decay", {"factor": ALPHA}, MLP),
    "lenet_dropout": Arm(f"convolutional network, dropout, r = {KEPT}", "dropout", DROPOUT),
    "mlp_dropout": Arm(f"perceptron, dropout, r = {KEPT}", "dropout", DROPOUT, MLP),
    "lenet_mask": Arm("convolutional network, gradient mask", "gradient_mask"),
    "lenet_frame": Arm("convolutional network, frame regularizer", "FrameRegularizer", FRAME),
    "mlp_frame": Arm("perceptron, frame regularizer", "FrameRegularizer", FRAME, MLP),
    "lenet_freeze": Arm("convolutional network, last epoch frozen", "receptive_field_freeze"),
    "lenet_standardized": Arm("convolutional network, standardized images", recipe=STANDARDIZED),
    "mlp_standardized": Arm("perceptron, standardized images", recipe=MLP | STANDARDIZED),
}
"""A perceptron has no map, so a gradient mask has no neighbours to compare there, and no receptive
field, so a freeze finds no layer: those two arms do not exist."""

BASELINE = {name: name.split("_")[0] for name in ARMS if "_" in name}
"""What each arm is compared with."""

CONTRASTS = (
    Contrast("Do convolutions help?", "lenet", "mlp", 1.17),
    *(
        Contrast("Are there fewer errors with it?", name, baseline)
        for name, baseline in BASELINE.items()
    ),
)

SEEDS = range(5)

TABLE = Table(
    Path(__file__).parent,
    ARMS,
    {
        "paper": PAPER,
        "smoke": replace(
            PAPER, dataset="noise", epochs=1, batch_size=10, images_per_class=4, learning_rate=0.05
        ),
    },
    CONTRASTS,
    {
        "paper": (
            Stage(("lenet", "mlp"), range(3)),
            Stage(("lenet_freeze", "mlp_frame", "mlp_l2", "mlp_dropout"), range(3)),
            Stage(("lenet", "mlp"), SEEDS),
            Stage(("lenet_mask", "lenet_frame", "lenet_l2", "lenet_dropout"), range(3)),
            Stage(tuple(ARMS), SEEDS),
        ),
        "smoke": (Stage(tuple(ARMS), [0, 1]),),
    },
    "The lecture's two networks on MNIST",
)
