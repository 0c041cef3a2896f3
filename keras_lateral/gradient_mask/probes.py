"""Where analysis looks into a forward pass: every mask shows its output to the open probe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from keras_lateral.keras_tools.types import Tensor

Probe = Callable[[Any, Tensor], Tensor]

_probe: Probe | None = None


@contextmanager
def probing(probe: Probe) -> Iterator[None]:
    """A scope in which `probe(owner, y)` is called with every mask's output and replaces it.

    Args:
        probe: Returns the tensor that takes the output's place: itself, to look only, or itself
            plus zeros, whose gradient is then the one that arrives at the mask.
    """
    global _probe
    before, _probe = _probe, probe
    try:
        yield
    finally:
        _probe = before


def probed(owner: Any, y: Tensor) -> Tensor:
    """Returns `y` as the open probe, if any, hands it back."""
    return y if _probe is None else _probe(owner, y)
