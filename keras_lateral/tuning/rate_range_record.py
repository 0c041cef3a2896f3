"""What a learning-rate range test shows."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_lateral.figure import COLOURS, Drawing, new_figure
from keras_lateral.record import Record
from keras_lateral.text import Table, values_table

BELOW = 10.0
"""The suggestion is the rate of the smallest loss divided by this."""

FALLEN = 0.02
"""Share of the first loss by which it must fall, or nothing is suggested."""

HARDLY = 0.1
"""A fall by less than this share of the loss at the beginning is said with caution."""

BEYOND_NOISE = 5.0
"""A fall by less than this many standard errors of the smoothed loss may be chance."""


def smoothed(losses: Sequence[float], smoothing: float) -> np.ndarray:
    """Returns the exponential moving average of a loss, without the bias of its beginning.

        s_k = b s_{k-1} + (1 - b) L_k,    s_{-1} = 0,    smoothed_k = s_k / (1 - b^(k+1))

    Args:
        losses: The losses `L`.
        smoothing: The share `b` that comes from before.

    Example:

    >>> smoothed([2.0, 2.0, 1.0], 0.5).round(3).tolist()
    [2.0, 2.0, 1.429]
    """
    s, curve = 0.0, []
    for k, loss in enumerate(losses):
        s = smoothing * s + (1 - smoothing) * loss
        curve.append(s / (1 - smoothing ** (k + 1)))
    return np.array(curve)


NORMAL = 1.4826
"""The standard deviation of normal numbers divided by the median of their absolute values."""

WIDTH = 96


@dataclass(frozen=True, repr=False)
class LearningRateTest(Record):
    """Loss against learning rate. `find_learning_rate` creates it.

    Args:
        name: Name of the images.
        rates: The learning rate of each step.
        losses: The loss of each step's batch, before the step.
        smoothing: Share of the smoothed loss that comes from earlier steps.
        settings: What it was made with.

    Example:

    >>> from keras_lateral import LearningRateTest
    >>> rates = tuple(10.0**power for power in range(-5, 1))
    >>> test = LearningRateTest("photos", rates, (2.0, 2.0, 1.8, 1.0, 0.9, 4.0), 0.0)
    >>> test.suggestion, test
    (0.01, <LearningRateTest: photos, suggestion 0.01, 6 steps>)
    """

    name: str
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothing: float = 0.9
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def smoothed_losses(self) -> np.ndarray:
        """The smoothed loss of each step, float64 `(steps,)`."""
        return smoothed(self.losses, self.smoothing)

    @property
    def lowest(self) -> float:
        """The learning rate at which the smoothed loss is smallest."""
        return self.rates[int(np.nanargmin(self.smoothed_losses))]

    @property
    def suggestion(self) -> float | None:
        """A tenth of `lowest`, as a first guess; `None` if the loss did not fall."""
        curve = self.smoothed_losses
        if not np.nanmin(curve) < (1 - FALLEN) * curve[0]:
            return None
        return float(f"{self.lowest / BELOW:.3g}")

    @property
    def caution(self) -> str:
        """Why a suggestion may mean nothing; "" if there is none, or nothing speaks against it.

        The loss at the beginning is the median over the first tenth of the steps. Its standard
        deviation from batch to batch is taken from successive differences, which a slow fall hardly
        changes, and that of the smoothed loss is `sqrt((1 - b) / (1 + b))` of it.
        """
        if self.suggestion is None:
            return ""
        curve = self.smoothed_losses
        place = int(np.nanargmin(curve))
        begins = float(np.median(self.losses[: max(len(self.losses) // 10, 1)]))
        fall = begins - float(curve[place])
        noise = _deviation_of_a_step(self.losses[: place + 1])
        error = noise * math.sqrt((1 - self.smoothing) / (1 + self.smoothing))
        if fall >= max(BEYOND_NOISE * error, HARDLY * begins):
            return ""
        size = f"only {100 * fall / begins:.0f} %" if fall > 0 else "not at all"
        return (
            f"the smoothed loss fell {size} below the loss at the beginning, so the network hardly "
            "learned in this test: check images, labels and network, or take more steps"
        )

    def plot(self) -> Drawing:
        """Draws the loss against the learning rate.

        Returns:
            `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape `(1, 1)`.

        Raises:
            ImportError: If matplotlib is not installed.
        """
        figure, axes = new_figure(1, 1, (6.4, 4.2))
        panel, curve = axes[0, 0], self.smoothed_losses
        panel.plot(self.rates, self.losses, color="0.75", lw=1, label="loss of each step")
        panel.plot(self.rates, curve, color=COLOURS[0], label="smoothed")
        if self.suggestion is not None:
            unsure = " (with caution)" if self.caution else ""
            label = f"suggestion: {self.suggestion:.3g}{unsure}"
            panel.axvline(self.suggestion, color=COLOURS[1], ls="--", label=label)
        finite = curve[np.isfinite(curve)]
        low, top = float(finite.min()), float(finite.max())
        margin = 0.1 * (top - low) or 0.05 * abs(top) or 1.0
        panel.set(
            xscale="log",
            xlabel="learning rate (logarithmic)",
            ylabel="loss of a batch",
            title=f"learning-rate range test on {self.name}",
            ylim=(low - margin, top + margin),  # it need not begin at 0: what counts is the fall
        )
        panel.legend(fontsize="small", frameon=False)
        return Drawing(figure, axes)

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "name": self.name,
            "suggestion": self.suggestion,
            "caution": self.caution,
            "lowest": self.lowest,
            "rates": list(self.rates),
            "losses": list(self.losses),
            "smoothing": self.smoothing,
            "settings": dict(self.settings),
        }

    def _blocks(self) -> list[Table | str]:
        curve = self.smoothed_losses
        found = self.suggestion
        none = "none: the loss did not fall; try other rates, or more steps"
        table = values_table(
            f"learning-rate range test on {self.name}",
            {
                "suggestion": none if found is None else f"{found:.3g}",
                "lowest loss, smoothed": f"{np.nanmin(curve):.3f} at rate {self.lowest:.3g}",
                "first loss, of one batch": f"{curve[0]:.3f} at rate {self.rates[0]:.3g}",
                "last loss, smoothed": f"{curve[-1]:.3g} at rate {self.rates[-1]:.3g}",
                "last loss, of one batch": f"{self.losses[-1]:.3g}",
                "steps": len(self.rates),
            },
        )
        return (
            [table, *textwrap.wrap(f"Caution: {self.caution}.", WIDTH)] if self.caution else [table]
        )

    def _summary(self) -> str:
        found = "no suggestion" if self.suggestion is None else f"suggestion {self.suggestion:.3g}"
        unsure = " with caution" if self.caution else ""
        return f"{self.name}, {found}{unsure}, {len(self.rates)} steps"


def _deviation_of_a_step(losses: Sequence[float]) -> float:
    """Returns the standard deviation of a loss from batch to batch, by successive differences."""
    if len(losses) < 2:
        return 0.0
    return float(np.median(np.abs(np.diff(losses)))) * NORMAL / math.sqrt(2)
