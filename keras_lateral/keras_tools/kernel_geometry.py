"""How a kernel acts: what its axes mean, and the operator's stride, dilation and groups."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from keras import ops

from keras_lateral.keras_tools.arguments import (
    KernelKind,
    Padding,
    Side,
    Tensor,
    check_choice,
    is_positive,
)

PerAxis = int | Sequence[int]


@dataclass(frozen=True)
class KernelGeometry:
    """What a kernel's operator depends on besides the kernel itself.

    | kind | kernel's axes, as in Keras |
    |---|---|
    | `"dense"` | `(inputs, outputs)` |
    | `"convolution"` | `(*taps, inputs / groups, outputs)` |
    | `"depthwise"` | `(*taps, inputs, multiplier)` |
    | `"transposed"` | `(*taps, outputs, inputs)` |

    Args:
        kind: How to read the kernel's axes. `None` reads a kernel of rank 2 as dense, any
            other as an ordinary convolution.
        strides: Positions from one output to the next, for all axes or each; of a transposed
            convolution, from one input to the next.
        dilation_rate: Positions from one tap to the next, for all axes or each.
        groups: Number of independent groups of channels of an ordinary convolution.

    Raises:
        ValueError: If a value is out of its range.

    Example:

    >>> KernelGeometry(strides=2).kind_for((3, 3, 16, 32))
    'convolution'
    """

    kind: KernelKind | None = None
    strides: PerAxis = 1
    dilation_rate: PerAxis = 1
    groups: int = 1

    def __post_init__(self) -> None:
        if self.kind is not None:
            check_choice("kind", self.kind, KernelKind)
        for name in ("strides", "dilation_rate"):
            object.__setattr__(self, name, _positive_integers(name, getattr(self, name)))
        if not is_positive(self.groups):
            raise ValueError(
                "Invalid value for argument `groups`. Expected a positive integer. "
                f"Received: groups={self.groups!r}"
            )
        object.__setattr__(self, "groups", int(self.groups))
        if self.kind is not None:
            self._check_groups(self.kind)

    def kind_for(self, shape: Sequence[int]) -> KernelKind:
        """Returns the kind of a kernel of `shape`, after checking that it can be one.

        Raises:
            ValueError: If a kernel of this shape cannot have this kind, strides or groups.
        """
        if None in tuple(shape):
            raise ValueError(
                "Expected a kernel, whose axes have known sizes; the output of a layer is not one. "
                f"Received: a tensor of shape {tuple(shape)}"
            )
        kind = self.kind or ("dense" if len(shape) == 2 else "convolution")
        _check_rank(kind, shape)
        self._check_groups(kind)
        taps = len(shape) - 2
        for name in ("strides", "dilation_rate"):
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) != taps:
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected an integer, or one for each "
                    f"of the {taps} spatial axes of the kernel. Received: {name}={value} with a "
                    f"kernel of shape {tuple(shape)}"
                )
        if shape[-1] % self.groups:
            raise ValueError(
                "Invalid value for argument `groups`. The groups must divide the outputs. "
                f"Received: groups={self.groups} with a kernel of shape {tuple(shape)}, which has "
                f"{shape[-1]} outputs"
            )
        return kind

    def differences(
        self, other: KernelGeometry, shape: Sequence[int]
    ) -> dict[str, tuple[Any, Any]]:
        """Returns the settings in which two ways of reading a kernel of `shape` differ, by name.

        Example:

        >>> KernelGeometry().differences(KernelGeometry("convolution", (2, 2)), (3, 3, 8, 8))
        {'strides': (1, (2, 2))}
        """
        own, others = (
            {
                "kind": geometry.kind or ("dense" if len(shape) == 2 else "convolution"),
                "strides": _per_axis(geometry.strides, len(shape) - 2),
                "dilation_rate": _per_axis(geometry.dilation_rate, len(shape) - 2),
                "groups": geometry.groups,
            }
            for geometry in (self, other)
        )
        return {
            name: (value if name == "kind" else getattr(self, name), getattr(other, name))
            for name, value in own.items()
            if value != others[name]
        }

    def _check_groups(self, kind: KernelKind) -> None:
        if self.groups > 1 and kind != "convolution":
            raise ValueError(
                "Invalid value for argument `groups`. Only an ordinary convolution can "
                f"have more than 1. Received: groups={self.groups} with kind={kind!r}"
            )

    def axes(self, shape: Sequence[int]) -> list[KernelAxis]:
        """Returns size, stride and dilation along each spatial axis of a kernel of `shape`."""
        self.kind_for(shape)
        sizes = shape[:-2]
        strides = _per_axis(self.strides, len(sizes))
        dilations = _per_axis(self.dilation_rate, len(sizes))
        return [KernelAxis(*axis) for axis in zip(sizes, strides, dilations, strict=True)]

    def channels(self, shape: Sequence[int]) -> tuple[int, int, int]:
        """Returns the groups of the untransposed convolution, and one group's inputs and outputs.

        A transposed convolution is the transpose of the convolution with the same kernel, from
        its outputs to its inputs.
        """
        kind = self.kind_for(shape)
        if kind == "depthwise":
            return shape[-2], 1, shape[-1]
        return self.groups, shape[-2], shape[-1] // self.groups

    def split(self, kernel: Tensor) -> Tensor:
        """Returns the kernel of the convolution as `(groups, *taps, inputs, outputs)`."""
        shape = tuple(kernel.shape)
        groups, inputs, outputs = self.channels(shape)
        taps = shape[:-2]
        if self.kind_for(shape) == "depthwise":
            kernel = ops.reshape(kernel, (*taps, groups, 1, outputs))
            return ops.moveaxis(kernel, -3, 0)
        if groups == 1:
            return ops.expand_dims(kernel, 0)
        kernel = ops.reshape(kernel, (*taps, inputs, groups, outputs))
        return ops.moveaxis(kernel, -2, 0)

    def sides(self, shape: Sequence[int]) -> dict[Side, SideOfOperator]:
        """Returns what is known of V = W^T W and V = W W^T without the weights."""
        _, inputs, outputs = self.channels(shape)
        axes = self.axes(shape)
        reached = inputs * math.prod(axis.reached for axis in axes)
        of_inputs = SideOfOperator("columns", reached, inputs, outputs)
        of_outputs = SideOfOperator("rows", outputs, outputs, reached)
        if self.kind_for(shape) == "transposed":
            return {"columns": of_outputs, "rows": of_inputs}
        return {"columns": of_inputs, "rows": of_outputs}

    def input_lengths(
        self, shape: Sequence[int], input_shape: Sequence[int], padding: Padding
    ) -> list[int]:
        """Returns the lengths of the convolution's input maps; its output maps if transposed."""
        axes = self.axes(shape)
        if self.kind_for(shape) != "transposed":
            return list(input_shape)
        return [
            length * axis.stride + (max(axis.extent - axis.stride, 0) if padding == "valid" else 0)
            for length, axis in zip(input_shape, axes, strict=True)
        ]

    def default_side(self, shape: Sequence[int]) -> Side:
        """Returns the side on which A > 0 is possible: W^T W, unless it must be singular."""
        return "rows" if self.sides(shape)["columns"].is_singular else "columns"


@dataclass(frozen=True)
class SideOfOperator:
    """One of V = W^T W and V = W W^T, per group and per step of the stride.

    Args:
        of_convolution: Which of the two it is for the convolution; the other one for a transposed
            convolution, whose W is the convolution's W^T.
        size: Rows of V. Pixels that no tap reaches have none.
        channels: Rows of V for one of these pixels.
        rank: The highest rank that V can have.
    """

    of_convolution: Side
    size: int
    channels: int
    rank: int

    @property
    def is_singular(self) -> bool:
        """Whether V is singular whatever the weights are, so that A > 0 is impossible."""
        return self.rank < self.size


@dataclass(frozen=True)
class KernelAxis:
    """Number of taps, stride and dilation along one axis."""

    size: int
    stride: int
    dilation: int

    @property
    def step(self) -> int:
        """The ratio s / gcd(s, D): how many taps further the next output meets the same pixel."""
        return self.stride // math.gcd(self.stride, self.dilation)

    @property
    def extent(self) -> int:
        """Positions from the first tap to the last, both counted."""
        return (self.size - 1) * self.dilation + 1

    @property
    def reached(self) -> int:
        """Number of pixels, out of every `stride`, that some tap reaches."""
        return min(self.size, self.step)


def _check_rank(kind: str, shape: Sequence[int]) -> None:
    fits = len(shape) == 2 if kind == "dense" else 3 <= len(shape) <= 5
    if not fits:
        expected = "rank 2" if kind == "dense" else "rank 3, 4 or 5"
        raise ValueError(
            f"A kernel of kind={kind!r} has {expected}. Received: a kernel of shape {tuple(shape)}"
        )


def _positive_integers(name: str, value: Any) -> int | tuple[int, ...]:
    values = list(value) if isinstance(value, Iterable) else [value]
    if not all(is_positive(number) for number in values):
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected a positive integer, or one for each "
            f"spatial axis. Received: {name}={value!r}"
        )
    return int(value) if isinstance(value, Integral) else tuple(int(number) for number in values)


def _per_axis(value: Any, axes: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * axes
