"""Compiled gradients of a function of a model's scores with respect to images, on all backends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, Literal
from weakref import WeakKeyDictionary, ref

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.exact_gradients import exact_gradients
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.head.output_kind import without_activation
from keras_lateral.keras_tools.training_step import takes_training

BackwardPass = Literal["exact", "training"]
"""`"exact"`: inference mode, masks off. `"training"`: as `model(x, training=True)`, with masks,
dropout and the batch's own statistics; no attack that is to be reported should use it."""

ScoreFunction = Callable[[Tensor, Tensor], Tensor]
ImageGradient = Callable[[np.ndarray, np.ndarray], np.ndarray]


def image_gradient(
    model: keras.Model,
    function: ScoreFunction,
    backward_pass: BackwardPass = "exact",
    bypassed: Sequence[Any] = (),
) -> ImageGradient:
    """Returns a function that differentiates `function(model(x), t)` with respect to the images x.

        g(x, t) = d f(model(x), t) / dx

    It is compiled once for each shape on TensorFlow and JAX. The model's variables are read in
    every call and never written to: neither the statistics of BatchNormalization nor the seed of
    dropout, which therefore drops the same units in every call.

    Args:
        model: A built model.
        function: Returns a scalar for scores `(batch, classes)` and weights `(batch, classes)`.
            It should be a module-level function: its compiled code is kept as long as the model.
        backward_pass: `"exact"` or `"training"`.
        bypassed: Layers at the model's end that are to pass on the input of their activation.

    Returns:
        A function of float32 arrays x and t that returns an array of x's shape.
    """
    kept = _kept.setdefault(model, {})
    key = (function, backward_pass, tuple(map(id, bypassed)))
    if key not in kept:
        # It must not keep the model alive, on whose lifetime the dictionary depends.
        loss = _loss(ref(model), function, backward_pass, tuple(map(ref, bypassed)))
        kept[key] = _BACKENDS[keras.config.backend()](loss)
    gradient = kept[key]

    def run(x: np.ndarray, t: np.ndarray) -> np.ndarray:
        values = [variable.value for variable in model.variables]
        with exact_gradients() if backward_pass == "exact" else nullcontext():
            found = gradient(values, ops.convert_to_tensor(x), ops.convert_to_tensor(t))
        return ops.convert_to_numpy(found)

    return run


def _loss(
    model: ref[keras.Model],
    function: ScoreFunction,
    backward_pass: BackwardPass,
    bypassed: Sequence[ref[Any]],
) -> Any:
    def loss(values: Sequence[Tensor], x: Tensor, t: Tensor) -> Tensor:
        living: Any = model()
        state = list(zip(living.variables, values, strict=True))
        mode = {"training": backward_pass == "training"} if takes_training(living) else {}
        ends = [layer() for layer in bypassed]
        with without_activation(ends), keras.StatelessScope(state):  # discards what layers write
            return function(ops.cast(living(x, **mode), "float32"), t)

    return loss


def _with_tensorflow(loss: Any) -> Any:
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def gradient(values: list[Tensor], x: Tensor, t: Tensor) -> Tensor:
        return gradients(lambda x: loss(values, x, t), [x])[1][0]

    return gradient


def _with_jax(loss: Any) -> Any:
    import jax

    @jax.jit  # the values are arguments: as constants of the function they would become outdated
    def gradient(values: list[Tensor], x: Tensor, t: Tensor) -> Tensor:
        return gradients(lambda x: loss(values, x, t), [x])[1][0]

    return gradient


def _with_torch(loss: Any) -> Any:
    def gradient(values: list[Tensor], x: Tensor, t: Tensor) -> Tensor:
        return gradients(lambda x: loss(values, x, t), [x])[1][0]

    return gradient


_BACKENDS = {"tensorflow": _with_tensorflow, "jax": _with_jax, "torch": _with_torch}
_kept: WeakKeyDictionary[keras.Model, dict[Any, Any]] = WeakKeyDictionary()
