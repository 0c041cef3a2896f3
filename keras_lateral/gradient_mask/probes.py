"""Probes: functions that see, and may replace, the masks' outputs in a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from keras_lateral.keras_tools.arguments import Tensor

Probe = Callable[[Any, Tensor], Tensor]

_probe: Probe | None = None


@contextmanager
def probing(probe: Probe) -> Iterator[None]:
    """A scope in which `probe(owner, y)` is called with every mask's output and replaces it.

    Args:
        probe: Function that returns the tensor that replaces the output: the output itself, to
            only look, or the output plus zeros, whose gradient is the one that arrives at the mask.
    """
    global _probe
    before, _probe = _probe, probe
    try:
        yield
    finally:
        _probe = before


def probed(owner: Any, y: Tensor) -> Tensor:
    """Returns `y`, or what the open probe, if any, replaces it by."""
    return y if _probe is None else _probe(owner, y)
