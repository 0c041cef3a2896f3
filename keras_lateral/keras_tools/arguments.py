"""Names for the arguments that every package shares, and checks of what is given for them."""

from __future__ import annotations

import inspect
import math
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, TypedDict, get_args

import numpy as np

Tensor = Any
"""A tensor of the active Keras backend."""

Shape = tuple[int | None, ...]
"""Axis lengths in elements; `None` where a length is known only when data arrives."""

DataFormat = Literal["channels_last", "channels_first"]
ThresholdMode = Literal["absolute", "mean", "max", "quantile"]
Inhibition = Literal["log", "norm"]
InhibitionPadding = Literal["reflect", "zeros"]
FeatureSets = int | Literal["channels"]
Scope = Literal["all", "weights"]


class GradientMaskArguments(TypedDict, total=False):
    """The keywords of a gradient mask; `GradientMaskSettings` documents them."""

    sigma: Any
    feature_sets: FeatureSets
    threshold: Any
    threshold_mode: ThresholdMode
    inhibition: Inhibition
    inhibition_size: int | None
    inhibition_padding: InhibitionPadding
    zero_sum: bool


KernelKind = Literal["dense", "convolution", "depthwise", "transposed"]
"""How to read a kernel's axes; `KernelGeometry` documents them."""

Borders = Literal["circular", "zeros"]
"""What lies around a map: its other end, or zeros."""

Side = Literal["columns", "rows"]
"""`"columns"`: V = W^T W, a row of V for each input. `"rows"`: V = W W^T, one for each output."""

GramMethod = Literal["auto", "shifts", "fourier", "pairs"]

Padding = Literal["valid", "same", "causal"]
"""Zeros around a layer's map, as set by its argument `padding`."""

SelfPadding = Literal["full", "published"]
"""How far a kernel is shifted against itself in `ops.orthogonal_convolution`."""


def check_choice(name: str, value: object, choices: Any) -> None:
    """Raises if `value` is not one of the values of a `Literal`."""
    if value not in get_args(choices):
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected one of {set(get_args(choices))}. "
            f"Received: {name}={value!r}"
        )


def check_sigma(sigma: Any) -> None:
    """Raises if `sigma` is not a number of pixels above 0."""
    if not isinstance(sigma, Real) or not 0 < float(sigma) < math.inf:
        raise ValueError(
            "Invalid value for argument `sigma`. Expected a number of pixels above 0. "
            f"Received: sigma={sigma}"
        )


def check_odd(name: str, size: object) -> None:
    """Raises if `size` is not an odd number of pixels."""
    if not isinstance(size, Integral) or size < 1 or size % 2 == 0:
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected an odd number of pixels, so that the "
            f"kernel has a centre. Received: {name}={size!r}"
        )


def is_positive(value: Any) -> bool:
    """Returns whether `value` is an integer above 0, and not a bool."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) > 0


class FixedArguments:
    """Mixin: the constructor's arguments cannot be set later, where nothing would follow.

    A class derived from it lists in `can_change` those that can, and ends its constructor with
    `self._is_made = True`. A class derived from that, with a constructor of its own, may call its
    attributes as it likes.
    """

    can_change: ClassVar[frozenset[str]] = frozenset()
    _fixed: ClassVar[frozenset[str]] = frozenset()
    _is_made = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if FixedArguments in cls.__bases__:
            names = inspect.signature(cls.__init__).parameters
            cls._fixed = frozenset(names) - {"self", "args", "kwargs", "name"} - cls.can_change
        elif "__init__" in vars(cls):
            cls._fixed = frozenset()

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuses a new value of a fixed argument; numbers of NumPy's become Python's own."""
        if self._is_made and name in self._fixed:
            kind = type(self).__name__
            raise AttributeError(
                f"`{name}` of {kind} is fixed when it is made: what is compiled or prepared "
                f"already would not follow. Make another {kind} instead. "
                f"Received: {name}={value!r}"
            )
        super().__setattr__(name, plain_number(value))


def plain_number(value: Any) -> Any:
    """Returns a number of NumPy's as one of Python's, which JSON can hold; others as they are."""
    return value.item() if isinstance(value, np.generic) else value
