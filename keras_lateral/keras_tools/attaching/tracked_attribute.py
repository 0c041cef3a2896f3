"""Gives a built layer an attribute with state, or takes it away.

Keras locks a layer's state when it is built. The way in which its own layers add state later, as in
`enable_lora`, is not public; this file is the only one that uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


def set_tracked_attribute(layer: Any, name: str, value: Any) -> None:
    """Sets an attribute of a layer, built or not, so that Keras tracks the state in it.

    Args:
        layer: A Keras layer.
        name: Name of the attribute.
        value: New value. A seed generator or layer that it replaces is no longer tracked.

    Raises:
        RuntimeError: If this version of Keras has no way to do it.
    """
    with _unlocked(layer, name) as tracker:
        _untrack(tracker, getattr(layer, name, None))
        setattr(layer, name, value)


def delete_tracked_attribute(layer: Any, name: str) -> None:
    """Deletes an attribute of a layer, built or not, and no longer tracks the state in it.

    Args:
        layer: A Keras layer.
        name: Name of the attribute.

    Raises:
        RuntimeError: If this version of Keras has no way to do it.
    """
    with _unlocked(layer, name) as tracker:
        _untrack(tracker, getattr(layer, name))
        delattr(layer, name)


def _untrack(tracker: Any, value: Any) -> None:
    if isinstance(value, (keras.random.SeedGenerator, keras.layers.Layer)):
        tracker.untrack(value)


@contextmanager
def _unlocked(layer: Any, name: str) -> Iterator[Any]:
    tracker: Any = getattr(layer, "_tracker", None)
    if not all(hasattr(tracker, method) for method in ("lock", "unlock", "untrack", "locked")):
        raise RuntimeError(
            f"Keras {keras.__version__} offers no known way to change the attribute {name!r}, "
            f"which has state, of the layer {layer.name!r} once it is built. Make the layer with "
            f"`{name}=` instead."
        )
    was_locked = tracker.locked
    tracker.unlock()
    try:
        yield tracker
    finally:
        if was_locked:
            tracker.lock()
