"""The lengths of the maps that a layer acts on."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

Lengths = tuple[int, ...]


def known_lengths(layer: Any, axes: int) -> Lengths | None:
    """Returns the lengths of a layer's input maps in its model's graph; `None` if not known.

    Args:
        layer: A layer. One that is called more than once has the lengths of the first call.
        axes: Number of spatial axes.
    """
    if not axes:
        return ()
    try:
        shape = layer.input.shape
    except AttributeError:  # called in code of a subclassed model or layer, or not at all
        return None
    first = 2 if getattr(layer, "data_format", None) == "channels_first" else 1
    lengths = tuple(shape[first : first + axes])
    return None if None in lengths else lengths


def checked_lengths(input_shape: Any, axes: int) -> Lengths:
    """Returns `input_shape` as a tuple.

    Raises:
        ValueError: If it is not one positive integer for each spatial axis.
    """
    lengths = tuple(input_shape) if isinstance(input_shape, Sequence) else (input_shape,)
    good = all(isinstance(length, Integral) and int(length) > 0 for length in lengths)
    if not good or len(lengths) != axes:
        raise ValueError(
            "Invalid value for argument `input_shape`. Expected the length in pixels of each of "
            f"the {axes} spatial axes, without batch and channels. "
            f"Received: input_shape={input_shape!r}"
        )
    return tuple(int(length) for length in lengths)
