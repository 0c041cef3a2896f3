"""The subject and the results of the checks of a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Shape, Tensor


class Skip(Exception):  # noqa: N818
    """Raised by a check that cannot run here; its message is the reason."""


@dataclass(frozen=True)
class LayerChecks:
    """The checks that a layer or a regularizer has passed, and those skipped, with the reason.

    Args:
        passed: Names of the checks that ran.
        skipped: Names of those that did not, with the reason.

    Example:

    >>> print(LayerChecks(passed=("config",), skipped={"xla": "no XLA on torch"}))
    passed: config
    skipped: xla (no XLA on torch)
    """

    passed: tuple[str, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Returns two lines: what passed, what was skipped."""
        reasons = [f"{name} ({reason})" for name, reason in self.skipped.items()]
        return f"passed: {', '.join(self.passed)}\nskipped: {', '.join(reasons) or 'none'}"


@dataclass(frozen=True)
class Subject:
    """The layer under test: how to make it, and what to feed it."""

    layer_class: type[keras.layers.Layer]
    init_kwargs: Mapping[str, Any]
    input_shape: tuple[int, ...]
    unknown_sizes: bool
    deterministic: bool
    custom_objects: Mapping[str, Any]
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    """Results of one check that another can use."""

    def make(self, **kwargs: Any) -> keras.layers.Layer:
        """Returns a fresh layer."""
        return self.layer_class(**{**self.init_kwargs, **kwargs})

    def takes(self, argument: str) -> bool:
        """Returns whether the layer's constructor names the argument."""
        # Of a class without a constructor of its own, early releases of Python 3.11 show `__new__`,
        # which Keras has.
        shown = getattr(self.layer_class, "__signature__", None)
        signature = shown or inspect.signature(self.layer_class.__init__)
        return argument in signature.parameters

    @cached_property
    def data(self) -> np.ndarray:
        """A batch of inputs, float32, drawn from a normal distribution with a fixed seed."""
        return np.random.default_rng(0).normal(size=self.input_shape).astype("float32")

    @cached_property
    def sizes_unknown(self) -> Shape:
        """The input's shape with nothing known but rank and channels."""
        if self.init_kwargs.get("data_format") == "channels_first":
            return (None, self.input_shape[1], *(None for _ in self.input_shape[2:]))
        return (*(None for _ in self.input_shape[:-1]), self.input_shape[-1])

    def model(self, layer: keras.layers.Layer) -> keras.Model:
        """Returns a functional model of the layer alone."""
        inputs = keras.Input(batch_shape=(None, *self.input_shape[1:]), dtype=layer.compute_dtype)
        return keras.Model(inputs, layer(inputs))


def shuffle_weights(layer: keras.layers.Layer) -> None:
    """Gives every floating-point weight values that no initializer would, all above 0.

    A weight lost on the way to a file is then noticed, even one that starts as zeros or ones.
    """
    generator = np.random.default_rng(1)
    for weight in layer.weights:
        if "float" in keras.backend.standardize_dtype(weight.dtype):
            weight.assign(generator.uniform(0.5, 1.5, weight.shape).astype("float32"))


def as_input(data: np.ndarray, layer: keras.layers.Layer) -> Tensor:
    """Returns the data as a tensor of the layer's compute dtype."""
    return ops.cast(ops.convert_to_tensor(data), layer.compute_dtype)


def run_checks(
    title: str,
    checks: Mapping[str, Callable[[Any], None]],
    subject: Any,
    skip: Mapping[str, str] | None,
) -> LayerChecks:
    """Runs the checks in order; the first failure ends them.

    Args:
        title: Name of the check in messages.
        checks: Dict from a check's name to its function of the subject.
        subject: Passed to each check.
        skip: Names of checks to skip, with the reason.

    Raises:
        AssertionError: If a check fails.
        ValueError: If `skip` names no check.
    """
    skipped = dict(skip or {})
    if unknown := sorted(set(skipped) - set(checks)):
        raise ValueError(
            f"Invalid value for argument `skip`. Expected names of {sorted(checks)}. "
            f"Received: skip={unknown}"
        )
    passed = []
    for name, check in checks.items():
        if name in skipped:
            continue
        reason = _run(f"{title}, check {name!r}", check, subject)
        if reason is None:
            passed.append(name)
        else:
            skipped[name] = reason
    return LayerChecks(tuple(passed), skipped)


def _run(title: str, check: Callable[[Any], None], subject: Any) -> str | None:
    """Runs a check; returns the reason if it cannot run here."""
    try:
        check(subject)
    except Skip as reason:
        return str(reason)
    except AssertionError as error:
        raise AssertionError(f"{title}: {error}") from error
    except Exception as error:
        raise AssertionError(
            f"{title}: expected no error, found {type(error).__name__}: {error}"
        ) from error
    return None
