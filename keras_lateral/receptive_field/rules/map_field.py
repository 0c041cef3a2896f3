"""What the units of a whole tensor see: along which of its axes the image's axes run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from keras_lateral.receptive_field.periodic_field import PeriodicField

Reads = Callable[[int], tuple[PeriodicField, int]]
"""From a map's length to the units that each new unit reads, and the new length."""


@dataclass(frozen=True)
class AxisOfMap:
    """An axis of a tensor that runs along an axis of the image.

    Args:
        field: What its units see.
        length: Their number.
        at: Which axis of the tensor it is; 0 is the batch.
    """

    field: PeriodicField
    length: int
    at: int


@dataclass(frozen=True)
class MapField:
    """What the units of a tensor see of the image.

    Args:
        axes: For each axis of the image the tensor's axis along it. `None` if there is none, and
            every unit sees all of it.
        whole: Whether the units depend on the whole image.
        constant: Whether they depend on no image at all.
        certain: Whether the lengths are those of a real image, not assumed ones.
        aligned: Of a merge, whether its inputs' fields have the same centers.
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
        """Returns what a layer sees whose windows along these axes of the tensor are `reads`."""
        return self._with(
            _through(axis, reads.get(axis.at) if axis else None) for axis in self.axes
        )

    def without(self, at: Iterable[int]) -> MapField:
        """Returns what units see that each depend on all of these axes of the tensor."""
        gone = set(at)
        return self._with(None if axis and axis.at in gone else axis for axis in self.axes)

    def flat(self) -> MapField:
        """Returns what units see that have no place along the image."""
        return self._with(None for _ in self.axes)

    def also_whole(self, at: Iterable[int] | None = None) -> MapField:
        """Returns the same for units that depend on all of these axes besides, or of any axes."""
        meant = [axis for axis in self.local if at is None or axis.at in set(at)]
        return replace(self, whole=self.whole or bool(meant), aligned=None)

    def moved(self, place: Callable[[int], int | None]) -> MapField:
        """Returns the same with other places of the tensor's axes; `None` loses one."""
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
    """Inputs of a merge whose units lie differently far apart. It holds their strides."""


def merged(maps: Sequence[MapField], ranks: Sequence[int]) -> MapField:
    """Returns the union of what several tensors see that are broadcast to one shape.

    Args:
        maps: What each sees.
        ranks: The number of axes of each, batch included.

    Raises:
        DifferentStridesError: If their units lie differently far apart.
    """
    rank = max(ranks)
    # As in broadcasting, the last axes are those that meet.
    placed = _without_repeated(
        [
            one.moved(lambda at, by=rank - own: at + by)  # type: ignore[misc]
            for one, own in zip(maps, ranks, strict=True)
            if not one.constant
        ]
    )
    if not placed:
        return maps[0]
    unions = [_union(list(axes)) for axes in zip(*(one.axes for one in placed), strict=True)]
    axes = tuple(axis for axis, _ in unions)
    whole = any(one.whole for one in placed) or None in axes
    several = sum(bool(one.local) for one in placed) > 1
    aligned = all(fits for _, fits in unions) if several else None
    return MapField(axes, whole, certain=placed[0].certain, aligned=aligned)


def _through(axis: AxisOfMap | None, reads: Reads | None) -> AxisOfMap | None:
    if axis is None or reads is None:
        return axis
    window, length = reads(axis.length)
    return AxisOfMap(axis.field.then(window), length, axis.at)


def _without_repeated(maps: list[MapField]) -> list[MapField]:
    """Returns maps without the axes of one unit that meet longer ones: it has no place there."""
    length: dict[int, int] = {}
    for axis in (axis for one in maps for axis in one.local):
        length[axis.at] = max(length.get(axis.at, 0), axis.length)
    return [
        one.without(axis.at for axis in one.local if axis.length == 1 < length[axis.at])
        for one in maps
    ]


def _only_unit(axis: AxisOfMap) -> AxisOfMap:
    """Returns the same for a map of one unit, whose stride leads nowhere."""
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
