"""Gives a layer another class in place.

The layer stays the same object, with its variables and its place in models, wherever they keep it.
Keras reads once, when a layer is made, which arguments its `call` takes. What it remembers of them
is not public; this file is the only one that writes it.
"""

from __future__ import annotations

import inspect
from typing import Any

import keras

REMEMBERED = (
    "_call_signature",
    "call_signature_parameters",
    "_call_has_training_arg",
    "_call_has_mask_arg",
    "_call_has_context_arg",
)


def change_class(layer: Any, new: type) -> None:
    """Gives a layer another class, whose `call` may take other arguments.

    Args:
        layer: A Keras layer.
        new: A class that has the attributes which the layer has, or finds them set by the caller.

    Raises:
        RuntimeError: If this version of Keras remembers a `call` in another way.

    Example:

    >>> import keras
    >>> layer = keras.layers.ReLU()
    >>> change_class(layer, keras.layers.Identity)
    >>> float(layer(keras.ops.convert_to_tensor(-1.0)))
    -1.0
    """
    unknown = [name for name in (*REMEMBERED, "_call_context_args") if not hasattr(layer, name)]
    if unknown:
        raise RuntimeError(
            f"Keras {keras.__version__} offers no known way to change the class of the layer "
            f"{layer.name!r} to {new.__name__}: it has no {unknown}. Build the model with "
            f"{new.__name__} instead."
        )
    layer.__class__ = new
    signature = inspect.signature(layer.call)
    names = list(signature.parameters)
    found = (
        signature,
        names,
        "training" in names,
        "mask" in names,
        {name: name in names for name in layer._call_context_args},
    )
    vars(layer).update(zip(REMEMBERED, found, strict=True))
