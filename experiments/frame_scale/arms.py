"""What is chosen from: penalties and strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from keras_lateral import FrameRegularizer


@keras.saving.register_keras_serializable(package="frame_scale")
@dataclass(eq=False)
class LogarithmicFrameRegularizer(FrameRegularizer):
    """Penalizes log(1 + R), whose gradient is that of R relative to 1 + R."""

    def penalty(self, kernel: Any, draw: Any) -> Any:
        """Returns log(1 + R)."""
        return keras.ops.log1p(super().penalty(kernel, draw))


@dataclass(frozen=True)
class Arm:
    """One way to penalize.

    Args:
        strength: The factor.
        logarithmic: Whether the penalty is log(1 + R) instead of R.
        of_start: Whether R is divided by its value before the first step.
    """

    strength: float
    logarithmic: bool = False
    of_start: bool = False


CHOICES: Mapping[str, Arm] = {
    "none": Arm(0.0),
    "R, 0.01": Arm(1e-2),
    "R, 0.001": Arm(1e-3),
    "R, 0.0001": Arm(1e-4),
    "log, 0.3": Arm(0.3, logarithmic=True),
    "log, 0.1": Arm(0.1, logarithmic=True),
    "log, 0.03": Arm(0.03, logarithmic=True),
    "log, 0.01": Arm(0.01, logarithmic=True),
    "start, 0.3": Arm(0.3, of_start=True),
    "start, 0.1": Arm(0.1, of_start=True),
}


def strengths(arm: Arm, kernels: Sequence[keras.Variable]) -> list[float]:
    """Returns the factor of each 3 x 3 convolution with stride 1, of those among the kernels."""
    found = []
    for kernel in kernels:
        if len(kernel.shape) == 4:
            start = float(FrameRegularizer(factor=1.0)(kernel.value)) if arm.of_start else 1.0
            found.append(arm.strength / start)
    return found
