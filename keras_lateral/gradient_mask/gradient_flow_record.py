"""The record of gradient-flow sensitivity, and of how much of it masks keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.text import Table, columns_of, counted

COLUMNS = {
    "positions_kept": "positions kept",
    "gradient_kept": "|gradient| kept",
    "sensitivity_kept": "sensitivity kept",
}


@dataclass(frozen=True, eq=False)
class LayerGradientFlow:
    """The gradient at one layer and its sensitivity. `gradient_flow_sensitivity` has the equations.

    All arrays are float64, of shape `(samples, height, width)`: sums over the channels.

    Args:
        name: The mask's name, or the layer's.
        sensitivity: sum over c of |Laplacian of dL/da_ijc|.
        gradient: sum over c of |dL/da_ijc|.
        kept_sensitivity: The part of `sensitivity` in channels that the mask lets pass at (i, j);
            `None` without a mask.
        kept_gradient: The same part of `gradient`.
        positions_kept: Share of positions and feature sets at which the gradient passes; NaN
            without a mask.

    Example:

    >>> s, g = np.array([[[3.0, 1.0]]]), np.array([[[1.0, 1.0]]])
    >>> passes = np.array([[[1.0, 0.0]]])
    >>> flow = LayerGradientFlow("conv", s, g, passes * s, passes * g, 0.5)
    >>> flow.sensitivity_kept, flow.sensitivity_lost, flow.gradient_kept
    (0.75, 0.25, 0.5)
    """

    name: str
    sensitivity: np.ndarray = field(repr=False)
    gradient: np.ndarray = field(repr=False)
    kept_sensitivity: np.ndarray | None = field(default=None, repr=False)
    kept_gradient: np.ndarray | None = field(default=None, repr=False)
    positions_kept: float = field(default=float("nan"))

    @property
    def sensitivity_kept(self) -> float:
        """The share of the sensitivity at positions whose gradient passes; NaN without a mask."""
        return _share(self.kept_sensitivity, self.sensitivity)

    @property
    def gradient_kept(self) -> float:
        """The share of |gradient| that passes; NaN without a mask."""
        return _share(self.kept_gradient, self.gradient)

    @property
    def sensitivity_lost(self) -> float:
        """The share of the sensitivity at positions whose gradient is stopped."""
        return 1 - self.sensitivity_kept

    @property
    def gradient_lost(self) -> float:
        """The share of |gradient| that is stopped."""
        return 1 - self.gradient_kept

    def to_dict(self) -> dict[str, Any]:
        """Returns the shares and the mean maps; NaN as None."""
        shares = {key: getattr(self, key) for key in COLUMNS}
        return {
            "name": self.name,
            **{key: None if np.isnan(share) else share for key, share in shares.items()},
            "mean_sensitivity": self.sensitivity.mean(axis=0).tolist(),
            "mean_gradient": self.gradient.mean(axis=0).tolist(),
        }


@dataclass(frozen=True, eq=False, repr=False)
class GradientFlowSensitivity(NamedEntries[LayerGradientFlow]):
    """Gradient-flow sensitivity layer by layer. `gradient_flow_sensitivity` makes it.

    Args:
        layers: One entry per mask or layer, in the order of the forward pass.
        settings: What else is needed to compute it again.

    Example:

    >>> s = np.ones((2, 4, 4))
    >>> flow = LayerGradientFlow("conv", s, s, s / 2, s / 4, 0.25)
    >>> report = GradientFlowSensitivity((flow,))
    >>> report["conv"].sensitivity_kept
    0.5
    >>> print(report)
    what masks keep, in % (2 samples)
          positions kept  |gradient| kept  sensitivity kept
    conv            25.0             25.0              50.0
    """

    layers: tuple[LayerGradientFlow, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    def _entries(self) -> tuple[LayerGradientFlow, ...]:
        return self.layers

    def to_dict(self) -> dict[str, Any]:
        """Returns the shares and mean maps of all layers."""
        layers = [layer.to_dict() for layer in self.layers]
        return {"samples": self._samples, "settings": self.settings, "layers": layers}

    @property
    def _samples(self) -> int:
        return len(self.layers[0].sensitivity)

    def _blocks(self) -> list[Table | str]:
        if all(layer.kept_gradient is None for layer in self.layers):
            names = ", ".join(layer.name for layer in self.layers)
            return [f"gradient-flow sensitivity of {names} ({self._samples} samples), no masks"]
        rows = [
            (layer.name, *(_percent(getattr(layer, key)) for key in COLUMNS))
            for layer in self.layers
        ]
        title = f"what masks keep, in % ({self._samples} samples)"
        return [Table(columns_of(["", *COLUMNS.values()]), rows, above=(title,))]

    def _summary(self) -> str:
        samples = f", {counted(self._samples, 'sample')}" if self.layers else ""
        kept = [
            layer.sensitivity_kept for layer in self.layers if layer.kept_sensitivity is not None
        ]
        share = f", at least {_percent(min(kept))} % of the sensitivity kept" if kept else ""
        return counted(len(self.layers), "layer") + samples + share


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{100 * share:.1f}"


def _share(part: np.ndarray | None, whole: np.ndarray) -> float:
    """Returns part / whole; NaN without a mask, or if the whole is 0."""
    total = whole.sum()
    return float("nan") if part is None or not total else float(part.sum() / total)
