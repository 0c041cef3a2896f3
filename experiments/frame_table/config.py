"""The frame regularizer's accuracies, beside its rivals': what is compared, and at which sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.full_size.recipe import Recipe
from experiments.full_size.table import Arm, Contrast, Stage, Table
from experiments.gradient_mask_table_2 import config as gradient_mask

TWO_CORES = gradient_mask.TWO_CORES
PILOT = gradient_mask.PILOT

FRAME = {"lower": 0.5, "upper": 2.0, "method": "fourier"}
"""The library's default bounds; `"fourier"` is the fastest form of the same penalty here."""

FACTOR = 1e-3
"""Of 1e-2, 1e-3 and 1e-4, what was best on held-out training images at this learning rate."""

OCNN = 1e-2
"""Of 0.1, as published, and 0.01, what was best there."""

NO_DECAY = {"decay": 0.0}


def frame(factor: float, text: str, **others: Any) -> Arm:
    """Returns an arm with the frame regularizer at its default bounds."""
    return Arm(text, "FrameRegularizer", {**FRAME, "factor": factor}, **others)


def ocnn(factor: float, text: str, **others: Any) -> Arm:
    """Returns an arm with the orthogonal convolution's regularizer."""
    return Arm(text, "OrthogonalConvolution", {"factor": factor}, **others)


ARMS = {
    "none": Arm("none, weight decay 5e-4", paper=75.58),
    "no_decay": Arm("none, no weight decay", recipe=NO_DECAY),
    "frame_no_decay": frame(FACTOR, "frame, no weight decay", recipe=NO_DECAY),
    "ocnn": ocnn(OCNN, "orthogonal convolution", paper=76.57),
    "frame": frame(FACTOR, "frame", paper=77.61),
}
"""Arms by name; those with weight decay, unless they say otherwise."""

CANDIDATES = {
    "pilot_ocnn_0.1": ocnn(0.1, "orthogonal convolution, 0.1"),
    "pilot_frame_0.01": frame(1e-2, "frame, no weight decay, 0.01", recipe=NO_DECAY),
    "pilot_frame_0.0001": frame(1e-4, "frame, no weight decay, 0.0001", recipe=NO_DECAY),
}
"""The others of what the numbers above were chosen from."""

CONTRASTS = (
    Contrast("Does the frame help?", "frame", "none", 2.03),
    Contrast("Does orthogonal convolution?", "ocnn", "none", 0.99),
    Contrast("The frame rather than orthogonal convolution?", "frame", "ocnn", 1.04),
    Contrast("What does weight decay add?", "none", "no_decay"),
    Contrast("The frame, without weight decay?", "frame_no_decay", "no_decay"),
    Contrast("The frame in the place of weight decay?", "frame_no_decay", "none"),
    Contrast("Does the frame still need weight decay?", "frame", "frame_no_decay"),
)
"""The claims are those of ResNet-34 on CIFAR-100."""

OWN = tuple(arm for arm in ARMS if arm != "none")

TABLE = Table(
    Path(__file__).parent,
    {**ARMS, **CANDIDATES},
    {"two_cores": TWO_CORES, "pilot": PILOT, "smoke": gradient_mask.SMOKE},
    CONTRASTS,
    {
        "two_cores": (Stage(OWN, range(3)), Stage(OWN, range(5))),
        "pilot": (Stage(("no_decay", "ocnn", "frame_no_decay", *CANDIDATES), [0]),),
        "smoke": (Stage(OWN, [0, 1]),),
    },
    "The frame regularizer's table of accuracies (CIFAR-100)",
    borrowed={"none": ("gradient_mask_table_2", "none")},
)
