"""The receptive fields of the units of a whole tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from keras_lateral.receptive_field.periodic_field import PeriodicField
from keras_lateral.receptive_field.rules.spread_axis import Digit, SpreadAxis

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

    @property
    def ats(self) -> frozenset[int]:
        """Indices of the tensor's axes along which a unit's place on the image changes."""
        return frozenset((self.at,))


Axis = AxisOfMap | SpreadAxis


@dataclass(frozen=True)
class MapField:
    """What the units of a tensor see of the image.

    Args:
        axes: For each axis of the image, the tensor's axis along it, or the axes over which it is
            spread. `None` if there is none, so that every unit sees all of it.
        whole: Whether the units depend on the whole image.
        constant: Whether they depend on no image at all.
        certain: Whether the lengths are those of a real image, not assumed ones.
        aligned: For a merge, whether its inputs' fields have the same centers.
        smallest: Whether a merge counts the path with the smallest field, not all of them.
    """

    axes: tuple[Axis | None, ...]
    whole: bool = False
    constant: bool = False
    certain: bool = True
    aligned: bool | None = None
    smallest: bool = False

    @property
    def local(self) -> list[AxisOfMap]:
        """The axes that run along the image, each alone."""
        return [axis for axis in self.axes if isinstance(axis, AxisOfMap)]

    @property
    def spread(self) -> list[SpreadAxis]:
        """The axes of the image that are spread over several axes of the tensor, or share one."""
        return [axis for axis in self.axes if isinstance(axis, SpreadAxis)]

    @property
    def placed(self) -> list[Axis]:
        """The axes of the image along which the units have a place."""
        return [axis for axis in self.axes if axis is not None]

    def reading(self, reads: Mapping[int, Reads]) -> MapField:
        """Returns the field after a layer with the windows `reads` along axes of the tensor."""
        for axis in self.spread:
            axis.check_reads(reads)
        return self._with(
            _through(axis, reads.get(axis.at)) if isinstance(axis, AxisOfMap) else axis
            for axis in self.axes
        )

    def without(self, at: Iterable[int]) -> MapField:
        """Returns the field of units that each depend on all of these axes of the tensor."""
        gone = frozenset(at)
        return self._with(None if axis is None else _without(axis, gone) for axis in self.axes)

    def flat(self) -> MapField:
        """Returns the field of units that have no position along the image."""
        return self._with(None for _ in self.axes)

    def also_whole(self, at: Iterable[int] | None = None) -> MapField:
        """Returns the same for units that also depend on all of these axes, or of all axes."""
        chosen = None if at is None else frozenset(at)
        whole, axes = self.whole, []
        for axis in self.axes:
            read = (
                frozenset() if axis is None else axis.ats if chosen is None else axis.ats & chosen
            )
            if axis is None or not read:
                axes.append(axis)
            elif read == axis.ats:
                axes.append(axis)
                whole = True
            else:
                axes.append(_without(axis, read))
        return replace(self, axes=tuple(axes), whole=whole, aligned=None)

    def moved(self, place: Callable[[int], int | None]) -> MapField:
        """Returns the same with the tensor's axes moved; `None` drops one."""
        axes: list[Axis | None] = []
        for axis in self.axes:
            if isinstance(axis, SpreadAxis):
                axes.append(axis.moved(place))
                continue
            at = None if axis is None else place(axis.at)
            axes.append(None if axis is None or at is None else replace(axis, at=at))
        return self._with(axes)

    def _with(self, axes: Iterable[Axis | None]) -> MapField:
        new = tuple(axes)
        whole = self.whole or None in new
        return replace(self, axes=new, whole=whole, aligned=None)


class DifferentStridesError(ValueError):
    """The inputs of a merge have different strides, which it holds."""


class DifferentOrdersError(ValueError):
    """The inputs of a merge hold the image's places in different orders."""

    def __init__(self) -> None:
        super().__init__("it merges maps whose units lie in different orders")


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
    columns = zip(*(field.axes for field in placed), strict=True)
    unions = [_union(list(axes), placed[0].smallest) for axes in columns]
    axes = tuple(axis for axis, _ in unions)
    whole = any(field.whole for field in placed) or None in axes
    several = sum(bool(field.placed) for field in placed) > 1
    aligned = all(fits for _, fits in unions) if several else None
    return replace(placed[0], axes=axes, whole=whole, aligned=aligned)


def _through(axis: AxisOfMap | None, reads: Reads | None) -> AxisOfMap | None:
    if axis is None or reads is None:
        return axis
    window, length = reads(axis.length)
    if axis.field.period >= axis.length and axis.field.disordered:
        field = axis.field.then_within(window, axis.length, length)
        return AxisOfMap(field, length, axis.at)
    return AxisOfMap(axis.field.then(window), length, axis.at)


def _without(axis: Axis, gone: frozenset[int]) -> Axis | None:
    if isinstance(axis, SpreadAxis):
        return axis.over(gone)
    return None if axis.at in gone else axis


def _without_repeated(maps: list[MapField]) -> list[MapField]:
    """Returns maps without axes of one unit that meet longer ones: it has no position there."""
    length: dict[int, int] = {}
    for axis in (axis for field in maps for axis in field.local):
        length[axis.at] = max(length.get(axis.at, 0), axis.length)
    for spread in (axis for field in maps for axis in field.spread):
        length |= {digit.at: max(length.get(digit.at, 0), 2) for digit in spread.digits}
    return [
        field.without(axis.at for axis in field.local if axis.length == 1 < length[axis.at])
        for field in maps
    ]


def _only_unit(axis: AxisOfMap) -> AxisOfMap:
    """Returns the same for a map of one unit, whose stride does not matter."""
    first, last = axis.field(0)
    return replace(axis, field=PeriodicField((first,), (last,), 0))


def _union(axes: list[Axis | None], smallest: bool) -> tuple[Axis | None, bool]:
    """Returns the union along one axis of the image, and whether the centers are the same."""
    placed = [axis for axis in axes if axis is not None]
    moving = [axis for axis in placed if axis.ats]
    if moving and len(moving) < len(placed):  # one unit beside a map has no position on it
        placed = moving
    local = [axis for axis in placed if isinstance(axis, AxisOfMap)]
    if len(local) < len(placed):
        return _union_of_spread(placed, smallest)
    if len({axis.at for axis in local}) != 1:
        return None, True
    strides = [axis.field.stride for axis in local]
    if len(set(strides)) > 1 and all(axis.length == 1 for axis in local):
        local = [_only_unit(axis) for axis in local]
    elif len(set(strides)) > 1:
        raise DifferentStridesError(strides)
    field, fits = _union_of_fields([axis.field for axis in local], smallest)
    return replace(local[0], field=field), fits


def _union_of_spread(axes: list[Axis], smallest: bool) -> tuple[Axis | None, bool]:
    spread = [_as_spread(axis) for axis in axes]
    first = max(spread, key=lambda axis: len(axis.digits))
    if any(axis.digits != first.digits for axis in spread):
        tables = [axis.on_places_of(first) for axis in spread]
        if None in tables:
            raise DifferentOrdersError
        fields = [table for table in tables if table is not None]
    else:
        fields = [axis.field for axis in spread]
    if len({field.stride for field in fields}) > 1:
        raise DifferentStridesError
    field, fits = _union_of_fields(fields, smallest)
    return replace(first, field=field), fits


def _as_spread(axis: Axis) -> SpreadAxis:
    if isinstance(axis, SpreadAxis):
        return axis
    return SpreadAxis(axis.field, (Digit(axis.at, axis.length, 1),))


def _union_of_fields(fields: list[PeriodicField], smallest: bool) -> tuple[PeriodicField, bool]:
    first, *others = fields
    if smallest:
        return min(fields, key=lambda field: field.size), True
    field = first
    for other in others:
        field = field.union(other)
    return field, all(first.is_aligned_with(other) for other in others)
