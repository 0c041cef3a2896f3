"""An axis of the image that a reshape has spread over several axes of a tensor."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from keras_lateral.receptive_field.periodic_field import PeriodicField

MOST = 2**16
"""The most places that are looked at one by one."""


class NotCalculableError(ValueError):
    """The field of a layer does not follow from the graph; the message says why."""


@dataclass(frozen=True)
class Digit:
    """A part of the index along one axis of a tensor that moves a unit's place on the map.

    The unit with the index i along the axis has the digit d = (i // inner) % length.

    Args:
        at: Index of the axis in the tensor; 0 is the batch.
        length: Number of the digit's values.
        factor: Places on the map from one value to the next.
        inner: Indices along the axis from one value to the next.
    """

    at: int
    length: int
    factor: int
    inner: int = 1


@dataclass(frozen=True)
class SpreadAxis:
    """An axis of the image whose places are written with digits, as numbers are.

        place = sum_k factor_k d_k,   the unit sees field(place)

    A window partition turns the index along the rows into two digits, which lie in different axes
    of the tensor; a pixel shuffle joins the rows with digits from the channels that move no place.

    Args:
        field: The field of each place.
        digits: The digits. Without any, all units are at place 0.
    """

    field: PeriodicField
    digits: tuple[Digit, ...]

    @property
    def ats(self) -> frozenset[int]:
        """Indices of the tensor's axes along which a unit's place on the image changes."""
        return frozenset(digit.at for digit in self.digits)

    def check_reads(self, reads: Mapping[int, Any]) -> None:
        """Raises if windows along some axes read more than each unit's own place."""
        for digit in (digit for digit in self.digits if digit.at in reads):
            length = 2 * digit.inner * digit.length
            if reads[digit.at](length) != (PeriodicField((0,), (0,), 1), length):
                raise NotCalculableError(
                    f"it reads windows along axis {digit.at}, along which a reshape has put pieces "
                    "of the image's axes, so windows cross the borders of the pieces"
                )

    def over(self, gone: frozenset[int]) -> SpreadAxis | None:
        """Returns the axis for units that each depend on all of these axes of the tensor.

        `None` if they see all of the axis.
        """
        lost = [digit for digit in self.digits if digit.at in gone]
        left = tuple(digit for digit in self.digits if digit.at not in gone)
        if not lost:
            return self
        if not left:
            return None
        if math.prod(digit.length for digit in lost) > MOST:
            raise NotCalculableError(NEEDS_LENGTHS)
        steps = (range(0, d.length * d.factor, d.factor) for d in lost)
        offsets = sorted({sum(part) for part in itertools.product(*steps)})
        return SpreadAxis(self.field.over(offsets), left).simplified()

    def indexed(self, at: int, index: int) -> SpreadAxis:
        """Returns the axis for the units with this index along an axis of the tensor."""
        here = [digit for digit in self.digits if digit.at == at]
        place = sum(d.factor * (index // d.inner % d.length) for d in here)
        left = tuple(digit for digit in self.digits if digit.at != at)
        field = self.field.then(PeriodicField((place,), (place,), 1))
        return SpreadAxis(field, left).simplified()

    def moved(self, place: Callable[[int], int | None]) -> SpreadAxis:
        """Returns the same with the tensor's axes moved."""
        digits = []
        for digit in self.digits:
            at = place(digit.at)
            if at is None:
                raise NotCalculableError("it drops an axis that holds a piece of the image's axes")
            digits.append(replace(digit, at=at))
        return replace(self, digits=_sorted(digits))

    def simplified(self) -> SpreadAxis:
        """Returns the same with the smallest factors."""
        if not self.digits:
            first, last = self.field(0)
            return replace(self, field=PeriodicField((first,), (last,), 0))
        common = math.gcd(*(digit.factor for digit in self.digits))
        digits = [replace(digit, factor=digit.factor // common) for digit in self.digits]
        every = PeriodicField((0,), (0,), common)
        return SpreadAxis(self.field.then(every), _sorted(digits))

    def on_places_of(self, other: SpreadAxis) -> PeriodicField | None:
        """Returns the field in terms of the places of another axis; `None` if that is impossible.

        It is possible if each digit of this axis is one of the other's, as in a broadcast.
        """
        own = {(d.at, d.inner, d.length): d.factor for d in self.digits}
        theirs = sorted(other.digits, key=lambda digit: digit.factor)
        count = 1
        for digit in theirs:
            if digit.factor != count:
                return None
            count *= digit.length
        if not own.keys() <= {(d.at, d.inner, d.length) for d in theirs}:
            return None
        if count > MOST:
            raise NotCalculableError(NEEDS_LENGTHS)
        factors = [(d.factor, d.length, own.get((d.at, d.inner, d.length), 0)) for d in theirs]
        # A step is a whole number, so that it may take more places than there are.
        count *= Fraction(other.field.stride).denominator
        seen = [
            self.field(sum(f * (place // unit % n) for unit, n, f in factors))
            for place in range(count)
        ]
        step = int(other.field.stride * count)
        starts, ends = zip(*seen, strict=True)
        return PeriodicField(starts, ends, step).reduced()

    def in_one_axis(self, length: int) -> PeriodicField | None:
        """Returns the field of the units along the only axis with digits; `None` if irregular.

        Args:
            length: Length of the axis.
        """
        first, *others = sorted(self.digits, key=lambda digit: -digit.inner)
        if first.inner * first.length != length or first.inner > MOST:
            return None
        places = tuple(
            sum(d.factor * (unit // d.inner % d.length) for d in others)
            for unit in range(first.inner)
        )
        return self.field.then(PeriodicField(places, places, first.factor))


NEEDS_LENGTHS = (
    "what its units see depends on the image's size, which the model leaves open; "
    "give it: `receptive_fields(model, input_shape=...)`"
)


def rearranged(
    digits: Iterable[Digit], before: tuple[int | None, ...], after: tuple[int | None, ...]
) -> tuple[Digit, ...]:
    """Returns the digits after a reshape.

    Args:
        digits: The digits before it.
        before: Lengths of all axes before; only that of the batch may be unknown.
        after: The same for the axes after.

    Raises:
        NotCalculableError: If an axis takes a part of a digit that does not divide it.
    """
    old, new = _units_after(before), _units_after(after)
    flat = [(digit.inner * old[digit.at], digit.length, digit.factor) for digit in digits]
    found = []
    for joined in _joined(flat):
        unit, length, factor = joined
        while length > 1:
            at = next(k for k, units in enumerate(new) if units <= unit)
            room = length if at == 0 else new[at - 1] // unit
            part = min(length, room)
            if unit % new[at] or (at and new[at - 1] % (unit * part)) or length % part:
                raise NotCalculableError(
                    f"it turns the axes {_text(before)} into {_text(after)}, which takes the "
                    "image's axes apart in pieces of unequal lengths"
                )
            found.append(Digit(at, part, factor, unit // new[at]))
            unit, length, factor = unit * part, length // part, factor * part
    return _sorted(found)


def _joined(flat: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Returns as few digits as possible: one that counts on where another ends is part of it."""
    joined: list[tuple[int, int, int]] = []
    for unit, length, factor in sorted(flat):
        if joined and length > 1:
            u, n, c = joined[-1]
            if unit == u * n and factor == c * n:
                joined[-1] = (u, n * length, c)
                continue
        if length > 1:
            joined.append((unit, length, factor))
    return joined


def _units_after(lengths: tuple[int | None, ...]) -> list[int]:
    """Returns, for each axis, the product of the lengths of those after it."""
    units = [1]
    for length in lengths[:0:-1]:
        units.insert(0, units[0] * (length or 1))
    return units


def _sorted(digits: Iterable[Digit]) -> tuple[Digit, ...]:
    return tuple(sorted(digits, key=lambda digit: (digit.at, -digit.inner)))


def _text(lengths: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("batch" if n is None else str(n) for n in lengths) + ")"
