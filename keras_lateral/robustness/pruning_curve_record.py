"""Accuracy against sparsity, as a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keras_lateral.record import Record


@dataclass(frozen=True)
class PruningPoint:
    """A model's accuracy at one sparsity.

    Args:
        sparsity: The share of weights or filters that was asked for.
        share: The share of the weights of all kernels that were pruned, those of layers that were
            not chosen included: curves of one model have one axis.
        accuracy: The share of images named rightly.

    Example:

    >>> from keras_lateral import PruningPoint
    >>> PruningPoint(sparsity=0.5, share=0.5, accuracy=0.75).to_dict()
    {'sparsity': 0.5, 'share': 0.5, 'accuracy': 0.75}
    """

    sparsity: float
    share: float
    accuracy: float

    def to_dict(self) -> dict[str, float]:
        """Returns all values by their names."""
        return asdict(self)


@dataclass(frozen=True)
class PruningCurve(Record):
    """A model's accuracy against its sparsity, without training on. `pruning_curve` makes it.

    Args:
        points: One for each sparsity, in their order.
        images: How many images it was measured on.
        scope: As for `prune`.
        structure: As for `prune`.
        model: The model's name.

    Example:

    >>> from keras_lateral import PruningCurve, PruningPoint
    >>> points = (PruningPoint(0.0, 0.0, 0.9), PruningPoint(0.5, 0.5, 0.6))
    >>> curve = PruningCurve(points, images=100)
    >>> curve.accuracies
    (0.9, 0.6)
    >>> print(curve)
    accuracy of "model" pruned, without training on (100 images; scope global)
    sparsity  weights zero %  accuracy %
           0             0.0        90.0
         0.5            50.0        60.0
    """

    points: tuple[PruningPoint, ...]
    images: int
    scope: str = "global"
    structure: str | None = None
    model: str = "model"

    @property
    def sparsities(self) -> tuple[float, ...]:
        """The sparsities that were asked for."""
        return tuple(point.sparsity for point in self.points)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """The accuracy at each of them."""
        return tuple(point.accuracy for point in self.points)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        points = [point.to_dict() for point in self.points]
        return {**asdict(self), "points": points}

    def __str__(self) -> str:
        structure = "" if self.structure is None else f", structure {self.structure}"
        head = (
            f'accuracy of "{self.model}" pruned, without training on '
            f"({self.images:,} images; scope {self.scope}{structure})"
        )
        rows = [
            f"{point.sparsity:8g}  {100 * point.share:14.1f}  {100 * point.accuracy:10.1f}"
            for point in self.points
        ]
        return "\n".join([head, "sparsity  weights zero %  accuracy %", *rows])
