"""What the checks of a regularizer are told."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_lateral.ops.autodiff import gradients
from keras_lateral.regularizers.penalty import Penalty
from keras_lateral.testing.gradients import as_array
from keras_lateral.types import Tensor

_CONVOLUTIONS = {3: layers.Conv1D, 4: layers.Conv2D, 5: layers.Conv3D}


@dataclass(frozen=True)
class RegularizerSubject:
    """The regularizer under test, and the kernels to call it with."""

    regularizer: Any
    shapes: tuple[tuple[int, ...], ...]
    non_negative: bool
    deterministic: bool
    custom_objects: Mapping[str, Any]

    @property
    def is_penalty(self) -> bool:
        """Whether it has a factor that can be set, and lazy evaluation."""
        return isinstance(self.regularizer, Penalty)

    @property
    def draws(self) -> bool:
        """Whether XLA, which draws other random numbers, may find another value."""
        return not self.deterministic or getattr(self.regularizer, "uses_random_numbers", False)

    def fresh(self, **changes: Any) -> Any:
        """Returns an equal regularizer that was never called, computed in every call."""
        if self.is_penalty:
            changes = {"every": 1, **changes}
        with keras.saving.custom_object_scope(dict(self.custom_objects)):
            return type(self.regularizer).from_config({**self.regularizer.get_config(), **changes})

    def kernel(self, shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
        """Returns a kernel drawn from a normal distribution, float32."""
        return np.random.default_rng(seed).normal(size=shape).astype("float32")

    def value(self, kernel: np.ndarray, **changes: Any) -> float:
        """Returns what a fresh regularizer gives."""
        return float(as_array(self.fresh(**changes)(ops.convert_to_tensor(kernel))))

    def value_of_itself(self, kernel: np.ndarray) -> float:
        """Returns what the regularizer itself gives, not one made from its config."""
        one, states = self.regularizer, []
        if self.is_penalty:  # in the state of a fresh one
            one, states = copy(one), [(one.state, self.fresh().state.value)]
            one.every = 1
        with keras.StatelessScope(states):  # it counts nothing
            return float(as_array(one(ops.convert_to_tensor(kernel))))

    def value_and_gradient(self, kernel: np.ndarray) -> tuple[float, np.ndarray]:
        """Returns what a fresh regularizer gives, and its gradient."""
        value, (gradient,) = gradients(self.fresh(), [ops.convert_to_tensor(kernel)])
        return float(as_array(value)), as_array(gradient)

    def model(
        self, shape: tuple[int, ...], regularizer: Any, dtype: str | None = None
    ) -> keras.Model:
        """Returns a model of one layer whose kernel has this shape and this regularizer."""
        arguments = {"use_bias": False, "kernel_regularizer": regularizer, "dtype": dtype}
        if len(shape) == 2:
            layer = layers.Dense(shape[-1], **arguments)
        else:
            layer = _CONVOLUTIONS[len(shape)](shape[-1], shape[:-2], **arguments)
        model = keras.Sequential([keras.Input(shape[:-1]), layer])
        layer.kernel.assign(self.kernel(shape))
        return model


def zeros_for(model: keras.Model) -> tuple[Tensor, Tensor]:
    """Returns a batch of two, for which there is no loss but the regularizer's."""
    inputs, outputs = model.input_shape[1:], model.output_shape[1:]
    return np.zeros((2, *inputs), "float32"), np.zeros((2, *outputs), "float32")
