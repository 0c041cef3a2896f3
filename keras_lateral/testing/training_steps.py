"""Checks that one step of `fit` works, and is the same step however it is executed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.testing.comparisons import assert_close
from keras_lateral.testing.layer_checks import Skip, Subject

EAGER: dict[str, Any] = {"run_eagerly": True, "jit_compile": False}
GRAPH: dict[str, Any] = {"jit_compile": False}
XLA: dict[str, Any] = {"jit_compile": True}
QUICKEST = {"jax": XLA}
"""The quickest mode where it is not the usual one: JAX compiles eager operations one by one."""


def check_fit(subject: Subject) -> None:
    """A compiled step without XLA trains, as the eager step does."""
    _check_step(subject, GRAPH, "without XLA")


def check_fit_with_xla(subject: Subject) -> None:
    """A step compiled by XLA trains, as the eager step does."""
    if keras.config.backend() == "torch":
        raise Skip("torch has no XLA here")
    _check_step(subject, XLA, "with XLA")


def check_fit_eagerly(subject: Subject) -> None:
    """An eager step trains."""
    _assert_trained(_eager_step(subject), "in an eager step")


def check_fit_under_policy(subject: Subject, policy: str) -> None:
    """A step under a dtype policy leaves finite weights."""
    # No change is required: loss scaling may drop a first float16 step.
    how = QUICKEST.get(keras.config.backend(), EAGER)
    _assert_finite(_step(subject, how, policy).after, f"after a step under {policy}")


def _check_step(subject: Subject, how: dict[str, Any], when: str) -> None:
    step = _step(subject, how)
    _assert_trained(step, f"in a step {when}")
    if not subject.deterministic:
        return
    pairs = zip(step.after, _eager_step(subject).after, strict=True)
    for number, (found, expected) in enumerate(pairs):
        what = f"Weight {number} after a step {when}, against an eager step"
        assert_close(found, expected, what, rtol=1e-4, atol=1e-5)


Weights = list[np.ndarray]


@dataclass(frozen=True)
class _Step:
    """Trainable weights before and after; the first two are those of the layer in front."""

    layer: keras.layers.Layer
    before: Weights
    after: Weights


def _eager_step(subject: Subject) -> _Step:
    if "eager" not in subject.kept:
        subject.kept["eager"] = _step(subject, EAGER)
    step: _Step = subject.kept["eager"]
    return step


def _step(subject: Subject, how: dict[str, Any], policy: str | None = None) -> _Step:
    """Trains a dense layer, followed by the layer under test, for one step."""
    keras.utils.set_random_seed(0)
    layer = subject.make() if policy is None else subject.make(dtype=policy)
    inputs = keras.Input(subject.input_shape[1:], dtype=layer.compute_dtype)
    # A layer in front, so that the gradient must pass through the one under test.
    front = keras.layers.Dense(subject.input_shape[-1], name="front", dtype=layer.dtype_policy)
    outputs = layer(front(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(0.1), loss="mean_squared_error", **how)
    before = _trainable(model)
    target = np.ones((subject.input_shape[0], *outputs.shape[1:]), "float32")
    with warnings.catch_warnings():
        # The checks below report this in more detail.
        warnings.filterwarnings("ignore", "Gradients do not exist", UserWarning)
        history = model.fit(subject.data, target, batch_size=len(target), verbose=0).history
    loss = history["loss"][0]
    if not np.isfinite(loss):
        raise AssertionError(f"Loss of a step with {how}: expected a finite value, found {loss}.")
    return _Step(layer, before, _trainable(model))


def _trainable(model: keras.Model) -> Weights:
    return [
        np.array(keras.ops.convert_to_numpy(variable.value))
        for variable in model.trainable_variables
    ]


def _assert_finite(weights: Weights, when: str) -> None:
    for number, weight in enumerate(weights):
        if not np.all(np.isfinite(weight)):
            raise AssertionError(f"Weight {number} {when}: expected finite values, found NaN.")


def _assert_trained(step: _Step, when: str) -> None:
    _assert_finite(step.after, when)
    pairs = zip(step.before, step.after, strict=True)
    changed = [not np.array_equal(before, after) for before, after in pairs]
    name = type(step.layer).__name__
    if not any(changed[:2]):
        raise AssertionError(f"The layer before {name}: expected a gradient {when}, found none.")
    if step.layer.trainable_weights and not any(changed[2:]):
        raise AssertionError(f"The weights of {name}: expected a change {when}, found none.")
