"""The record of how much of the gradient masks keep."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.text import Column, Table, counted

COLUMNS = {
    "positions_kept": "positions kept",
    "energy_kept": "energy kept",
    "positions_by_norm": "norm rule",
    "energy_arriving": "arrives",
    "energy_left": "is left",
}


@dataclass(frozen=True)
class MaskedShare:
    """What one mask keeps. `gradient_mask_report` gives the equations.

    Args:
        name: The mask's label, see `find_gradient_masks`.
        enabled: Whether the mask acts; one that does not keeps everything.
        positions_kept: Share of positions whose gradient passes, over samples and feature sets.
        energy_kept: Share of the arriving gradient's energy that passes.
        positions_by_norm: Share of positions that would keep this energy, chosen by norm.
        energy_arriving: Energy that arrives, relative to the same training step without masks.
    """

    name: str
    enabled: bool
    positions_kept: float
    energy_kept: float
    positions_by_norm: float
    energy_arriving: float

    @property
    def energy_left(self) -> float:
        """Energy that passes, relative to what would arrive without masks."""
        return self.energy_arriving * self.energy_kept

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {**asdict(self), "energy_left": self.energy_left}


@dataclass(frozen=True, repr=False)
class GradientMaskReport(NamedEntries[MaskedShare]):
    """How much the masks of a model keep. `gradient_mask_report` makes it.

    Args:
        layers: One entry per mask, in the order of the forward pass: the first is the one that
            the gradient reaches last.
        samples: Number of samples measured.
        batch_size: Samples per training step.

    Example:

    >>> share = MaskedShare("conv", True, 0.75, 0.5, 0.25, 0.5)
    >>> report = GradientMaskReport((share,), samples=64, batch_size=32)
    >>> report["conv"].energy_left
    0.25
    >>> print(report)
    gradient that masks keep, in % (64 samples, 32 a step)
          positions kept  energy kept  norm rule  arrives  is left
    conv            75.0         50.0       25.0     50.0     25.0
    norm rule: positions that would keep this energy, were they chosen by norm
    arrives, is left: energy before and behind the mask, relative to no mask in the model
    """

    layers: tuple[MaskedShare, ...]
    samples: int
    batch_size: int

    _kind = "gradient mask"

    def _entries(self) -> tuple[MaskedShare, ...]:
        return self.layers

    @property
    def energy_left(self) -> float:
        """Energy left after the first layer's mask, relative to a model without masks."""
        return self.layers[0].energy_left

    def without_effect(self) -> list[str]:
        """Returns the names of the masks that act and have stopped no gradient."""
        return [layer.name for layer in self.layers if layer.enabled and not layer.energy_kept < 1]

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        layers = [layer.to_dict() for layer in self.layers]
        return {"samples": self.samples, "batch_size": self.batch_size, "layers": layers}

    def _blocks(self) -> list[Table | str]:
        columns = (Column(align="<"), *(Column(text, width=len(text)) for text in COLUMNS.values()))
        rows = [
            (
                layer.name + ("" if layer.enabled else " (off)"),
                *(f"{100 * getattr(layer, key):.1f}" for key in COLUMNS),
            )
            for layer in self.layers
        ]
        title = f"gradient that masks keep, in % ({self.samples} samples, {self.batch_size} a step)"
        notes = (
            "norm rule: positions that would keep this energy, were they chosen by norm",
            "arrives, is left: energy before and behind the mask, relative to no mask in the model",
        )
        return [Table(columns, rows, (title,), notes)]

    def _summary(self) -> str:
        left = f", energy left {100 * self.energy_left:.1f} %" if self.layers else ""
        return f"{counted(len(self.layers), 'mask')}{left}, {counted(self.samples, 'sample')}"
