"""The field of a tensor whose units a reshape has arranged in other axes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from keras_lateral.receptive_field.rules.map_field import Axis, AxisOfMap, MapField
from keras_lateral.receptive_field.rules.spread_axis import (
    NEEDS_LENGTHS,
    Digit,
    NotCalculableError,
    SpreadAxis,
    rearranged,
)

Lengths = tuple[int | None, ...]


def reshaped(
    field: MapField, before: Sequence[int | None], after: Sequence[int | None]
) -> MapField:
    """Returns the field after a reshape.

    Places are followed through every split and merge of axes: those of a pixel shuffle, of a
    window partition and its reverse, of an image turned into a sequence and back.

    Args:
        field: The field of the units before it.
        before: Shape of the tensor, batch included; `None` where a length is not known.
        after: Its shape after the reshape.

    Raises:
        NotCalculableError: If the image's axes are taken apart irregularly, or a length is needed
            that is not known.
    """
    if not field.placed:
        return field
    old = known_shape(field, before)
    new = _with_missing_length(field, old, tuple(after))
    if None in old[1:] or None in new[1:]:
        return _with_same_axes(field, tuple(before), tuple(after))
    axes = [_rearranged(axis, old, new) for axis in field.axes]
    return arranged(replace(field, axes=tuple(axes), aligned=None), new)


def known_shape(field: MapField, shape: Sequence[int | None]) -> Lengths:
    """Returns a tensor's shape with the lengths that follow from the image's."""
    lengths = {axis.at: axis.length for axis in field.local}
    return tuple(lengths.get(at, length) for at, length in enumerate(shape))


def arranged(field: MapField, shape: Lengths) -> MapField:
    """Returns the same, with each spread axis that one axis of the tensor holds alone in it.

    The last axis is left out: it holds the channels, and a unit is all channels of a place.

    Args:
        field: The field.
        shape: The tensor's shape.
    """
    taken = Counter(at for axis in field.placed for at in axis.ats)
    axes = [_simple(axis, taken, shape) for axis in field.axes]
    return replace(field, axes=tuple(axes))


def _simple(axis: Axis | None, taken: Counter[int], shape: Lengths) -> Axis | None:
    if not isinstance(axis, SpreadAxis) or len(axis.ats) != 1:
        return axis
    (at,) = axis.ats
    length = shape[at]
    plain = axis.digits == (Digit(at, length or 0, 1),)
    if not at or length is None or taken[at] > 1 or (at == len(shape) - 1 and not plain):
        return axis
    alone = axis.in_one_axis(length)
    return axis if alone is None else AxisOfMap(alone, length, at)


def _rearranged(axis: Axis | None, old: Lengths, new: Lengths) -> Axis | None:
    if axis is None:
        return None
    if isinstance(axis, SpreadAxis):
        return replace(axis, digits=rearranged(axis.digits, old, new)).simplified()
    if axis.length == 1:  # one unit has no place, so it goes wherever it is still an axis
        at = _same_axis(axis.at, old, new)
        if at is not None:
            return replace(axis, at=at)
    digits = rearranged([Digit(axis.at, axis.length, 1)], old, new)
    return SpreadAxis(axis.field, digits).simplified()


def _with_missing_length(field: MapField, old: Lengths, new: Lengths) -> Lengths:
    """Returns the shape with the one length that follows from all others."""
    batch = all(0 not in axis.ats for axis in field.placed)
    if new[1:].count(None) == 1 and None not in old[1:] and batch:
        rest = math.prod(old[1:]) // max(1, math.prod(n for n in new[1:] if n is not None))  # type: ignore[arg-type]
        return (new[0], *(rest if n is None else n for n in new[1:]))
    return new


def _with_same_axes(field: MapField, old: Lengths, new: Lengths) -> MapField:
    """Returns the field where some lengths are not known: axes may only move as they are."""

    def place(at: int) -> int:
        found = _same_axis(at, old, new)
        if found is None:
            raise NotCalculableError(NEEDS_LENGTHS)
        return found

    if field.spread:
        raise NotCalculableError(NEEDS_LENGTHS)
    return field.moved(place)


def _same_axis(at: int, old: Lengths, new: Lengths) -> int | None:
    """Returns the axis that an axis has become: as long, with the same axes before or after it."""
    if old[1 : at + 1] == new[1 : at + 1]:
        return at
    after = len(old) - at - 1
    moved = len(new) - after - 1
    if moved > 0 and old[at:] == new[moved:]:
        return moved
    return None
