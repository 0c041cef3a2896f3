"""The record of a unit's effective receptive field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.record import Record
from keras_lateral.text import Table, counted, values_table

MASS = 0.9545
"""The mass of a normal distribution within two standard deviations, as in Luo et al."""

Interval = tuple[int, int]
"""First and last pixel along one axis."""


def shortest_run(values: np.ndarray, mass: float = MASS) -> Interval:
    """Returns the first and last index of the shortest run that holds a share of the sum.

    Of several, it is the one whose middle is closest to the middle of the mass.

    Args:
        values: Array of shape `(n,)`, not negative, not all 0.
        mass: The share, above 0 and not above 1.

    Raises:
        ValueError: If `mass` is not such a share.

    Example:

    >>> shortest_run(np.array([1.0, 1, 5, 3, 0]), 0.8)
    (2, 3)
    """
    if not 0 < mass <= 1:
        raise ValueError(
            "Invalid value for argument `mass`. Expected a share above 0 and not above 1. "
            f"Received: mass={mass}"
        )
    sums = np.concatenate([[0.0], np.cumsum(values, dtype="float64")])
    # Rounding must not cost a pixel where a run holds exactly the share.
    wanted = mass * sums[-1] * (1 - 1e-12)
    firsts = np.arange(len(values))
    # The end of the shortest run from each first pixel, exclusive; len(sums) where none suffices.
    ends = np.searchsorted(sums, sums[:-1] + wanted)
    lengths = np.where(ends < len(sums), ends - firsts, math.inf)
    candidates = np.flatnonzero(lengths == lengths.min())
    middle = float(np.average(firsts, weights=values))
    middles = (firsts + ends - 1)[candidates] / 2
    first = int(candidates[np.argmin(np.abs(middles - middle))])
    return first, int(ends[first]) - 1


@dataclass(frozen=True, eq=False, repr=False)
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
        """Sum over pixels of min(M / sum M) of both maps: 1 if equal, 0 if disjoint."""
        shares = [field.map / field.map.sum() for field in (self.before, self.after)]
        return float(np.minimum(*shares).sum())

    def to_dict(self) -> dict[str, Any]:
        """Returns both records and what is computed from them."""
        return {
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "growth": list(self.growth()),
            "overlap": self.overlap,
        }

    def __str__(self) -> str:
        before, after = (" x ".join(map(str, field.size())) for field in (self.before, self.after))
        return f"{self.after.layer}: {before} -> {after} pixels, overlap {self.overlap:.2g}"

    def _blocks(self) -> list[Table | str]:
        growth = " x ".join(f"{factor:.3g}" for factor in self.growth())
        values = {
            "pixels before": _by(self.before.size()),
            "pixels after": _by(self.after.size()),
            "growth": growth,
            "overlap": f"{self.overlap:.2g}",
        }
        return [values_table(f"effective receptive field of {self.after.layer}", values)]

    def _summary(self) -> str:
        sizes = f"{_by(self.before.size())} -> {_by(self.after.size())} pixels"
        return f"{sizes}, overlap {self.overlap:.2g}, layer {self.after.layer!r}"


@dataclass(frozen=True, eq=False, repr=False)
class EffectiveReceptiveField(Record):
    """How much each pixel matters to one unit. `effective_receptive_field` makes it.

    Args:
        map: M, float64 array of shape `(*spatial)`: the mean absolute derivative of the unit with
            respect to a pixel, summed over the pixel's channels.
        layer: The layer's name.
        position: The unit's position in the layer's map; `()` for a layer without a map.
        images: Number of images over which M is a mean.
        calculated: First and last pixel, for each axis, of the calculated receptive field. They
            may lie outside the image. `None` if it is not known.

    Example:

    >>> field = EffectiveReceptiveField(np.array([0.0, 1, 2, 1, 0]), calculated=((0, 4),))
    >>> field.size(mass=0.9), field.size(mass=0.5), field.box(mass=0.5)
    ((3,), (1,), ((2, 2),))
    >>> field.ratio(mass=0.9), field.luo_size()
    ((0.6,), 3.0)
    >>> print(field)
    layer: 95.45 % of the gradient within 3 of 5 pixels (ratio 0.6), 1 image
    """

    map: np.ndarray
    layer: str = "layer"
    position: tuple[int, ...] = ()
    images: int = 1
    calculated: tuple[Interval, ...] | None = None

    def box(self, mass: float = MASS) -> tuple[Interval, ...]:
        """Returns the first and last pixel, for each axis, between which the gradient lies.

        Along each axis it is the shortest run of pixels that holds the share `mass` of M summed
        over the other axes; of several, the one whose middle is closest to the middle of M's mass.
        If M is a normal distribution the run has, with the default, two standard deviations to
        either side, whatever the number of axes.

        Args:
            mass: Share of M, above 0 and not above 1.

        Raises:
            ValueError: If `mass` is not such a share.
        """
        axes = range(self.map.ndim)
        others = [tuple(other for other in axes if other != axis) for axis in axes]
        return tuple(shortest_run(self.map.sum(axis=other), mass) for other in others)

    def size(self, mass: float = MASS) -> tuple[int, ...]:
        """Returns the lengths of `box(mass)` in pixels."""
        return tuple(last - first + 1 for first, last in self.box(mass))

    @property
    def visible(self) -> tuple[Interval, ...] | None:
        """The part of the calculated field that lies on the image."""
        if self.calculated is None:
            return None
        lengths = zip(self.calculated, self.map.shape, strict=True)
        return tuple((max(first, 0), min(last, n - 1)) for (first, last), n in lengths)

    @property
    def clipped(self) -> bool:
        """Whether the calculated field reaches beyond the image."""
        return self.visible != self.calculated

    def ratio(self, mass: float = MASS) -> tuple[float, ...] | None:
        """Returns, for each axis, the size divided by that of the calculated field.

        Only the part on the image counts in both: for a true ratio, use images at least as large
        as the field. `None` if the calculated field is not known.
        """
        if self.visible is None:
            return None
        whole = [last - first + 1 for first, last in self.visible]
        return tuple(part / length for part, length in zip(self.size(mass), whole, strict=True))

    def luo_size(self, level: float = 1 - MASS) -> float:
        """Returns the side length of Luo et al.: (pixels with M > level max M)^(1 / axes).

        They compare with the value at the centre, which is the largest one in their networks.
        """
        return float(np.sum(self.map > level * self.map.max())) ** (1 / self.map.ndim)

    def compare(self, after: EffectiveReceptiveField) -> EffectiveReceptiveFieldChange:
        """Returns how this field has changed, as a record of both fields.

        Args:
            after: The field of the same unit later, for example in the trained model.

        Raises:
            ValueError: If the maps have different shapes.
        """
        return EffectiveReceptiveFieldChange(self, after)

    def to_dict(self, mass: float = MASS) -> dict[str, Any]:
        """Returns all values by their names, with sizes for this share of M."""
        return {
            "layer": self.layer,
            "position": list(self.position),
            "images": self.images,
            "calculated": None if self.calculated is None else [list(i) for i in self.calculated],
            "clipped": self.clipped,
            "mass": mass,
            "box": [list(interval) for interval in self.box(mass)],
            "size": list(self.size(mass)),
            "ratio": None if self.calculated is None else list(self.ratio(mass) or ()),
            "luo_size": self.luo_size(),
            "map": self.map.tolist(),
        }

    def __str__(self) -> str:
        text = f"{self.layer}: {100 * MASS:.4g} % of the gradient within {_by(self.size())} "
        if self.visible is not None:
            ratio = ", ".join(f"{value:.2g}" for value in self.ratio() or ())
            text += f"of {_by(last - first + 1 for first, last in self.visible)} "
            text += f"pixels (ratio {ratio}{'; cut by the image' if self.clipped else ''})"
        else:
            text += "pixels"
        return f"{text}, {self.images} image{'s' if self.images > 1 else ''}"

    def _blocks(self) -> list[Table | str]:
        values = {f"pixels with {100 * MASS:.4g} % of the gradient": _by(self.size())}
        if self.visible is not None:
            calculated = _by(last - first + 1 for first, last in self.visible)
            values["pixels calculated"] = calculated + (" (cut by the image)" * self.clipped)
            values["ratio"] = ", ".join(f"{value:.2g}" for value in self.ratio() or ())
        values |= {"pixels of the image": _by(self.map.shape), "images": str(self.images)}
        return [values_table(f"effective receptive field of {self.layer}", values)]

    def _summary(self) -> str:
        size = f"{_by(self.size())} of {_by(self.map.shape)} pixels"
        return f"{size}, {counted(self.images, 'image')}, layer {self.layer!r}"


def _by(lengths: Any) -> str:
    return " x ".join(str(length) for length in lengths)
