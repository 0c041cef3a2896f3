"""Checks of a regularizer in models: configs, files, clones, and steps of every kind."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.testing.comparisons import assert_close, assert_equal
from keras_lateral.testing.gradients import as_array
from keras_lateral.testing.layer_checks import Skip
from keras_lateral.testing.regularizer_subject import NO_PENALTY, RegularizerSubject, zeros_for
from keras_lateral.testing.training_steps import EAGER, GRAPH, QUICKEST, XLA


def check_config_of_regularizer(subject: RegularizerSubject) -> None:
    """The config makes an equal regularizer, by `from_config` and by `keras.regularizers`."""
    config = subject.regularizer.get_config()
    again = type(subject.regularizer).from_config(config)
    assert_equal(again.get_config(), config, "Config of the regularizer made from the config")
    serialized = keras.regularizers.serialize(subject.regularizer)
    with keras.saving.custom_object_scope(dict(subject.custom_objects)):
        restored = keras.regularizers.get(serialized)
    kind = type(subject.regularizer)
    assert_equal(type(restored), kind, "Class of the regularizer deserialized")
    assert_equal(restored.get_config(), config, "Config of the regularizer deserialized")
    if not subject.deterministic:
        return
    kernel = subject.kernel(subject.shapes[0])
    found, expected = np.array(subject.value(kernel)), np.array(subject.own_value(kernel))
    assert_close(found, expected, "Value of the regularizer made from the config", 1e-6)


def check_keras_file_of_regularizer(subject: RegularizerSubject) -> None:
    """A model saved as `.keras` and loaded keeps it, and has the weights of a plain model."""
    model = subject.model(subject.shapes[0], subject.fresh())
    plain = subject.model(subject.shapes[0], None)
    assert_equal(len(model.get_weights()), len(plain.get_weights()), "Number of weights")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path, custom_objects=dict(subject.custom_objects))
    _assert_same(subject, loaded, model, "after saving and loading `.keras`")


def check_clone_of_regularizer(subject: RegularizerSubject) -> None:
    """`keras.models.clone_model` gives the copy an equal one."""
    model = subject.model(subject.shapes[0], subject.fresh())
    with keras.saving.custom_object_scope(dict(subject.custom_objects)):
        clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    _assert_same(subject, clone, model, "of the clone")


def _assert_same(
    subject: RegularizerSubject, found: keras.Model, expected: keras.Model, when: str
) -> None:
    ours, theirs = (model.layers[-1].kernel.regularizer for model in (found, expected))
    assert_equal(type(ours), type(theirs), f"Class of the regularizer {when}")
    assert_equal(ours.get_config(), theirs.get_config(), f"Config of the regularizer {when}")
    if subject.deterministic:
        loss, before = (as_array(sum(model.losses)) for model in (found, expected))
        assert_close(loss, before, f"Loss {when}", 1e-6)


def check_step_eagerly(subject: RegularizerSubject) -> None:
    """An eager step moves the kernel by its gradient."""
    if keras.config.backend() == "jax":
        raise Skip("JAX compiles every operation separately; the compiled step is checked")
    _check_step(subject, EAGER)


def check_step(subject: RegularizerSubject) -> None:
    """A compiled step moves the kernel by the gradient of an eager call."""
    _check_step(subject, QUICKEST.get(keras.config.backend(), GRAPH))


def check_step_with_xla(subject: RegularizerSubject) -> None:
    """A step compiled by XLA moves the kernel by the gradient of an eager call."""
    if keras.config.backend() != "tensorflow":
        raise Skip("the compiled step uses XLA on JAX; torch has none")
    _check_step(subject, XLA, same_draws=not subject.draws)


def _check_step(
    subject: RegularizerSubject, how: dict[str, Any], same_draws: bool | None = None
) -> None:
    shape = subject.shapes[0]
    kernel = subject.kernel(shape)
    value, gradient = subject.value_and_gradient(kernel)
    model = subject.model(shape, subject.fresh())
    rate = 0.1 / max(float(np.abs(gradient).max()), 1e-6)
    model.compile(keras.optimizers.SGD(rate), "mean_squared_error", **how)
    loss = model.fit(*zeros_for(model), batch_size=2, verbose=0).history["loss"][0]
    moved = (kernel - as_array(model.layers[-1].kernel.value)) / rate
    if not np.isfinite(loss) or not np.all(np.isfinite(moved)):
        raise AssertionError(f"Step with {how}: expected finite values, found NaN or inf.")
    if subject.deterministic if same_draws is None else same_draws:
        assert_close(np.array(loss), np.array(value), f"Loss of a step with {how}", 1e-4, 1e-6)
        size = float(np.abs(gradient).max())
        assert_close(moved, gradient, f"Change by a step with {how}", 1e-3, 1e-3 * size)


def check_precision(subject: RegularizerSubject, policy: str) -> None:
    """Under a mixed policy the loss is that of float32; for a half-precision kernel it is close."""
    shape, half = subject.shapes[0], keras.DTypePolicy(policy).compute_dtype
    model = subject.model(shape, subject.fresh(), dtype=policy)
    (under_policy,) = (as_array(loss) for loss in model.losses)
    kernel = keras.ops.cast(subject.kernel(shape), half)
    half_value = as_array(subject.fresh()(kernel)).astype("float32")
    if not np.isfinite(under_policy) or not np.isfinite(half_value):
        raise AssertionError(
            f"Expected finite values, found {under_policy} under {policy} and {half_value} for a "
            f"kernel in {half}."
        )
    if subject.deterministic:
        expected = np.array(subject.value(subject.kernel(shape)))
        assert_close(under_policy, expected, f"Loss under {policy}", 1e-5, 1e-7)
        assert_close(half_value, expected, f"Value for a kernel in {half}", 0.1)


def check_factor_in_fit(subject: RegularizerSubject) -> None:
    """A factor that is set after a function is compiled holds in it."""
    if not subject.is_penalty:
        raise Skip(NO_PENALTY)
    regularizer = subject.fresh(factor=1.0, beside=None)
    model = subject.model(subject.shapes[0], regularizer)
    how = QUICKEST.get(keras.config.backend(), GRAPH)
    model.compile(keras.optimizers.SGD(0.0), "mean_squared_error", **how)
    found = []
    for factor in (1.0, 0.0, 0.5):
        regularizer.factor = factor
        found.append(model.fit(*zeros_for(model), verbose=0).history["loss"][0])
    assert_equal(found[1], 0.0, "Loss of a step after factor=0 was set")
    if not subject.draws:
        half = np.array(found[0] / 2)
        assert_close(np.array(found[2]), half, "Loss of a step after half the factor", 1e-5)
