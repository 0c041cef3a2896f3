"""What became of an effective receptive field, from before a training to after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_lateral.analysis.shortest_run import MASS
from keras_lateral.record import Record

if TYPE_CHECKING:
    from keras_lateral.analysis.effective_receptive_field_record import EffectiveReceptiveField


@dataclass(frozen=True, eq=False)
class EffectiveReceptiveFieldChange(Record):
    """Two effective receptive fields of one unit. `EffectiveReceptiveField.compare` makes it.

    Args:
        before: The earlier field.
        after: The later field, on images of the same size.

    Raises:
        ValueError: If the maps have different shapes.

    Example:

    >>> from keras_lateral import EffectiveReceptiveField
    >>> before = EffectiveReceptiveField(np.array([0.0, 0, 1, 0, 0]), "conv")
    >>> change = before.compare(EffectiveReceptiveField(np.array([0.0, 1, 2, 1, 0]), "conv"))
    >>> change.growth(), change.overlap
    ((3.0,), 0.5)
    >>> print(change)
    conv: 1 -> 3 pixels, overlap 0.5
    """

    before: EffectiveReceptiveField
    after: EffectiveReceptiveField

    def __post_init__(self) -> None:
        if self.before.map.shape != self.after.map.shape:
            raise ValueError(
                "Invalid value for argument `after`. Expected a map of shape "
                f"{self.before.map.shape}, as before. Received: shape={self.after.map.shape}"
            )

    def growth(self, mass: float = MASS) -> tuple[float, ...]:
        """Returns, for each axis, the later size divided by the earlier one."""
        sizes = zip(self.after.size(mass), self.before.size(mass), strict=True)
        return tuple(after / before for after, before in sizes)

    @property
    def overlap(self) -> float:
        """Sum over pixels of min(M / sum M) of both maps: 1 if they are alike, 0 if apart."""
        shares = [one.map / one.map.sum() for one in (self.before, self.after)]
        return float(np.minimum(*shares).sum())

    def to_dict(self) -> dict[str, Any]:
        """Returns both records and what is computed of them."""
        return {
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "growth": list(self.growth()),
            "overlap": self.overlap,
        }

    def __str__(self) -> str:
        before, after = (" x ".join(map(str, one.size())) for one in (self.before, self.after))
        return f"{self.after.layer}: {before} -> {after} pixels, overlap {self.overlap:.2g}"
