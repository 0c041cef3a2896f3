"""Gives a built layer an attribute with state.

Keras locks a layer's state when it is built. The way in which its own layers add state later, as in
`enable_lora`, is not public; this file is the only one that uses it.
"""

from __future__ import annotations

from typing import Any

import keras


def set_tracked_attribute(layer: Any, name: str, value: Any) -> None:
    """Sets an attribute of a layer, built or not, so that Keras tracks the state in it.

    Args:
        layer: A Keras layer.
        name: Name of the attribute.
        value: New value. A seed generator that it replaces is no longer tracked.

    Raises:
        RuntimeError: If this version of Keras has no way to do it.
    """
    if not layer.built:
        setattr(layer, name, value)
        return
    tracker: Any = getattr(layer, "_tracker", None)
    if not all(hasattr(tracker, method) for method in ("lock", "unlock", "untrack", "locked")):
        raise RuntimeError(
            f"Keras {keras.__version__} offers no known way to give the built layer "
            f"{layer.name!r} state of its own in {name!r}. Make the layer with `{name}=` instead."
        )
    before, was_locked = getattr(layer, name, None), tracker.locked
    tracker.unlock()
    try:
        if isinstance(before, keras.random.SeedGenerator):
            tracker.untrack(before)
        setattr(layer, name, value)
    finally:
        if was_locked:
            tracker.lock()
