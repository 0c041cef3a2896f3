"""The base of all regularizers: a factor that can change during `fit`, and lazy evaluation."""

# No `from __future__ import annotations`: subclasses in other modules inherit the types of the
# fields, and `inspect.signature` and `typing.get_type_hints` then have the types themselves.

import math
import random
import warnings
from dataclasses import KW_ONLY, asdict, dataclass, field, fields
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self, cast

import keras
import numpy as np
from keras import ops

from keras_lateral.frame.gram.problem import at_least_float32
from keras_lateral.frame.stateless_seed import SeedAt, halves
from keras_lateral.frame.tracked_state import check_that_it_can_count, is_frozen, values_of
from keras_lateral.keras_tools.arguments import KernelKind, Tensor, plain_number
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry, PerAxis

Every = int | Literal["auto"]

LORA_FACTORS = ("lora_kernel_a", "lora_kernel_b")
"""What Keras names the weights that `enable_lora` splits a kernel into."""

_MULTIPLICATIONS_PER_STEP = 5e7  # with every="auto"
_LARGEST_EVERY = 16  # as in the lazy regularization of StyleGAN2
_LARGEST_COUNT = 2**23  # float32 counts exactly up to there

_FOLLOWED = ("factor", "scale", "seed")


@dataclass(eq=False)
class Penalty(keras.regularizers.Regularizer, keras.random.SeedGenerator):
    """A regularizer `factor * scale * R(kernel)` whose factor and scale can change at any time.

    Both, the number of calls and the seed are kept in one variable, so functions that are already
    compiled follow. A layer tracks it because a penalty is a seed generator too: on all backends,
    it belongs to `layer.variables` and not to `layer.weights`.

    Subclasses define `penalty`. One that takes more arguments is a dataclass too and lists only
    its own as fields, after `factor` if that has a default: the constructor, `get_config` and
    `repr` follow from the fields.

    Args:
        factor: Strength, 0 or above.
        every: The penalty is computed in one of `every` calls, `every` times as strong, and is 0
            in the others, so that its mean is the same. The call is drawn at random from each block
            of `every` calls, so a regularizer that several layers share is fair to all. `"auto"`
            chooses for each kernel by the cost of its penalty: 1 for small ones, up to 16 for
            large ones.
        kind: How to read the kernel's axes, see `ops.KernelGeometry`.
        strides: The layer's strides.
        dilation_rate: The layer's dilation rate.
        groups: The layer's groups.
        seed: Seed of the random numbers. Defaults to one that `keras.utils.set_random_seed`
            determines.
        beside: Another regularizer that acts on the same kernel.
    """

    factor: float
    _: KW_ONLY
    every: Every = 1
    kind: KernelKind | None = None
    strides: PerAxis = 1
    dilation_rate: PerAxis = 1
    groups: int = 1
    seed: int | None = field(default=None, repr=False)
    beside: Any = None

    scale: float = field(default=1.0, init=False, repr=False)
    """What a schedule multiplies the factor by; 1 without a schedule, and not saved."""

    bounds: ClassVar[tuple[str, ...]] = ()
    """Arguments that `penalty` is passed as tensors, so that they can change at any time too."""

    uses_random_numbers = False
    """Whether `penalty` draws random numbers."""

    was_called = False
    """Whether it has been called; what looks at a training step sets it back before."""

    def __post_init__(self) -> None:
        for argument in fields(self):
            setattr(self, argument.name, plain_number(getattr(self, argument.name)))
        self.every = _checked_every(self.every)
        self.set_geometry(self.geometry)  # with integers of Python's own
        self.seed = random.randrange(2**31) if self.seed is None else _checked_seed(self.seed)
        self.beside = keras.regularizers.get(self.beside)
        self.name = keras.utils.get_registered_name(type(self)).split(">")[-1]
        self._is_constant = False
        self.state = keras.Variable(
            self._values(calls=0.0),
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
            name=f"{self.name}_state",
        )

    def __setattr__(self, name: str, value: Any) -> None:
        """Writes a new value of what can change to the state, and refuses what cannot."""
        if name in ("factor", "scale"):
            value = _checked_strength(name, value)
        constructed = hasattr(self, "state")
        if constructed and name in {argument.name for argument in fields(self)}:
            value = self._checked_change(name, value)
        super().__setattr__(name, value)
        if constructed and name in (*_FOLLOWED, *self.bounds):
            self._update_state()

    def _checked_change(self, name: str, value: Any) -> Any:
        """Returns a new value of an argument, or raises where it could have no effect."""
        if name == "seed":
            return _checked_seed(value)
        if name not in (*_FOLLOWED, *self.bounds):
            raise AttributeError(
                f"`{name}` of a {type(self).__name__} is fixed when it is made: functions that are "
                "already compiled would not follow. Make another regularizer and use "
                'keras_lateral.attach_regularizer(model, regularizer, existing="replace"). '
                f"Received: {name}={value!r}"
            )
        return value

    @property
    def geometry(self) -> KernelGeometry:
        """How the kernel acts: kind, strides, dilation rate and groups together."""
        return KernelGeometry(self.kind, self.strides, self.dilation_rate, self.groups)

    def set_geometry(self, geometry: KernelGeometry) -> None:
        """Sets how the kernel acts, for a layer that is not trained yet."""
        for name, value in asdict(geometry).items():
            object.__setattr__(self, name, value)

    def differences(
        self, geometry: KernelGeometry, shape: tuple[int, ...]
    ) -> dict[str, tuple[Any, Any]]:
        """Returns what the penalty is computed with and its layer has otherwise, by name.

        Args:
            geometry: How the layer's kernel acts.
            shape: The kernel's shape.
        """
        return self.geometry.differences(geometry, shape)

    def fit_to(self, geometry: KernelGeometry, shape: tuple[int, ...]) -> bool:
        """Takes a layer's geometry if none was given; returns whether it is the layer's then.

        The layers of this library call it when they are built.
        """
        if self.differences(geometry, shape) and self.geometry == KernelGeometry():
            self.set_geometry(geometry)
        return not self.differences(geometry, shape)

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R, a scalar tensor.

        Args:
            kernel: The kernel as Keras has it, float32 or float64.
            draw: Seed for random numbers, a new one in each call.

        A subclass with `bounds` takes those that are not `None` by their names too, as scalar
        tensors of the kernel's dtype.
        """
        raise NotImplementedError

    def check(self, shape: tuple[int, ...], label: str | None = None) -> None:
        """Raises if a kernel of this shape cannot be regularized with these settings.

        Args:
            shape: The kernel's shape.
            label: Name of the layer, for the message.
        """
        self.geometry.kind_for(shape)

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns roughly how many multiplications `penalty` makes for a kernel of this shape."""
        return 0.0

    def every_for(self, shape: tuple[int, ...]) -> int:
        """Returns the number of calls that share one computation for a kernel of this shape."""
        if self.every != "auto":
            return self.every
        share = math.ceil(self.multiplications(shape) / _MULTIPLICATIONS_PER_STEP)
        return min(max(share, 1), _LARGEST_EVERY)

    def __call__(self, x: Tensor) -> Tensor:
        """Returns factor * scale * R of a kernel, a scalar tensor."""
        self.was_called = True
        _check_that_it_is_a_kernel(x, self.name)
        kernel = at_least_float32(x)
        every = self.every_for(tuple(kernel.shape))
        counts = every > 1 or self.uses_random_numbers
        if counts:
            check_that_it_can_count(self.state, x, self.name)
        self._is_constant |= is_frozen(self.state, x)
        strength, calls, *others = ops.unstack(self.state.value * 1, num=self.state.shape[0])
        if counts:
            # Starts from 0 again at the end of a block.
            calls_after = ops.mod(calls + 1.0, float(_LARGEST_COUNT // every * every))
            self.state.assign(ops.stack([strength, calls_after, *others]))
        seed, now = others[:4], [ops.cast(bound, ops.dtype(kernel)) for bound in others[4:]]
        bounds = dict(zip(self._bounds_now(), now, strict=True))
        value = self._lazy_penalty(kernel, ops.cast(calls, "int32"), every, seed, bounds)
        value = ops.cast(strength, ops.dtype(value)) * value
        return value if self.beside is None else value + ops.cast(self.beside(x), ops.dtype(value))

    def _lazy_penalty(
        self, kernel: Tensor, calls: Tensor, every: int, seed: Any, bounds: dict[str, Tensor]
    ) -> Tensor:
        draw = SeedAt(seed[:2], calls)
        if every == 1:
            return self.penalty(kernel, draw, **bounds)
        # In integers: a compiled division of floats by 41 rounds 41 / 41 to below 1.
        block, place = ops.floor_divide(calls, every), ops.mod(calls, every)
        drawn = keras.random.randint((), 0, every, seed=SeedAt(seed[2:], block))
        return ops.cond(
            ops.equal(place, drawn),
            lambda: every * self.penalty(kernel, draw, **bounds),
            lambda: ops.zeros((), ops.dtype(kernel)),
        )

    def _values(self, calls: float) -> np.ndarray:
        """Returns the state: strength, number of calls, where the seed's streams begin, bounds."""
        seed = cast("int", self.seed)
        streams = (*halves(seed, stream=0), *halves(seed, stream=1))
        bounds = self._bounds_now().values()
        return np.array([self.factor * self.scale, calls, *streams, *bounds], "float32")

    def _bounds_now(self) -> dict[str, float]:
        named = {name: getattr(self, name) for name in self.bounds}
        return {name: value for name, value in named.items() if value is not None}

    def _update_state(self) -> None:
        self.state.assign(self._values(calls=values_of(self.state)[1]))
        if self._is_constant:
            warnings.warn(
                f"A compiled function holds the earlier strength of this {self.name} as a "
                "constant. On JAX, make a regularizer an attribute of the layer that uses it "
                "before that layer is built, so that its state is tracked.",
                UserWarning,
                stacklevel=3,
            )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__repr__" not in vars(cls):  # or `dataclass` would write a longer one
            cls.__repr__ = Penalty.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        """Returns the arguments, without the seed and keyword arguments left at their defaults."""
        given = [(a, getattr(self, a.name)) for a in fields(self) if a.init and a.repr]
        shown = [
            f"{argument.name}={value!r}"
            for argument, value in given
            if not argument.kw_only or not _is_default(value, argument.default)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, with the values they have now; a subclass's own come first."""
        shared = {argument.name for argument in fields(Penalty)}
        names = [argument.name for argument in fields(self) if argument.init]
        # Folders of searches know a model by the text of its config, so this order must not change.
        config = {name: getattr(self, name) for name in sorted(names, key=shared.__contains__)}
        beside = keras.regularizers.serialize(self.beside) if self.beside else None
        return {**config, **asdict(self.geometry), "beside": beside}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Returns a regularizer with these arguments."""
        return cls(**config)


def _is_default(value: Any, default: Any) -> bool:
    per_axis = value if isinstance(value, tuple) else (value,)
    return all(part == default for part in per_axis)


def _check_that_it_is_a_kernel(x: Any, name: str) -> None:
    """Raises for the factors that `enable_lora` gives a kernel's regularizer to."""
    if isinstance(x, keras.Variable) and x.name in LORA_FACTORS:
        raise ValueError(
            f"{name} regularizes the kernel of a layer, but was called with a factor of it, "
            f"{x.path!r}: LoRA is enabled in that layer. Use "
            "`keras_lateral.detach_regularizer(model)`, or enable LoRA in layers without one."
        )


def _checked_strength(name: str, value: Any) -> float:
    if not isinstance(value, Real) or not 0 <= float(value) < float("inf"):
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected a number, 0 or above. "
            f"Received: {name}={value!r}"
        )
    return float(value)


def _checked_seed(value: Any) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < 0:
        raise ValueError(
            "Invalid value for argument `seed`. Expected an integer, 0 or above, or None. "
            f"Received: seed={value!r}"
        )
    return int(value)


def _checked_every(every: Any) -> Every:
    if every == "auto":
        return "auto"
    if not isinstance(every, Integral) or isinstance(every, bool) or int(every) < 1:
        raise ValueError(
            'Invalid value for argument `every`. Expected 1 or more calls, or "auto". '
            f"Received: every={every!r}"
        )
    return int(every)
