"""Checks of a layer's call: symbolic against eager, under every dtype policy and data format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Shape, Tensor
from keras_lateral.testing.comparisons import assert_close, assert_equal
from keras_lateral.testing.gradients import (
    as_array,
    call_layer,
    layer_gradients,
    vector_jacobian_product,
)
from keras_lateral.testing.layer_checks import Skip, Subject, as_input

NO_TENSORFLOW_KERNEL = {"UnimplementedError", "InvalidArgumentError"}


def check_symbolic_call(subject: Subject) -> None:
    """A KerasTensor gives the same output shape and dtype as data."""
    layer = subject.make()
    y = layer(as_input(subject.data, layer))
    fresh = subject.make()
    symbolic = fresh(_symbolic(subject.input_shape, fresh))
    _assert_alike(symbolic, y, "Output of a symbolic call")
    shape = fresh.compute_output_shape(subject.input_shape)
    assert_equal(tuple(shape), tuple(y.shape), "compute_output_shape")


def check_unknown_sizes(subject: Subject) -> None:
    """With only rank and channels known, both passes give the same as with all sizes known."""
    if not subject.unknown_sizes:
        raise Skip("the layer needs known sizes")
    layer = subject.make()
    y = layer(as_input(subject.data, layer))
    inputs = keras.Input(batch_shape=subject.sizes_unknown, dtype=layer.compute_dtype)
    symbolic = layer(inputs)
    _assert_alike(symbolic, y, "Output of a symbolic call with unknown sizes")
    x, expected = as_input(subject.data, layer), as_array(call_layer(layer, subject.data, False))
    found = as_array(keras.Model(inputs, symbolic)(x, training=False))
    assert_close(found, expected, "Output of a model with unknown sizes")
    if keras.config.backend() == "tensorflow":  # elsewhere sizes are known when data arrives
        found, gradient = _trace_with_unknown_sizes(subject, layer, x)
        assert_close(found, expected, "Output of a graph with unknown sizes", 1e-5, 1e-6)
        if subject.deterministic:
            known = layer_gradients(layer, x, np.ones(y.shape, "float32"))[0]
            assert_close(gradient, known, "Gradient of a graph with unknown sizes", 1e-4, 1e-5)


def _trace_with_unknown_sizes(
    subject: Subject, layer: keras.layers.Layer, x: Tensor
) -> tuple[np.ndarray, np.ndarray]:
    import tensorflow as tf

    def both_passes(x: Tensor) -> tuple[Tensor, Tensor]:
        y = call_layer(layer, x, training=False)
        call = partial(call_layer, layer, training=True)
        return y, vector_jacobian_product(call, [x], ops.ones_like(y))[0]

    signature = [tf.TensorSpec(subject.sizes_unknown, x.dtype)]
    y, gradient = tf.function(both_passes, input_signature=signature, autograph=False)(x)
    return as_array(y), as_array(gradient)


def check_policy(subject: Subject, policy: str) -> None:
    """Under a dtype policy outputs have the compute dtype and weights the variables' dtype."""
    layer = subject.make(dtype=policy)
    x = as_input(subject.data, layer)
    expected = keras.DTypePolicy(policy)
    for training in (False, True):
        y = call_layer(layer, x, training)
        when = f"under {policy} with training={training}"
        assert_equal(
            keras.backend.standardize_dtype(y.dtype), expected.compute_dtype, f"Output dtype {when}"
        )
        if not np.all(np.isfinite(as_array(y))):
            raise AssertionError(f"Output {when}: expected finite values, found NaN or inf.")
    for weight in layer.trainable_weights:
        assert_equal(
            keras.backend.standardize_dtype(weight.dtype),
            expected.variable_dtype,
            f"Dtype of the weight {weight.path} under {policy}",
        )
    fresh = subject.make(dtype=policy)
    _assert_alike(
        fresh(_symbolic(subject.input_shape, fresh)), y, f"Symbolic output under {policy}"
    )


def check_channels_first(subject: Subject) -> None:
    """With `data_format="channels_first"` and moved axes, both passes give the moved result."""
    if not subject.takes("data_format"):
        raise Skip("the layer has no argument `data_format`")
    last = subject.make(data_format="channels_last")
    first = subject.make(data_format="channels_first")
    given_first = subject.init_kwargs.get("data_format") == "channels_first"
    x = _channels_to(subject.data, "last") if given_first else subject.data
    turned = _channels_to(x, "first")
    y = as_array(call_layer(last, as_input(x, last), training=False))
    g = np.random.default_rng(2).normal(size=y.shape).astype("float32")
    with _skipping_without_kernel():
        first.build(turned.shape)
        first.set_weights(last.get_weights())
        found = as_array(call_layer(first, as_input(turned, first), training=False))
        gradient = layer_gradients(first, turned, _channels_to(g, "first"))[0]
    expected = _channels_to(y, "first")
    assert_close(found, expected, "Output with channels_first", 1e-4, 1e-5)
    if subject.deterministic:
        expected = _channels_to(layer_gradients(last, x, g)[0], "first")
        assert_close(gradient, expected, "Gradient with channels_first", 1e-4, 1e-5)


@contextmanager
def _skipping_without_kernel() -> Iterator[None]:
    """TensorFlow lacks some convolutions with channels_first on a CPU, depending on its build."""
    try:
        yield
    except Exception as error:
        if keras.config.backend() == "tensorflow" and type(error).__name__ in NO_TENSORFLOW_KERNEL:
            reason = " ".join(str(error).split())[:200]
            raise Skip(f"TensorFlow cannot compute it on this device: {reason}") from error
        raise


def _channels_to(maps: np.ndarray, where: str) -> np.ndarray:
    return np.moveaxis(maps, -1, 1) if where == "first" else np.moveaxis(maps, 1, -1)


def _symbolic(shape: Shape, layer: keras.layers.Layer) -> Any:
    return keras.KerasTensor((None, *shape[1:]), dtype=layer.compute_dtype)


def _assert_alike(symbolic: Any, y: Tensor, what: str) -> None:
    """Asserts equal dtypes and shapes; the symbolic shape may leave lengths open."""
    found, shape = tuple(symbolic.shape), tuple(ops.shape(y))
    fits = len(found) == len(shape) and all(
        a is None or a == b for a, b in zip(found, shape, strict=True)
    )
    if not fits:
        raise AssertionError(f"{what}: expected shape {shape}, found {found}.")
    assert_equal(
        keras.backend.standardize_dtype(symbolic.dtype),
        keras.backend.standardize_dtype(y.dtype),
        f"{what}: dtype",
    )
