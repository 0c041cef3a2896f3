"""What is compared: the sizes of the study, and its arms as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from experiments.common.size import Size

Start = Literal["he", "delta"]
Where = Literal["all", "convolutions", "without stem", "stem", "3 x 3"]
RESULTS = Path(__file__).parent / "results"

Bounds = tuple[float | None, float | None]


# Channels of the three stages.
SIZES = {
    "full": Size(20, 25, 100, 30, (16, 32, 64), seeds=2),
    # TensorFlow 2.21 on two threads crashes with 8 channels here (oneDNN); with 16 it does not.
    "smoke": Size(5, 10, 10, 2, (16, 16, 16), seeds=1),
}


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Args:
        text: The regularizer, for the table.
        regularizer: Name of the class in `keras_lateral`, `"L2"` for Keras' own, or None.
        arguments: Arguments of the regularizer.
        start: Initialization of the convolutions' kernels.
        where: Layers that have the regularizer.
        warmup: Share of the epochs over which the factor grows from 0.
        scales: Maps a share of the epochs to what the factor is multiplied by from then on.
        note: What the scales do, for the table.
        rate: Factor by which the learning rate is multiplied.
    """

    text: str
    regularizer: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    start: Start = "he"
    where: Where = "convolutions"
    warmup: float = 0.0
    scales: Mapping[float, float] = field(default_factory=dict)
    note: str = ""
    rate: float = 1.0

    def regularizes(self, name: str) -> bool:
        """Returns whether the layer of this name has the regularizer."""
        return {
            "all": True,
            "convolutions": name != "logits",
            "stem": name == "stem",
            "without stem": name not in ("logits", "stem"),
            "3 x 3": name != "logits" and not name.endswith("shortcut"),
        }[self.where]

    @property
    def label(self) -> str:
        """Description of the arm, for the table."""
        parts = [self.text]
        if self.regularizer not in (None, "L2") and self.where != "convolutions":
            other = {"all": "dense layer too", "stem": "stem only", "3 x 3": "3 x 3 only"}
            parts.append(other.get(self.where, self.where))
        if self.arguments.get("every", 1) > 1:
            parts.append(f"every {self.arguments['every']} steps")
        if self.warmup:
            parts.append(f"warm-up over {self.warmup:.0%}")
        if self.scales is PUBLISHED_SCALES:
            parts.append("published schedule")
        if self.note:
            parts.append(self.note)
        if self.rate != 1:
            parts.append(f"learning rate times {self.rate:g}")
        if self.start == "delta":
            parts.append("delta start")
        return ", ".join(parts)

    @property
    def yardstick(self) -> Bounds:
        """The bounds that R is measured with: the arm's own, or 0.5 and 2."""
        if self.regularizer != "FrameRegularizer":
            return (0.5, 2.0)
        return self.arguments["lower"], self.arguments["upper"]


def _frame(
    lower: float | None, upper: float | None, factor: float, every: int = 1, **others: Any
) -> Arm:
    arguments = {"lower": lower, "upper": upper, "factor": factor, "every": every}
    bounds = [f"{name} = {v:g}" for name, v in (("A", lower), ("B", upper)) if v is not None]
    # "fourier" has the fewest operations here, where kernels are small: the same R, faster.
    arguments["method"] = "fourier"
    return Arm(f"frame {', '.join(bounds)}, {factor:g}", "FrameRegularizer", arguments, **others)


PUBLISHED_SCALES = {0.1: 1e-3, 0.25: 1e-4, 0.35: 1e-6, 0.6: 0.0}
"""Schedule of soft orthogonality and SRIP: from epochs 20, 50, 70 and 120 of 200 on."""

ARMS = {
    "none": Arm("none"),
    "none_delta": Arm("none", start="delta"),
    "l2_1e-4": Arm("L2 1e-4", "L2", {"l2": 1e-4}, where="all"),
    "l2_5e-4": Arm("L2 5e-4", "L2", {"l2": 5e-4}, where="all"),
    "l2_5e-3": Arm("L2 5e-3", "L2", {"l2": 5e-3}, where="all"),
    "l2_1e-2": Arm("L2 1e-2", "L2", {"l2": 1e-2}, where="all"),
    "l2_3e-2": Arm("L2 3e-2", "L2", {"l2": 3e-2}, where="all"),
    "l2_5e-3_delta": Arm("L2 5e-3", "L2", {"l2": 5e-3}, "delta", "all"),
    "l2_1e-2_delta": Arm("L2 1e-2", "L2", {"l2": 1e-2}, "delta", "all"),
    "none_rate_0.01": Arm("none", rate=0.2),
    "none_delta_rate_0.01": Arm("none", start="delta", rate=0.2),
    "none_rate_0.02": Arm("none", rate=0.4),
    "none_rate_0.005": Arm("none", rate=0.1),
    "none_rate_0.1": Arm("none", rate=2.0),
    "none_rate_0.2": Arm("none", rate=4.0),
    "so": Arm("soft orthogonality, 0.1", "SoftOrthogonality"),
    "so_scaled": Arm("soft orthogonality, 0.1", "SoftOrthogonality", scales=PUBLISHED_SCALES),
    "so_delta": Arm("soft orthogonality, 0.1", "SoftOrthogonality", start="delta"),
    "srip": Arm("SRIP, 0.01", "SpectralRestrictedIsometry", scales=PUBLISHED_SCALES),
    "ocnn": Arm("orthogonal convolution, 0.1", "OrthogonalConvolution"),
    "ocnn_delta": Arm("orthogonal convolution, 0.1", "OrthogonalConvolution", start="delta"),
    "mhe": Arm("hyperspherical energy, 1", "MinimumHypersphericalEnergy"),
    "frame_1e-2_rate_0.01": _frame(0.5, 2.0, 1e-2, rate=0.2),
    "frame_1e-1": _frame(0.5, 2.0, 1e-1),
    "frame_1e-2": _frame(0.5, 2.0, 1e-2),
    "frame_1e-3": _frame(0.5, 2.0, 1e-3),
    "frame_1e-4": _frame(0.5, 2.0, 1e-4),
    "frame_1e-5": _frame(0.5, 2.0, 1e-5),
    "frame_1_delta": _frame(0.5, 2.0, 1.0, start="delta"),
    "frame_3e-1_delta": _frame(0.5, 2.0, 3e-1, start="delta"),
    "frame_1e-1_delta": _frame(0.5, 2.0, 1e-1, start="delta"),
    "frame_3e-2_delta": _frame(0.5, 2.0, 3e-2, start="delta"),
    "frame_1e-2_delta": _frame(0.5, 2.0, 1e-2, start="delta"),
    "frame_1e-1_delta_rate_0.01": _frame(0.5, 2.0, 1e-1, start="delta", rate=0.2),
    "frame_1e-2_delta_rate_0.01": _frame(0.5, 2.0, 1e-2, start="delta", rate=0.2),
    "frame_3e-2_delta_rate_0.01": _frame(0.5, 2.0, 3e-2, start="delta", rate=0.2),
    "frame_1e-3_delta": _frame(0.5, 2.0, 1e-3, start="delta"),
    "frame_1e-4_delta": _frame(0.5, 2.0, 1e-4, start="delta"),
    "warmup_1e-2": _frame(0.5, 2.0, 1e-2, warmup=0.3),
    "warmup_1e-1": _frame(0.5, 2.0, 1e-1, warmup=0.3),
    "upper_1e-2": _frame(None, 2.0, 1e-2),
    "upper_1e-2_stem": _frame(None, 2.0, 1e-2, where="stem"),
    "upper_1e-2_no_stem": _frame(None, 2.0, 1e-2, where="without stem"),
    "lower_1e-2": _frame(0.5, None, 1e-2),
    "tight_1e-2": _frame(1.0, 1.0, 1e-2),
    "low_1e-2": _frame(0.25, 1.0, 1e-2),
    "upper_3e-2_delta": _frame(None, 2.0, 3e-2, start="delta"),
    "lower_3e-2_delta": _frame(0.5, None, 3e-2, start="delta"),
    "tight_3e-2_delta": _frame(1.0, 1.0, 3e-2, start="delta"),
    "low_3e-2_delta": _frame(0.25, 1.0, 3e-2, start="delta"),
    "all_3e-2_delta": _frame(0.5, 2.0, 3e-2, start="delta", where="all"),
    "no_stem_3e-2_delta": _frame(0.5, 2.0, 3e-2, start="delta", where="without stem"),
    "3x3_3e-2_delta": _frame(0.5, 2.0, 3e-2, start="delta", where="3 x 3"),
    "no_stem_1e-1_delta": _frame(0.5, 2.0, 1e-1, start="delta", where="without stem"),
    "no_stem_3e-1_delta": _frame(0.5, 2.0, 3e-1, start="delta", where="without stem"),
    "no_stem_every4_1e-2_delta": _frame(
        0.5, 2.0, 1e-2, start="delta", where="without stem", every=4
    ),
    "every4_1e-3_delta": _frame(0.5, 2.0, 1e-3, start="delta", every=4),
    "every4_1e-2": _frame(0.5, 2.0, 1e-2, every=4),
    "every4_1e-3": _frame(0.5, 2.0, 1e-3, every=4),
    "every4_3e-2_delta": _frame(0.5, 2.0, 3e-2, start="delta", every=4),
    "every4_1e-2_delta": _frame(0.5, 2.0, 1e-2, start="delta", every=4),
    "first_half_3e-2_delta": _frame(
        0.5, 2.0, 3e-2, start="delta", scales={0.5: 0.0}, note="first half"
    ),
    "last_half_3e-2_delta": _frame(
        0.5, 2.0, 3e-2, start="delta", scales={0.0: 0.0, 0.5: 1.0}, note="last half"
    ),
}
"""Arms by name."""

SMOKE_ARMS = ("none", "warmup_1e-2")

CONTRASTS = (
    ("The start alone?", "none_delta", "none"),
    ("A lower learning rate alone?", "none_delta_rate_0.01", "none_delta"),
    ("The frame where it is reached?", "frame_3e-2_delta_rate_0.01", "none_delta_rate_0.01"),
    ("Orthogonality where it is reached?", "ocnn_delta", "none_delta"),
    ("Both bounds or the upper one?", "frame_1e-2", "upper_1e-2"),
    ("Frame or weight decay?", "frame_1e-2", "l2_5e-3"),
    ("Frame or soft orthogonality?", "frame_1e-2", "so"),
    ("Frame or orthogonal convolution?", "frame_1e-2", "ocnn"),
    ("Frame or learning rate?", "frame_1e-2", "none_rate_0.1"),
    ("Upper bound or learning rate?", "upper_1e-2", "none_rate_0.1"),
    ("Start and rate, against He's?", "none_delta_rate_0.01", "none"),
    ("Reached or not?", "frame_3e-2_delta_rate_0.01", "frame_1e-2"),
)
"""Pairs of arms: question, first arm, second arm."""
