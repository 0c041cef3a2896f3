"""The lecture's two networks on MNIST, and at which sizes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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
)
"""All of it is in the lecture: plain gradient descent, batches of 1,000, 15 epochs."""

ARMS = {
    "lenet": Arm("convolutional network, rate 0.2", paper=98.53),
    "mlp": Arm(
        "perceptron, rate 0.5", recipe={"model": "lecture_mlp", "learning_rate": 0.5}, paper=97.36
    ),
}

CONTRASTS = (Contrast("Do convolutions help?", "lenet", "mlp", 1.17),)

TABLE = Table(
    Path(__file__).parent,
    ARMS,
    {
        "paper": PAPER,
        "smoke": replace(PAPER, dataset="noise", epochs=1, batch_size=10, images_per_class=4),
    },
    CONTRASTS,
    {"paper": (Stage(tuple(ARMS), range(5)),), "smoke": (Stage(tuple(ARMS), [0, 1]),)},
    "The lecture's two networks on MNIST",
)
