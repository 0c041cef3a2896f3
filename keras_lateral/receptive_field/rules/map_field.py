"""The receptive fields of the units of a whole tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from keras_lateral.receptive_field.periodic_field import PeriodicField

Reads = Callable[[int], tuple[PeriodicField, int]]
"""A function from a map's length to the units that each new unit reads, and the new length."""


@dataclass(frozen=True)
class AxisOfMap:
    """An axis of a tensor that runs along an axis of the image.

    Args:
        field: The field of its units.
        length: Number of units.
        at: Index of the axis in the tensor; 0 is the batch.
    """

    field: PeriodicField
    length: int
    at: int


@dataclass(frozen=True)
class MapField:
    """What the units of a tensor see of the image.

    Args:
        axes: For each axis of the image, the tensor's axis along it. `None` if there is none, so
            that every unit sees all of it.
        whole: Whether the units depend on the whole image.
        constant: Whether they depend on no image at all.
        certain: Whether the lengths are those of a real image, not assumed ones.
        aligned: For a merge, whether its inputs' fields have the same centers.
    """

    axes: tuple[AxisOfMap | None, ...]
    whole: bool = False
    constant: bool = False
    certain: bool = True
    aligned: bool | None = None

    @property
    def local(self) -> list[AxisOfMap]:
        """The axes that run along the image."""
        return [axis for axis in self.axes if axis is not None]

    def reading(self, reads: Mapping[int, Reads]) -> MapField:
        """Returns the field after a layer with the windows `reads` along axes of the tensor."""
        return self._with(
            _through(axis, reads.get(axis.at) if axis else None) for axis in self.axes
        )

    def without(self, at: Iterable[int]) -> MapField:
        """Returns the field of units that each depend on all of these axes of the tensor."""
        gone = set(at)
        return self._with(None if axis and axis.at in gone else axis for axis in self.axes)

    def flat(self) -> MapField:
        """Returns the field of units that have no position along the image."""
        return self._with(None for _ in self.axes)

    def also_whole(self, at: Iterable[int] | None = None) -> MapField:
        """Returns the same for units that also depend on all of these axes, or of all axes."""
        chosen = [axis for axis in self.local if at is None or axis.at in set(at)]
        return replace(self, whole=self.whole or bool(chosen), aligned=None)

    def moved(self, place: Callable[[int], int | None]) -> MapField:
        """Returns the same with the tensor's axes moved; `None` drops one."""
        axes = []
        for axis in self.axes:
            at = None if axis is None else place(axis.at)
            axes.append(None if axis is None or at is None else replace(axis, at=at))
        return self._with(axes)

    def _with(self, axes: Iterable[AxisOfMap | None]) -> MapField:
        new = tuple(axes)
        whole = self.whole or None in new
        return replace(self, axes=new, whole=whole, aligned=None)


class DifferentStridesError(ValueError):
    """The inputs of a merge have different strides, which it holds."""


def merged(maps: Sequence[MapField], ranks: Sequence[int]) -> MapField:
    """Returns the union of the fields of several tensors that are broadcast to one shape.

    Args:
        maps: Field of each tensor.
        ranks: Number of axes of each tensor, batch included.

    Raises:
        DifferentStridesError: If their strides differ.
    """
    rank = max(ranks)
    # As in broadcasting, the last axes are matched.
    placed = _without_repeated(
        [
            field.moved(lambda at, by=rank - own: at + by)  # type: ignore[misc]
            for field, own in zip(maps, ranks, strict=True)
            if not field.constant
        ]
    )
    if not placed:
        return maps[0]
    unions = [_union(list(axes)) for axes in zip(*(field.axes for field in placed), strict=True)]
    axes = tuple(axis for axis, _ in unions)
    whole = any(field.whole for field in placed) or None in axes
    several = sum(bool(field.local) for field in placed) > 1
    aligned = all(fits for _, fits in unions) if several else None
    return MapField(axes, whole, certain=placed[0].certain, aligned=aligned)


def _through(axis: AxisOfMap | None, reads: Reads | None) -> AxisOfMap | None:
    if axis is None or reads is None:
        return axis
    window, length = reads(axis.length)
    return AxisOfMap(axis.field.then(window), length, axis.at)


def _without_repeated(maps: list[MapField]) -> list[MapField]:
    """Returns maps without axes of one unit that meet longer ones: it has no position there."""
    length: dict[int, int] = {}
    for axis in (axis for field in maps for axis in field.local):
        length[axis.at] = max(length.get(axis.at, 0), axis.length)
    return [
        field.without(axis.at for axis in field.local if axis.length == 1 < length[axis.at])
        for field in maps
    ]


def _only_unit(axis: AxisOfMap) -> AxisOfMap:
    """Returns the same for a map of one unit, whose stride does not matter."""
    first, last = axis.field(0)
    return replace(axis, field=PeriodicField((first,), (last,), 0))


def _union(axes: list[AxisOfMap | None]) -> tuple[AxisOfMap | None, bool]:
    """Returns the union along one axis of the image, and whether the centers are the same."""
    local = [axis for axis in axes if axis is not None]
    if len({axis.at for axis in local}) != 1:
        return None, True
    strides = [axis.field.stride for axis in local]
    if len(set(strides)) > 1 and all(axis.length == 1 for axis in local):
        local = [_only_unit(axis) for axis in local]
    elif len(set(strides)) > 1:
        raise DifferentStridesError(strides)
    first, *others = local
    field = first.field
    for other in others:
        field = field.union(other.field)
    fits = all(first.field.is_aligned_with(other.field) for other in others)
    return replace(first, field=field), fits
