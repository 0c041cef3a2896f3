"""Rules of operations that take parts of a map: slices, indices, splits, stacks, rolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any

from keras_lateral.receptive_field.periodic_field import PeriodicField
from keras_lateral.receptive_field.rules.axis_windows import resized, shifted
from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Step
from keras_lateral.receptive_field.rules.map_field import (
    Axis,
    AxisOfMap,
    DifferentOrdersError,
    DifferentStridesError,
    MapField,
)
from keras_lateral.receptive_field.rules.reshaped_field import arranged
from keras_lateral.receptive_field.rules.spread_axis import (
    MOST,
    NEEDS_LENGTHS,
    Digit,
    SpreadAxis,
)


def get_item(step: Step) -> MapField:
    """Slices; an index removes its axis."""
    key = [*step.call.arguments, *step.call.keywords.values()][1]
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(not isinstance(item, (int, slice, type(...), type(None))) for item in keys):
        raise NotCalculableError("what it takes depends on data")
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        missing = step.rank - sum(item is not None for item in keys) + 1
        keys[place : place + 1] = [slice(None)] * missing
    keys += [slice(None)] * (step.rank - sum(item is not None for item in keys))
    seen = step.map
    new_places: dict[int, int] = {}
    old = new = 0
    for item in keys:
        if item is None:
            new += 1
            continue
        new_places[old] = new
        seen = _part(step, seen, old, item)
        old, new = old + 1, new + (not isinstance(item, int))
    seen = seen.moved(lambda at: new_places[at])
    return arranged(seen, step.call.output_shapes[0])


def index(step: Step) -> MapField:
    """Takes units by their index along one axis."""
    indices = [*step.call.arguments, *step.call.keywords.values()][1]
    at = step.layer.axis
    if at is None:
        raise NotCalculableError("it takes units of a map without axes")
    at %= step.rank
    if isinstance(indices, Integral):
        return _dropped(_at_index(step, step.map, at, int(indices)), at)
    if any(at in axis.ats for axis in step.map.placed):
        raise NotCalculableError("it takes units of the map in any order")
    return step.map


def split(step: Step) -> tuple[MapField, ...]:
    """Each output is a part of the map."""
    at = step.layer.axis % step.rank
    lengths = [shape[at] for shape in step.call.output_shapes]
    if None in lengths and any(at in axis.ats for axis in step.map.placed):
        raise NotCalculableError(NEEDS_LENGTHS)
    starts = [sum(length or 0 for length in lengths[:k]) for k in range(len(lengths))]
    return tuple(
        _part(step, step.map, at, slice(start, start + (length or 0)))
        for start, length in zip(starts, lengths, strict=True)
    )


def unstack(step: Step) -> tuple[MapField, ...]:
    """Each output has one index along an axis, which is gone."""
    at = step.layer.axis % step.rank
    outputs = range(len(step.call.output_shapes))
    return tuple(_dropped(_at_index(step, step.map, at, k), at) for k in outputs)


def stack(step: Step) -> MapField:
    """Maps of one shape lie beside each other along a new axis."""
    at = step.layer.axis % (step.rank + 1)
    moved = [field.moved(lambda old: old + (old >= at)) for field in step.maps]
    placed = [field for field in moved if not field.constant]
    if len(placed) < len(moved):
        raise NotCalculableError("it stacks maps that see the image with values that do not")
    columns = zip(*(field.axes for field in placed), strict=True)
    axes = tuple(_beside(list(own), at, step.call.output_shapes[0]) for own in columns)
    whole = any(field.whole for field in placed)
    return replace(placed[0], axes=axes, whole=whole, aligned=None)


def repeat(step: Step) -> MapField:
    """Each unit stands several times in a row."""
    times, axis = step.layer.repeats, step.layer.axis
    if axis is None or not isinstance(times, Integral):
        raise NotCalculableError("it repeats units irregularly")
    at = axis % step.rank
    if any(at in own.ats for own in step.map.spread):
        raise NotCalculableError("it repeats pieces of the image's axes")
    return step.map.reading({at: resized(1, int(times), "nearest")})


def roll(step: Step) -> MapField:
    """Units leave at one end of the map and come in at the other."""
    shifts, axis = step.layer.shift, step.layer.axis
    if axis is None:
        raise NotCalculableError("it rolls a map as if it were one row")
    shifts = shifts if isinstance(shifts, Sequence) else [shifts]
    ats = [own % step.rank for own in (axis if isinstance(axis, Sequence) else [axis])]
    by = dict(zip(ats, shifts, strict=True))
    if any(set(by) & own.ats for own in step.map.spread):
        raise NotCalculableError("it rolls pieces of the image's axes")
    axes = [
        _rolled(axis, by[axis.at], step) if isinstance(axis, AxisOfMap) and axis.at in by else axis
        for axis in step.map.axes
    ]
    return replace(step.map, axes=tuple(axes), aligned=None)


def _rolled(axis: AxisOfMap, shift: int, step: Step) -> AxisOfMap:
    n = axis.length
    if not step.map.certain or n > MOST:
        raise NotCalculableError(NEEDS_LENGTHS)
    places = tuple((unit - shift) % n for unit in range(n))
    return replace(axis, field=axis.field.then(PeriodicField(places, places, n)))


def _part(step: Step, seen: MapField, at: int, item: int | slice) -> MapField:
    """Returns the field of the units that an index or a slice takes along one axis."""
    if isinstance(item, int):
        return _at_index(step, seen, at, item)
    if item == slice(None):
        return seen
    axes: list[Axis | None] = []
    for axis in seen.axes:
        if axis is None or at not in axis.ats:
            axes.append(axis)
        elif isinstance(axis, AxisOfMap):
            field, length = _slice(item, axis.length, seen)(axis.length)
            axes.append(replace(axis, field=axis.field.then(field), length=length))
        else:
            axes.append(_part_of_digit(axis, at, item, step.call.input_shapes[0][at]))
    return replace(seen, axes=tuple(axes), aligned=None)


def _slice(key: slice, length: int, seen: MapField) -> Any:
    if key.step is not None and key.step < 0:
        raise NotCalculableError("it mirrors the map")
    negative = [end for end in (key.start, key.stop) if end is not None and end < 0]
    if not seen.certain and (key.stop or 0) > 0 and not negative:
        raise NotCalculableError("it takes a part of a fixed size of a map whose size is not known")
    first, stop, by = key.indices(length)
    return shifted(first, length - max(stop - first, 0), by)


def _part_of_digit(axis: SpreadAxis, at: int, item: slice, length: int | None) -> SpreadAxis:
    (digit, *others) = [digit for digit in axis.digits if digit.at == at]
    if others or digit.length != length or (item.step or 1) < 0:
        raise NotCalculableError(
            f"it takes a part of axis {at}, along which a reshape has put pieces of the image's "
            "axes"
        )
    first, stop, by = item.indices(length)
    shift = PeriodicField((first * digit.factor,), (first * digit.factor,), 1)
    part = replace(digit, length=-(-max(stop - first, 0) // by), factor=digit.factor * by)
    kept = (part if own is digit else own for own in axis.digits)
    digits = tuple(own for own in kept if own.length > 1)
    return SpreadAxis(axis.field.then(shift), digits).simplified()


def _at_index(step: Step, seen: MapField, at: int, item: int) -> MapField:
    """Returns the field of the units with one index along an axis, which stays for now."""
    axes: list[Axis | None] = []
    for axis in seen.axes:
        if axis is None or at not in axis.ats:
            axes.append(axis)
            continue
        simple = isinstance(axis, AxisOfMap)
        length = axis.length if isinstance(axis, AxisOfMap) else step.call.input_shapes[0][at]
        if item < 0 and (length is None or not seen.certain):
            raise NotCalculableError(NEEDS_LENGTHS)
        whole = Digit(at, length or 1, 1)
        spread = SpreadAxis(axis.field, (whole,)) if simple else axis
        axes.append(spread.indexed(at, item % length if item < 0 else item))  # type: ignore[union-attr, operator]
    return replace(seen, axes=tuple(axes), aligned=None)


def _dropped(seen: MapField, at: int) -> MapField:
    return seen.moved(lambda old: old - (old > at))


def _beside(axes: list[Axis | None], at: int, shape: Sequence[int | None]) -> Axis | None:
    """Returns the axis of maps that a new axis of the tensor numbers."""
    if None in axes:
        return None
    first = axes[0]
    if all(axis == first for axis in axes):
        return first
    spread = [_digits(axis) for axis in axes]
    if any(axis.digits != spread[0].digits for axis in spread):
        raise DifferentOrdersError
    if not spread[0].digits:
        raise NotCalculableError("it stacks single units of the map")
    try:
        field = spread[0].field.interleaved([axis.field for axis in spread[1:]])
    except ValueError as error:
        raise DifferentStridesError from error
    count = len(axes)
    digits = [replace(digit, factor=digit.factor * count) for digit in spread[0].digits]
    return SpreadAxis(field, tuple(sorted([*digits, Digit(at, count, 1)], key=lambda d: d.at)))


def _digits(axis: Any) -> SpreadAxis:
    if isinstance(axis, SpreadAxis):
        return axis
    return SpreadAxis(axis.field, (Digit(axis.at, axis.length, 1),))
