"""The scope in which no mask acts."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Switch(Protocol):
    """Something with a mask that follows the scope, such as a layer that is already compiled."""

    def follow_exact_gradients(self) -> None:
        """Called whenever the result of `gradients_are_exact` has changed."""


_switches: weakref.WeakSet[Switch] = weakref.WeakSet()
_depth = 0


def gradients_are_exact() -> bool:
    """Returns whether an `exact_gradients` scope is open."""
    return _depth > 0


def register_switch(switch: Switch) -> None:
    """Makes `switch` follow every scope that opens or closes from now on, while it lives."""
    _switches.add(switch)


def unregister_switch(switch: Switch) -> None:
    """Makes `switch` follow no scope any more."""
    _switches.discard(switch)


def live_switches() -> tuple[Switch, ...]:
    """Returns everything registered that is still alive, in no particular order."""
    return tuple(_switches)


@contextmanager
def exact_gradients() -> Iterator[None]:
    """A scope in which the backward pass is the ordinary one.

    A gradient computed through a masked backward pass is not the loss's gradient. Attacks that
    use it look weaker than they are ("obfuscated gradients"); saliency maps show the mask. Masks
    act only while training, so gradients with `training=False` are exact anyway; this scope makes
    them exact with `training=True` too.

    Each mask reads a variable, so functions that are already compiled follow the scope as well,
    and a function compiled inside it has its masks back outside. The scope is global to the
    process. With explicit state (JAX), collect the state inside the scope.

    Example:

    >>> import keras
    >>> from keras_lateral import GradientMask, exact_gradients
    >>> mask = GradientMask()
    >>> with exact_gradients():
    ...     y = mask(keras.ops.ones((1, 5, 5, 2)), training=True)  # its gradient is exact

    Reference:

    - Athalye, A., Carlini, N., Wagner, D. (2018). Obfuscated Gradients Give a False Sense of
      Security.
    """
    global _depth
    _depth += 1
    try:
        if _depth == 1:
            _notify()
        yield
    finally:
        _depth -= 1
        if _depth == 0:
            _notify()


def _notify() -> None:
    for switch in live_switches():
        switch.follow_exact_gradients()
