"""What is compared: the sizes of the study, and its arms as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from experiments.common.size import Size

RESULTS = Path(__file__).parent / "results"

Kind = Literal["none", "convolution", "after_relu", "rescaled", "soft", "random"]


# Channels of the five convolutions: at 32 x 32, twice 16 x 16, twice 8 x 8.
SIZES = {
    "full": Size(20, 25, 100, 24, (16, 32, 32, 48, 48)),
    "smoke": Size(5, 10, 10, 2, (8, 8, 8, 8, 8), seeds=1),
}


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Args:
        text: Description of the arm, for the table.
        kind: `"none"`; `"convolution"`: `GradientMaskConv2D`; `"after_relu"`: `GradientMask`
            behind each activation; the others are prototypes of this study (`prototypes.py`).
        arguments: Arguments of the masking layer.
        layers: Numbers of the convolutions that have a mask, from 0.
        epochs: First and last share of the training between which the masks act.
    """

    text: str
    kind: Kind = "convolution"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[int, ...] = (0, 1, 2, 3, 4)
    epochs: tuple[float, float] = (0.0, 1.0)


def _mask(sets: int | str, threshold: float, mode: str = "mean", **others: Any) -> dict[str, Any]:
    main = {"sigma": 1.0, "feature_sets": sets, "threshold": threshold, "threshold_mode": mode}
    return {**main, **others}


ARMS = {
    "none": Arm("no mask", "none"),
    "log_k1_t002": Arm("LoG, K=1, 0.02", arguments=_mask(1, 0.02)),
    "log_k1_t01": Arm("LoG, K=1, 0.1", arguments=_mask(1, 0.1)),
    "log_k1_t03": Arm("LoG, K=1, 0.3", arguments=_mask(1, 0.3)),
    "log_k4_t01": Arm("LoG, K=4, 0.1", arguments=_mask(4, 0.1)),
    "log_k4_t03": Arm("LoG, K=4, 0.3", arguments=_mask(4, 0.3)),
    "log_channels_t002": Arm("LoG, K=channels, 0.02", arguments=_mask("channels", 0.02)),
    "log_channels_t01": Arm("LoG, K=channels, 0.1", arguments=_mask("channels", 0.1)),
    "weights_k1_t002": Arm("weights only, K=1, 0.02", arguments=_mask(1, 0.02, scope="weights")),
    "weights_k1_t01": Arm("weights only, K=1, 0.1", arguments=_mask(1, 0.1, scope="weights")),
    "weights_k1_t03": Arm("weights only, K=1, 0.3", arguments=_mask(1, 0.3, scope="weights")),
    "weights_k4_t01": Arm("weights only, K=4, 0.1", arguments=_mask(4, 0.1, scope="weights")),
    "log_q10": Arm("LoG, K=1, 10 % stopped", arguments=_mask(1, 0.1, "quantile")),
    "norm_q10": Arm(
        "norm, K=1, 10 % stopped", arguments=_mask(1, 0.1, "quantile", inhibition="norm")
    ),
    "random_q10": Arm("random positions, 10 % stopped", "random", {"share": 0.1}),
    "log_q25": Arm("LoG, K=1, 25 % stopped", arguments=_mask(1, 0.25, "quantile")),
    "norm_q25": Arm(
        "norm, K=1, 25 % stopped", arguments=_mask(1, 0.25, "quantile", inhibition="norm")
    ),
    "random_q25": Arm("random positions, 25 % stopped", "random", {"share": 0.25}),
    "norm_k1_t01": Arm("norm, K=1, 0.1", arguments=_mask(1, 0.1, inhibition="norm")),
    "sigma05": Arm("LoG, K=1, 0.1, sigma 0.5", arguments={**_mask(1, 0.1), "sigma": 0.5}),
    "sigma2": Arm("LoG, K=1, 0.1, sigma 2", arguments={**_mask(1, 0.1), "sigma": 2.0}),
    "first_layers": Arm("LoG, K=1, 0.1, layers 1-2", arguments=_mask(1, 0.1), layers=(0, 1)),
    "last_layers": Arm("LoG, K=1, 0.1, layers 4-5", arguments=_mask(1, 0.1), layers=(3, 4)),
    "first_epochs": Arm(
        "LoG, K=1, 0.1, first half of the epochs", arguments=_mask(1, 0.1), epochs=(0.0, 0.5)
    ),
    "last_epochs": Arm(
        "LoG, K=1, 0.1, last half of the epochs", arguments=_mask(1, 0.1), epochs=(0.5, 1.0)
    ),
    "after_relu": Arm("LoG, K=1, 0.1, behind the ReLU", "after_relu", _mask(1, 0.1)),
    "rescaled_t01": Arm("LoG, K=1, 0.1, norm kept", "rescaled", _mask(1, 0.1)),
    "soft_t01": Arm("LoG, K=1, soft at 0.1", "soft", _mask(1, 0.1)),
    "soft_t05": Arm("LoG, K=1, soft at 0.5", "soft", _mask(1, 0.5)),
}
"""Arms by name. Thresholds are multiples of the map's mean |delta| unless a share is given."""

SMOKE_ARMS = ("none", "first_epochs", "soft_t01")
"""No mask, one of the library's that is switched off half-way, and a prototype."""

CHECK = Arm("LoG, K=1, 0: nothing is stopped", arguments=_mask(1, 0.0))
"""Must train like `none`, to the last bit: then the arms differ only in their masks."""

CONTRASTS = (
    ("Lateral inhibition or norm?", "log_q10", "norm_q10"),
    ("Lateral inhibition or norm?", "log_q25", "norm_q25"),
    ("Lateral inhibition or norm?", "log_k1_t01", "norm_k1_t01"),
    ("Does it matter where?", "log_q10", "random_q10"),
    ("Does it matter where?", "log_q25", "random_q25"),
    ("Minicolumns?", "log_k1_t01", "log_channels_t01"),
    ("Minicolumns?", "log_k1_t002", "log_channels_t002"),
    ("One or four feature sets?", "log_k4_t01", "log_k1_t01"),
    ("Own weights only?", "weights_k1_t01", "log_k1_t01"),
    ("Own weights only?", "weights_k1_t03", "log_k1_t03"),
    ("Narrower?", "sigma05", "log_k1_t01"),
    ("Wider?", "sigma2", "log_k1_t01"),
    ("Keep the norm?", "rescaled_t01", "log_k1_t01"),
    ("Soft?", "soft_t01", "log_k1_t01"),
    ("Softer?", "soft_t05", "soft_t01"),
    ("Behind the ReLU?", "after_relu", "log_k1_t01"),
    ("Early or late layers?", "first_layers", "last_layers"),
    ("Early or late epochs?", "first_epochs", "last_epochs"),
)
"""Pairs of arms that differ in one respect: question, first arm, second arm."""
