"""The subject of the checks of a regularizer, and the checks of its value."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.testing.comparisons import assert_close, assert_equal
from keras_lateral.testing.gradients import as_array
from keras_lateral.testing.layer_checks import Skip

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
        """Whether XLA, which draws other random numbers, may compute another value."""
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
        """Returns the value of a fresh regularizer."""
        return float(as_array(self.fresh(**changes)(ops.convert_to_tensor(kernel))))

    def own_value(self, kernel: np.ndarray) -> float:
        """Returns the value of the regularizer itself, not of one made from its config."""
        own, states = self.regularizer, []
        if self.is_penalty:  # in the state of a fresh one
            own, states = copy(own), [(own.state, self.fresh().state.value)]
            object.__setattr__(own, "every", 1)  # fixed when it was made, but this is a copy
        with keras.StatelessScope(states):  # it counts nothing
            return float(as_array(own(ops.convert_to_tensor(kernel))))

    def value_and_gradient(self, kernel: np.ndarray) -> tuple[float, np.ndarray]:
        """Returns the value of a fresh regularizer, and its gradient."""
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
    """Returns a batch of two, for which the only loss is the regularizer's."""
    inputs, outputs = model.input_shape[1:], model.output_shape[1:]
    return np.zeros((2, *inputs), "float32"), np.zeros((2, *outputs), "float32")


_STEPS = (3e-1, 1e-1, 3e-2, 1e-2, 3e-3)
"""Relative steps of the finite differences: large ones see curvature, small ones rounding."""

NO_PENALTY = "the regularizer has no `factor` to set"


def check_value(subject: RegularizerSubject) -> None:
    """The value is one finite number, 0 or above if that is required."""
    for shape in subject.shapes:
        found = as_array(subject.fresh()(ops.convert_to_tensor(subject.kernel(shape))))
        assert_equal(found.shape, (), f"Shape of the value for a kernel of shape {shape}")
        if not np.isfinite(found):
            raise AssertionError(f"Value for shape {shape}: expected a finite one, found {found}.")
        if subject.non_negative and found < 0:
            raise AssertionError(f"Value for shape {shape}: expected 0 or above, found {found}.")


def check_gradient_of_value(subject: RegularizerSubject) -> None:
    """The gradient is finite, not zero everywhere, and that of finite differences."""
    largest = 0.0
    for shape in subject.shapes:
        kernel = subject.kernel(shape)
        _, gradient = subject.value_and_gradient(kernel)
        if not np.all(np.isfinite(gradient)):
            raise AssertionError(f"Gradient for shape {shape}: expected finite values, found NaN.")
        largest = max(largest, float(np.abs(gradient).max()))
        if subject.deterministic:
            _check_differences(subject, kernel, gradient)
    if largest == 0:
        raise AssertionError("Gradient: expected one for a random kernel, found zeros for all.")


def _check_differences(
    subject: RegularizerSubject, kernel: np.ndarray, gradient: np.ndarray
) -> None:
    size = float(np.linalg.norm(gradient))
    # Along the gradient, where the value changes most, and along any other direction.
    along = gradient / size if size else np.zeros_like(gradient)
    other = subject.kernel(kernel.shape, seed=1)
    for name, way in (("its own", along), ("a random", other / np.linalg.norm(other))):
        expected = float((gradient * way).sum())
        found = [_difference(subject, kernel, way * step) / step for step in _STEPS]
        nearest = min(found, key=lambda value: abs(value - expected))
        if abs(nearest - expected) > 0.02 * size:
            raise AssertionError(
                f"Gradient for shape {kernel.shape}, along {name} direction: expected the finite "
                f"difference {nearest:.6g}, found {expected:.6g}."
            )


def _difference(subject: RegularizerSubject, kernel: np.ndarray, step: np.ndarray) -> float:
    ahead, behind = (subject.value(kernel + sign * step) for sign in (1, -1))
    return (ahead - behind) / 2


def check_factor(subject: RegularizerSubject) -> None:
    """The value is proportional to the factor, and exactly 0 for a factor of 0."""
    if not subject.is_penalty:
        raise Skip(NO_PENALTY)
    for shape in subject.shapes:
        kernel = subject.kernel(shape)
        # A regularizer beside it has its own strength.
        half, full, none = (subject.value(kernel, factor=f, beside=None) for f in (0.5, 1.0, 0.0))
        assert_close(np.array(half), np.array(full / 2), f"Half the factor, shape {shape}", 1e-5)
        assert_equal(none, 0.0, f"Value with factor=0, shape {shape}")


def check_every(subject: RegularizerSubject) -> None:
    """Computed in one of three calls, it is three times as strong."""
    if not subject.is_penalty:
        raise Skip(NO_PENALTY)
    shape = subject.shapes[0]
    kernel = ops.convert_to_tensor(subject.kernel(shape))
    lazy = subject.fresh(every=3, beside=None)
    found = np.array([float(as_array(lazy(kernel))) for _ in range(6)]).reshape(2, 3)
    assert_equal([int(n) for n in (found != 0).sum(1)], [1, 1], "Calls that count, of three")
    if not subject.draws:
        once = subject.value(subject.kernel(shape), beside=None)
        assert_close(found.sum(1), np.full(2, 3 * once), "The call that counts", 1e-5)
