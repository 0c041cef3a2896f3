"""The frame regularizer's accuracies, beside its rivals': what is compared, and at which sizes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from experiments.full_size.recipe import Recipe
from experiments.full_size.table import Arm, Contrast, Stage, Table
from experiments.gradient_mask_table_2 import config as gradient_mask

TWO_CORES = gradient_mask.TWO_CORES
PILOT = gradient_mask.PILOT

FRAME = {"lower": 0.5, "upper": 2.0, "method": "fourier"}

ARMS = {
    "none": Arm("none, weight decay 5e-4", paper=75.58),
    "no_decay": Arm("none, no weight decay", recipe={"decay": 0.0}),
    "ocnn": Arm("orthogonal convolution", "OrthogonalConvolution", {"factor": 0.1}, paper=76.57),
    "frame": Arm("frame", "FrameRegularizer", {**FRAME, "factor": 1e-3}, paper=77.61),
    "frame_no_decay": Arm(
        "frame, no weight decay",
        "FrameRegularizer",
        {**FRAME, "factor": 1e-3},
        recipe={"decay": 0.0},
    ),
}

CANDIDATES = {
    "pilot_ocnn_1e-2": Arm(
        "orthogonal convolution, 0.01", "OrthogonalConvolution", {"factor": 1e-2}
    ),
    **{
        f"pilot_frame_{factor:g}": Arm(
            f"frame, no weight decay, {factor:g}",
            "FrameRegularizer",
            {**FRAME, "factor": factor},
            recipe={"decay": 0.0},
        )
        for factor in (1e-2, 1e-4)
    },
}

TABLE = Table(
    Path(__file__).parent,
    {**ARMS, **CANDIDATES},
    {"two_cores": TWO_CORES, "pilot": PILOT, "smoke": gradient_mask.SMOKE},
    (),
    {"pilot": (Stage(("no_decay", "ocnn", "frame_no_decay", *CANDIDATES), [0]),)},
    "The frame regularizer's table of accuracies",
)
