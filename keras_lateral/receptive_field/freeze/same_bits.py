"""Whether tensors hold the same bits, decided where they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import keras


def snapshots(tensors: Sequence[Any]) -> list[Any]:
    """Returns tensors that keep the values when the variables or buffers change.

    Args:
        tensors: Values of variables of the active backend.
    """
    if keras.config.backend() == "tensorflow":
        return _read(tensors)  # what was read stays: a variable then changes in another buffer
    if keras.config.backend() == "jax":
        return list(_compiled_for_jax(_copies)(list(tensors)))  # a step takes over its arguments
    return [tensor.detach().clone() for tensor in tensors]


def differing(before: Sequence[Any], after: Sequence[Any]) -> Any:
    """Returns a tensor of bools: for each pair of tensors, whether any of their bits differ.

    Nothing is copied from the device, so nothing waits for it. Bits, since NaN does not equal
    itself and -0 equals 0.

    Args:
        before: Tensors, at least one.
        after: As many tensors of the same shapes and dtypes.

    Example:

    >>> import keras
    >>> a = keras.ops.convert_to_tensor([0.0, 1.0])
    >>> nan = keras.ops.convert_to_tensor([float("nan")])
    >>> keras.ops.convert_to_numpy(differing([a, nan], [-1.0 * a, nan])).tolist()
    [True, False]
    """
    if keras.config.backend() == "tensorflow":
        return _compiled_for_tensorflow()(_read(before), _read(after))
    if keras.config.backend() == "jax":
        return _compiled_for_jax(_differing_on_jax)(list(before), list(after))
    import torch

    pairs = zip(before, after, strict=True)
    return torch.stack([(_bits(a) != _bits(b)).any() for a, b in pairs])


def _read(tensors: Sequence[Any]) -> list[Any]:
    import tensorflow as tf

    return [tf.convert_to_tensor(tensor) for tensor in tensors]


def _bits(tensor: Any) -> Any:
    import torch

    integers = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
    return tensor.detach().reshape(-1).view(integers[tensor.element_size()])


@cache
def _compiled_for_tensorflow() -> Callable[..., Any]:
    import tensorflow as tf

    integers = {1: tf.int8, 2: tf.int16, 4: tf.int32, 8: tf.int64}

    def bits(tensor: Any) -> Any:
        return tf.bitcast(tensor, integers[tensor.dtype.size])

    def function(before: list[Any], after: list[Any]) -> Any:
        pairs = zip(before, after, strict=True)
        return tf.stack([tf.reduce_any(bits(a) != bits(b)) for a, b in pairs])

    return tf.function(function, autograph=False)


@cache
def _compiled_for_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    return jax.jit(function)


def _copies(tensors: list[Any]) -> list[Any]:
    import jax.numpy as jnp

    return [jnp.copy(tensor) for tensor in tensors]


def _differing_on_jax(before: list[Any], after: list[Any]) -> Any:
    import jax
    import jax.numpy as jnp

    integers = {1: jnp.uint8, 2: jnp.uint16, 4: jnp.uint32, 8: jnp.uint64}

    def bits(tensor: Any) -> Any:
        return jax.lax.bitcast_convert_type(tensor, integers[tensor.dtype.itemsize])

    pairs = zip(before, after, strict=True)
    return jnp.stack([jnp.any(bits(a) != bits(b)) for a, b in pairs])
