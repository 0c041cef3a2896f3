"""What every regularizer here has: a factor that can change during `fit`, and lazy evaluation."""

from __future__ import annotations

import math
import random
import warnings
from numbers import Integral, Real
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.frame.gram.problem import at_least_float32
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.frame.tracked_state import check_that_it_can_count, is_frozen, values_of
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry, PerAxis
from keras_lateral.keras_tools.types import KernelKind, Tensor

Every = int | Literal["auto"]

_AFFORDED = 5e7  # multiplications in each step, with every="auto"
_LAZIEST = 16  # as the lazy regularization of StyleGAN2
_COUNTED_TO = 2**23  # float32 counts exactly as far


class Penalty(keras.regularizers.Regularizer, keras.random.SeedGenerator):
    """A regularizer `factor * scale * R(kernel)` whose factor and scale can change at any time.

    Both, and the number of calls, are kept in one variable, so functions that are already
    compiled follow. A layer tracks it because a penalty is a seed generator too: it belongs to
    `layer.variables`, not to `layer.weights`, on all backends.

    Subclasses give `penalty`.

    Args:
        factor: Strength, 0 or above.
        every: The penalty is computed in one of `every` calls, in the others it is 0; `every`
            times as strong then, so that it is the same in the mean. Which call of each block of
            `every` it is, is drawn, so a regularizer that several layers share is fair to all.
            `"auto"` chooses for each kernel by what its penalty costs: 1 for small ones, up to
            16 for large ones.
        kind: How the kernel's axes are to be read, see `ops.KernelGeometry`.
        strides: The layer's strides.
        dilation_rate: The layer's dilation rate.
        groups: The layer's groups.
        seed: Seed of what is drawn. Defaults to one that `keras.utils.set_random_seed` governs.
        beside: Another regularizer that acts on the same kernel.
    """

    every: Every
    geometry: KernelGeometry
    seed: int
    beside: Any
    state: keras.Variable
    _factor: float
    _scale: float
    _is_constant: bool

    uses_random_numbers: bool = False
    """Whether `penalty` draws random numbers."""

    def __init__(
        self,
        factor: float,
        *,
        every: Every = 1,
        kind: KernelKind | None = None,
        strides: PerAxis = 1,
        dilation_rate: PerAxis = 1,
        groups: int = 1,
        seed: int | None = None,
        beside: Any = None,
    ) -> None:
        self.every = _interval(every)
        self.geometry = KernelGeometry(kind, strides, dilation_rate, groups)
        self.seed = random.randrange(2**31) if seed is None else _seed(seed)
        self.beside = keras.regularizers.get(beside)
        self.name = keras.utils.get_registered_name(type(self)).split(">")[-1]
        self._factor = _strength("factor", factor)
        self._scale = 1.0
        self._is_constant = False
        self.state = keras.Variable(
            np.array([self._factor, 0.0], "float32"),
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
            name=f"{self.name}_state",
        )

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R, a scalar tensor.

        Args:
            kernel: The kernel as Keras has it, float32 or float64.
            draw: Seed for random numbers, another one in each call.
        """
        raise NotImplementedError

    def check(self, shape: tuple[int, ...], label: str | None = None) -> None:
        """Raises if a kernel of this shape can not be regularized with these settings.

        Args:
            shape: The kernel's shape.
            label: Whose kernel it is, for the message.
        """
        self.geometry.kind_for(shape)

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications `penalty` makes for a kernel of this shape."""
        return 0.0

    def every_for(self, shape: tuple[int, ...]) -> int:
        """Returns how many calls share one computation for a kernel of this shape."""
        if self.every != "auto":
            return self.every
        share = math.ceil(self.multiplications(shape) / _AFFORDED)
        return min(max(share, 1), _LAZIEST)

    def __call__(self, x: Tensor) -> Tensor:
        """Returns factor * scale * R of a kernel, a scalar tensor."""
        kernel = at_least_float32(x)
        every = self.every_for(tuple(kernel.shape))
        counts = every > 1 or self.uses_random_numbers
        if counts:
            check_that_it_can_count(self.state, x, self.name)
        self._is_constant |= is_frozen(self.state, x)
        strength, calls = ops.unstack(self.state.value * 1, num=2)
        if counts:
            # From 0 again where a block ends.
            calls_after = ops.mod(calls + 1.0, float(_COUNTED_TO // every * every))
            self.state.assign(ops.stack([strength, calls_after]))
        value = self._now_and_then(kernel, ops.cast(calls, "int32"), every)
        value = ops.cast(strength, ops.dtype(value)) * value
        return value if self.beside is None else value + ops.cast(self.beside(x), ops.dtype(value))

    def _now_and_then(self, kernel: Tensor, calls: Tensor, every: int) -> Tensor:
        draw = SeedAt(self.seed, calls)
        if every == 1:
            return self.penalty(kernel, draw)
        # In whole numbers: compiled, a division of floats by 41 rounds 41 / 41 to below 1.
        block, place = ops.floor_divide(calls, every), ops.mod(calls, every)
        drawn = keras.random.randint((), 0, every, seed=SeedAt(self.seed, block, stream=1))
        return ops.cond(
            ops.equal(place, drawn),
            lambda: every * self.penalty(kernel, draw),
            lambda: ops.zeros((), ops.dtype(kernel)),
        )

    @property
    def factor(self) -> float:
        """Strength of the penalty."""
        return self._factor

    @factor.setter
    def factor(self, factor: float) -> None:
        self._factor = _strength("factor", factor)
        self._bring_up_to_date()

    @property
    def scale(self) -> float:
        """What a schedule multiplies the factor by; 1 when no schedule does, and not saved."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        self._scale = _strength("scale", scale)
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        _, calls = values_of(self.state)
        self.state.assign(np.array([self._factor * self._scale, calls], "float32"))
        if self._is_constant:
            warnings.warn(
                f"A compiled function has the earlier strength of this {self.name} as a constant. "
                "On JAX, make a regularizer an attribute of the layer that uses it before that "
                "layer is built, so that its state is followed.",
                UserWarning,
                stacklevel=3,
            )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, with what was set later."""
        return {
            "factor": self._factor,
            "every": self.every,
            "kind": self.geometry.kind,
            "strides": self.geometry.strides,
            "dilation_rate": self.geometry.dilation_rate,
            "groups": self.geometry.groups,
            "seed": self.seed,
            "beside": keras.regularizers.serialize(self.beside) if self.beside else None,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Penalty:
        """Returns a regularizer with these arguments."""
        return cls(**config)


def _strength(name: str, value: Any) -> float:
    if not isinstance(value, Real) or not 0 <= float(value) < float("inf"):
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected a number, 0 or above. "
            f"Received: {name}={value!r}"
        )
    return float(value)


def _seed(value: Any) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < 0:
        raise ValueError(
            "Invalid value for argument `seed`. Expected an integer, 0 or above, or None. "
            f"Received: seed={value!r}"
        )
    return int(value)


def _interval(every: Any) -> Every:
    if every == "auto":
        return "auto"
    if not isinstance(every, Integral) or isinstance(every, bool) or int(every) < 1:
        raise ValueError(
            'Invalid value for argument `every`. Expected 1 or more calls, or "auto". '
            f"Received: every={every!r}"
        )
    return int(every)
