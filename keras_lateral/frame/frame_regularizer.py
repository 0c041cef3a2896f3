"""The penalty that keeps a layer's operator within frame bounds."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.frame.gram.kernel_gram import kernel_gram
from keras_lateral.frame.gram.methods import multiplications
from keras_lateral.frame.gram.rows import KernelGram
from keras_lateral.frame.penalty import Penalty
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.keras_tools.arguments import (
    GramMethod,
    Side,
    Tensor,
    check_choice,
    is_positive,
    plain_number,
)
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry


def frame_penalty(gram: KernelGram, lower: Tensor | None, upper: Tensor | None) -> Tensor:
    """Returns R, the mean over the rows of V of their squared distance from the bounds.

        R(W) = 1/n sum_i [ M(v_ii - A - r_i)^2 + M(B - v_ii - r_i)^2 ],   M(v) = min(v, 0)

    By Gershgorin's theorem R = 0 means that all squared singular values of W lie in [A, B].

    Args:
        gram: Diagonal and row sums of V.
        lower: A, a number or a scalar tensor, or `None` for no lower bound.
        upper: B, a number or a scalar tensor, or `None` for no upper bound.

    Returns:
        Scalar tensor.

    Example:

    >>> from keras import ops
    >>> from keras_lateral.ops import kernel_gram
    >>> float(frame_penalty(kernel_gram(2 * ops.eye(3)), lower=1.0, upper=2.0))
    4.0

    Reference:

    - Gneushev, A., Grigor'ev, A., Matveev, I. (2022). Regularization of a neural network layer
      by building a frame in the parameter space.
    """
    v, r, counts = gram
    outside = [] if lower is None else [ops.relu(lower + r - v)]
    outside += [] if upper is None else [ops.relu(v + r - upper)]
    distance = sum(map(ops.square, outside[1:]), ops.square(outside[0]))
    if np.ptp(counts):  # otherwise each class stands for equally many pixels
        weights = (counts / counts.mean())[:, None].astype(ops.dtype(v))
        distance = distance * ops.convert_to_tensor(weights)
    return ops.mean(distance)


@dataclass(eq=False)
class _Bounds:
    """The first two arguments. Of a dataclass's bases, the fields of the last one come first."""

    lower: float | None = 0.5
    upper: float | None = 2.0


@keras.saving.register_keras_serializable(package="keras_lateral")
@dataclass(eq=False)
class FrameRegularizer(Penalty, _Bounds):
    """Keeps the squared singular values of a layer's operator within [A, B].

        R(W) = 1/n sum_i [ M(v_ii - A - r_i)^2 + M(B - v_ii - r_i)^2 ],   M(v) = min(v, 0)

    V = W^T W (or W W^T where it must be singular), r_i = sum over j != i of |v_ij|. W is the
    layer's matrix, for a convolution block-Toeplitz; its V is computed from the kernel, far from
    the borders of the map. The kernel alone does not determine stride, dilation and groups: give
    them here, or let `attach_regularizer` read them from the layers. The masked layers of this
    library fill them in where none is given.

    Where an argument can be set at any time, a jitted JAX step of your own sees the new value as
    soon as it is passed `model.non_trainable_variables` read anew.

    Args:
        lower: A, lower bound of the squared singular values, or `None` for none. A number can be
            set to another one at any time.
        upper: B, upper bound, or `None` for none; it can be set like `lower`.
        factor: Strength; can be set at any time, and a `RegularizerSchedule` scales it. Too large
            a factor makes training diverge: keep `factor * every * learning rate` small.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks; it goes up to
            16, so use a factor of 1e-3 with it.
        rows: Number of channels of V to compute, a new random sample in each call, which leaves
            the penalty unbiased. Defaults to all.
        side: `"columns"` for W^T W, `"rows"` for W W^T. Defaults to the side where A > 0 is
            possible, and to W^T W where both are.
        method: How V is computed, see `ops.kernel_gram`; the result is the same.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: The layer's strides.
        dilation_rate: The layer's dilation rate.
        groups: The layer's groups.
        seed: Seed of the random numbers for `every` and `rows`.
        beside: Another regularizer that acts on the same kernel.

    Raises:
        ValueError: If an argument is out of its range, `lower` is above `upper`, or, when called,
            if the kernel does not fit, or A > 0 is impossible on the chosen side.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer
    >>> regularizer = FrameRegularizer(lower=0.5, upper=1.0, factor=0.1)
    >>> conv = keras.layers.Conv2D(8, 3, kernel_regularizer=regularizer)
    >>> conv.build((None, 8, 8, 4))
    >>> len(conv.losses)
    1
    >>> float(regularizer(keras.ops.eye(4)))  # an isometry lies within the bounds
    0.0

    Reference:

    - Gneushev, A., Grigor'ev, A., Matveev, I. (2022). Regularization of a neural network layer
      by building a frame in the parameter space.
    """

    bounds = ("lower", "upper")

    factor: float = 1e-2
    _: KW_ONLY
    rows: int | None = None
    side: Side | None = None
    method: GramMethod = "auto"

    def __post_init__(self) -> None:
        check_bounds(self.lower, self.upper)
        self._shapes: set[tuple[int, ...]] = set()
        if self.side is not None:
            check_choice("side", self.side, Side)
        check_choice("method", self.method, GramMethod)
        if self.rows is not None and not is_positive(self.rows):
            raise ValueError(
                "Invalid value for argument `rows`. Expected a positive number of channels, or "
                f"None for all. Received: rows={self.rows!r}"
            )
        self.rows = None if self.rows is None else int(self.rows)
        self.uses_random_numbers = self.rows is not None
        super().__post_init__()

    def _checked_change(self, name: str, value: Any) -> Any:
        """Returns a new value, or raises; a bound can become another one, but not come or go."""
        value = super()._checked_change(name, value)
        if name not in self.bounds:
            return value
        bounds = {bound: getattr(self, bound) for bound in self.bounds}
        if (bounds[name] is None) != (value is None):
            raise AttributeError(
                f"`{name}` of a {type(self).__name__} cannot change from {bounds[name]!r} to "
                f"{value!r}: functions that are already compiled would not follow. Make another "
                "regularizer and use "
                'keras_lateral.attach_regularizer(model, regularizer, existing="replace").'
            )
        bounds[name] = value
        check_bounds(**bounds)
        for shape in self._shapes:
            self._check_lower(bounds["lower"], shape)
        return plain_number(value)

    def penalty(
        self, kernel: Tensor, draw: SeedAt, lower: Tensor = None, upper: Tensor = None
    ) -> Tensor:
        """Returns R; `lower` and `upper` stand in for the regularizer's own."""
        shape = tuple(kernel.shape)
        self.check(shape)
        self._shapes.add(shape)
        side = self.side or self.geometry.default_side(shape)
        size = self.geometry.sides(shape)[side].channels
        rows = None
        if self.rows is not None and self.rows < size:
            rows = ops.argsort(keras.random.uniform((size,), seed=draw))[: self.rows]
        gram = kernel_gram(kernel, self.geometry, side=side, method=self.method, rows=rows)
        lower = self.lower if lower is None else lower
        upper = self.upper if upper is None else upper
        return frame_penalty(gram, lower, upper)

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications the penalty makes."""
        return multiplications(shape, self.geometry, self.side)

    def check(self, shape: tuple[int, ...], label: str | None = None) -> None:
        """Raises if a kernel of this shape cannot have these bounds."""
        super().check(shape, label)
        self._check_lower(self.lower, shape, label)

    def _check_lower(
        self, lower: float | None, shape: tuple[int, ...], label: str | None = None
    ) -> None:
        if lower:
            side = self.side or self.geometry.default_side(shape)
            check_lower_bound(lower, self.geometry, shape, side, label)


def check_bounds(lower: Any, upper: Any) -> None:
    """Raises if no frame can have these bounds."""
    for name, value in (("lower", lower), ("upper", upper)):
        if value is None or (isinstance(value, Real) and 0 <= float(value) < float("inf")):
            continue
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected a squared singular value, 0 or above, "
            f"or None. Received: {name}={value!r}"
        )
    if lower is None and upper is None:
        raise ValueError("Expected at least one of the bounds. Received: lower=None, upper=None")
    if lower is not None and upper is not None and lower > upper:
        raise ValueError(
            "Invalid values for arguments `lower` and `upper`. The lower frame bound cannot be "
            f"above the upper one. Received: lower={lower}, upper={upper}"
        )


def check_lower_bound(
    lower: float, geometry: KernelGeometry, shape: Any, side: Side, label: str | None
) -> None:
    """Raises if V is singular on this side whatever the weights are."""
    this = geometry.sides(shape)[side]
    if not this.is_singular:
        return
    name = {"columns": "W^T W", "rows": "W W^T"}[side]
    other: Side = "rows" if side == "columns" else "columns"
    advice = (
        "Use lower=None, or lower=0."
        if geometry.sides(shape)[other].is_singular
        else f'Use side="{other}", or leave `side` out.'
    )
    raise ValueError(
        f"A lower bound above 0 is impossible on side={side!r}: {name} has {this.size} rows per "
        f"group and step, and a rank of at most {this.rank}. {advice} Received: lower={lower} with "
        f"a kernel of shape {tuple(shape)} and {geometry}"
        + (f", of layer {label!r}" if label else "")
    )
