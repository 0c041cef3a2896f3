"""The exact field of units along one axis, through any sequence of layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

NOTHING = (math.inf, -math.inf)
"""First and last pixel of a unit that sees none, as some in a transposed convolution."""


@dataclass(frozen=True)
class PeriodicField:
    """First and last pixel that each unit along an axis sees, in a repeating pattern.

        u(a q + b) = starts[b] + a S,   v(a q + b) = ends[b] + a S,   q = len(starts), S = step

    An ordinary convolution has q = 1. Upsampling and transposed convolutions have more than one
    unit per pixel, and these may see fields of different sizes.

    Args:
        starts: First pixel of each of the first q units.
        ends: Last pixel of each.
        step: Pixels from a unit to the one q units further on.

    Example:

    >>> twice = PeriodicField((0, 0), (0, 0), step=1)  # nearest upsampling
    >>> three = PeriodicField((-1,), (1,), step=1)  # a convolution of three taps
    >>> seen = twice.then(three)
    >>> [seen(unit) for unit in range(4)]
    [(-1, 0), (0, 1), (0, 1), (1, 2)]
    >>> seen.size, seen.stride, seen.padding
    (2, Fraction(1, 2), Fraction(1, 2))
    """

    starts: tuple[float, ...]
    ends: tuple[float, ...]
    step: int = 1

    @property
    def period(self) -> int:
        """q, the number of units after which the pattern repeats."""
        return len(self.starts)

    def __call__(self, unit: int) -> tuple[float, float]:
        """Returns the first and last pixel of a unit, not clipped at the image's border."""
        a, b = divmod(unit, self.period)
        return self.starts[b] + a * self.step, self.ends[b] + a * self.step

    @property
    def size(self) -> int:
        """r0, the number of pixels that the unit with the largest field sees."""
        pairs = zip(self.starts, self.ends, strict=True)
        return int(max(0, *(end - start + 1 for start, end in pairs)))

    @property
    def stride(self) -> int | Fraction:
        """S0, the pixels from one unit to the next, on average over a period."""
        return _whole_if_possible(Fraction(self.step, self.period))

    @property
    def padding(self) -> int | Fraction:
        """P0, so that no unit u sees a pixel before floor(-P0 + u S0)."""
        q, S = self.period, Fraction(self.step, self.period)
        ahead = [start - b * S for b, start in enumerate(self.starts) if math.isfinite(start)]
        return _whole_if_possible(-(Fraction(min(ahead, default=0)) + 1 - Fraction(1, q)))

    def then(self, layer: PeriodicField) -> PeriodicField:
        """Returns what the units of a layer see through this field, eq. 11-12 for q = 1.

        Args:
            layer: Field of the layer's units in terms of the units that this field belongs to.
        """
        # The number of the layer's periods after which the units that it reads repeat too.
        times = self.period // math.gcd(self.period, layer.step)
        seen = [self._seen_by(*layer(unit)) for unit in range(layer.period * times)]
        step = self.step * (layer.step * times // self.period)
        return PeriodicField(*_columns(seen), step).reduced()

    @property
    def disordered(self) -> bool:
        """Whether a unit begins before the one ahead of it, as where a map was rolled."""
        starts = [start for start in self.starts if math.isfinite(start)]
        return starts != sorted(starts)

    def then_within(self, layer: PeriodicField, length: int, new_length: int) -> PeriodicField:
        """Returns the same as `then` for a map of a fixed length, with nothing beyond its ends.

        Args:
            layer: As for `then`.
            length: Number of units that this field belongs to.
            new_length: Number of the layer's units.
        """
        reads = (layer(unit) for unit in range(new_length))
        seen = [self._seen_by(max(a, 0), min(b, length - 1)) for a, b in reads]
        step = self.stride * layer.stride * new_length
        if not seen or step != int(step):
            return self.then(layer)
        return PeriodicField(*_columns(seen), int(step)).reduced()

    def over(self, offsets: Sequence[int]) -> PeriodicField:
        """Returns what units see that each read the units at `offsets` from their own index."""
        last = max(offsets)
        if len(offsets) == last + 1 and min(offsets) == 0:
            return self.then(PeriodicField((0,), (last,), 1))
        seen = [
            [self(unit + offset) for offset in offsets] for unit in range(self.period)
        ]  # units that see nothing have the bounds inf and -inf
        pairs = [(min(a for a, _ in own), max(b for _, b in own)) for own in seen]
        return PeriodicField(*_columns(pairs), self.step).reduced()

    def interleaved(self, others: Sequence[PeriodicField]) -> PeriodicField:
        """Returns the fields of units of which every k-th belongs to the k-th of several fields.

        Raises:
            ValueError: If the strides differ.
        """
        fields = [self, *others]
        if len({field.stride for field in fields}) > 1:
            raise ValueError("Fields of different strides.")
        period = math.lcm(*(field.period for field in fields))
        seen = [field(unit) for unit in range(period) for field in fields]
        return PeriodicField(*_columns(seen), int(self.stride * period)).reduced()

    def union(self, other: PeriodicField) -> PeriodicField:
        """Returns what the units of a merge see.

        Raises:
            ValueError: If the strides differ.
        """
        if self.stride != other.stride:
            raise ValueError(f"Fields of different strides: {self.stride} and {other.stride}.")
        pairs = self._beside(other)
        seen = [(min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs]
        step = self.stride * len(pairs)
        return PeriodicField(*_columns(seen), int(step)).reduced()

    def is_aligned_with(self, other: PeriodicField) -> bool:
        """Returns whether the fields of all units have the same centers."""
        pairs = [(a, b) for a, b in self._beside(other) if NOTHING not in (a, b)]
        return all(sum(a) == sum(b) for a, b in pairs)

    def reduced(self) -> PeriodicField:
        """Returns the same with the shortest period."""
        q = self.period
        for shorter in (n for n in range(1, q) if q % n == 0 and self.step * n % q == 0):
            step = self.step * shorter // q
            field = PeriodicField(self.starts[:shorter], self.ends[:shorter], step)
            if all(field(unit) == self(unit) for unit in range(q)):
                return field
        return self

    def _seen_by(self, first: float, last: float) -> tuple[float, float]:
        if last < first:
            return NOTHING
        a, b, q = int(first), int(last), self.period
        # The units at the ends of a longer run have the first and last pixels of all of it.
        start = min(self(unit)[0] for unit in range(a, min(b, a + q - 1) + 1))
        end = max(self(unit)[1] for unit in range(max(a, b - q + 1), b + 1))
        return start, end

    def _beside(self, other: PeriodicField) -> list[tuple[tuple[float, float], ...]]:
        return [(self(unit), other(unit)) for unit in range(math.lcm(self.period, other.period))]


def _columns(seen: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(start for start, _ in seen), tuple(end for _, end in seen)


def _whole_if_possible(value: Fraction) -> int | Fraction:
    return int(value) if value.denominator == 1 else value
