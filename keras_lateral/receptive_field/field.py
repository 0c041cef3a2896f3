"""The part of an image that a unit sees, and how the fields of two layers compose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

from keras_lateral.receptive_field.periodic_field import PeriodicField

PerAxis = tuple[int | None, ...]
Region = tuple[tuple[int, int], ...]
"""First and last pixel for each axis; the first is after the last where a unit sees none."""


@dataclass(frozen=True)
class ReceptiveField:
    """Size, stride and padding of a receptive field, for each spatial axis of the image.

        u_0 = -P_0 + u_L S_0,   v_0 = u_0 + r_0 - 1

    A unit at u_L sees the pixels u_0 to v_0. For one layer alone, these are its kernel size (with
    dilation (k - 1) d + 1), its stride and its padding on the left.

    Args:
        size: r0 in pixels. `None` where it depends on a length that is not known.
        stride: S0, pixels from one unit to the next. A `Fraction` where units are denser than
            pixels; 0 where every unit sees the whole axis.
        padding: P0, pixels by which the first unit's field begins before the image. `None` where
            it depends on a length that is not known, as after a strided layer with
            `padding="same"`.
        whole: Whether the unit also depends on the whole image, as after squeeze and
            excitation, or has no place in it, as after global pooling.
        axes: The exact field of each unit along each axis, where upsampling or a transposed
            convolution makes it differ from unit to unit. By default it is that of the equation,
            u_0 rounded down.

    Raises:
        ValueError: If the tuples have different lengths or a value is out of its range.

    Example:

    >>> image = ReceptiveField(size=(1, 1), stride=(1, 1), padding=(0, 0))
    >>> conv = ReceptiveField(size=(11, 11), stride=(4, 4), padding=(0, 0))
    >>> pool = ReceptiveField(size=(3, 3), stride=(2, 2), padding=(0, 0))
    >>> pooled = image.then(conv).then(pool)
    >>> pooled
    ReceptiveField(size=(19, 19), stride=(8, 8), padding=(0, 0), whole=False)
    >>> pooled.region((2, 3))
    ((16, 34), (24, 42))

    Reference:

    - [Araujo, Norris, Sim, 2019, Computing receptive fields of convolutional neural
      networks](https://distill.pub/2019/computing-receptive-fields/)
    """

    size: PerAxis
    stride: tuple[int | Fraction, ...]
    padding: tuple[int | Fraction | None, ...]
    whole: bool = False
    axes: tuple[PeriodicField, ...] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not len(self.size) == len(self.stride) == len(self.padding):
            raise ValueError(
                "Invalid value for arguments `size`, `stride` and `padding`. Expected one value "
                f"for each spatial axis in each. Received: size={self.size}, "
                f"stride={self.stride}, padding={self.padding}"
            )
        good = [
            all(r is None or (isinstance(r, Integral) and r >= 0) for r in self.size),
            all(isinstance(S, Rational) and S >= 0 for S in self.stride),
            all(P is None or isinstance(P, Rational) for P in self.padding),
        ]
        for name, right in zip(("size", "stride", "padding"), good, strict=True):
            if not right:
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected a tuple of integers"
                    f"{', not negative' if name != 'padding' else ''}. "
                    f"Received: {name}={getattr(self, name)}"
                )

    def region(self, position: int | Sequence[int]) -> Region:
        """Returns the first and last pixel that a unit sees along each axis, eq. 13-14.

        They are not clipped at the image's border, so they may lie in the padding.

        Args:
            position: u_L, the unit's index along each axis of its map, or one index for all axes.

        Raises:
            ValueError: If a size or padding is not known, or `position` has another number of
                axes.
        """
        is_index = isinstance(position, Integral)
        units: tuple[Any, ...] = (position,) * len(self.size) if is_index else tuple(position)  # type: ignore[arg-type]
        if len(units) != len(self.size):
            raise ValueError(
                f"Invalid value for argument `position`. Expected {len(self.size)} integers, one "
                f"for each spatial axis. Received: position={position}"
            )
        pairs = [axis(int(unit)) for axis, unit in zip(self.exact(), units, strict=True)]
        return tuple((int(u), int(v)) if v >= u else (0, -1) for u, v in pairs)

    def then(self, layer: ReceptiveField) -> ReceptiveField:
        """Returns the field of a layer's units, eq. 11-12, if this is the field of its inputs.

            r = r_0 + (k - 1) S_0,   S = s S_0,   P = P_0 + p S_0

        Args:
            layer: The field of the layer alone.

        Raises:
            ValueError: If the axes differ in number or a size is not known.
        """
        pairs = list(zip(self.exact(known=False), layer.exact(known=False), strict=True))
        axes = tuple(before.then(after) for before, after in pairs)
        unknown = [None in both for both in zip(self.padding, layer.padding, strict=True)]
        return field_from_axes(axes, self.whole or layer.whole, unknown)

    def exact(self, known: bool = True) -> tuple[PeriodicField, ...]:
        if None in self.size or (known and None in self.padding):
            raise ValueError(
                "The size or padding of this receptive field depends on lengths of the image that "
                "are not known. Give them: `receptive_fields(model, input_shape=...)`."
            )
        return self.axes or tuple(map(_by_equation, self.size, self.stride, self.padding))


def field_from_axes(
    axes: Sequence[PeriodicField], whole: bool = False, unknown: Sequence[bool] | None = None
) -> ReceptiveField:
    """Returns the field with these exact axes.

    Args:
        axes: Exact field along each spatial axis.
        whole: Whether the unit depends on the whole image.
        unknown: For each axis, whether its padding is not known.
    """
    hidden = unknown or [False] * len(axes)
    return ReceptiveField(
        size=tuple(axis.size for axis in axes),
        stride=tuple(axis.stride for axis in axes),
        padding=tuple(None if h else a.padding for a, h in zip(axes, hidden, strict=True)),
        whole=whole,
        axes=tuple(axes),
    )


def _by_equation(
    size: int | None, stride: int | Fraction, padding: int | Fraction | None
) -> PeriodicField:
    S, P = Fraction(stride), Fraction(padding or 0)
    starts = [math.floor(-P + b * S) for b in range(S.denominator)]
    return PeriodicField(
        tuple(starts), tuple(u + (size or 0) - 1 for u in starts), int(S * S.denominator)
    )
