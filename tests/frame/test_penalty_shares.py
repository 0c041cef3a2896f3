"""Shares of the gradient are those of a step of size 1, and measuring them leaves no trace."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    FrameRegularizer,
    PenaltyShare,
    PenaltyShares,
    SoftOrthogonality,
    attach_regularizer,
    find_regularizers,
    penalty_shares,
)

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(8, 6, 6, 3)).astype("float32")
Y = RANDOM.normal(size=(8, 2)).astype("float32")


def a_model(penalty: Any = None, seed: int = 0) -> keras.Model:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name="first"),
            layers.BatchNormalization(),
            layers.SeparableConv2D(4, 3, name="second"),
            layers.Flatten(),
            layers.Dense(2, kernel_regularizer="l2"),
        ]
    )
    model.compile(keras.optimizers.SGD(1.0), "mse")
    if penalty is not None:
        attach_regularizer(model, penalty, [layers.Conv2D, layers.SeparableConv2D])
    return model


def kernels(model: keras.Model) -> dict[str, np.ndarray]:
    first, _, second, *_ = model.layers
    values = [first.get_weights()[0], *second.get_weights()[:2]]
    names = ["first", "second/depthwise", "second/pointwise"]
    return dict(zip(names, values, strict=True))


def step_norms(model: keras.Model) -> dict[str, float]:
    """Returns the norm of what a step of size 1 subtracts from each kernel."""
    before = kernels(model)
    model.train_on_batch(X, Y)
    return {
        key: float(np.linalg.norm(value - before[key])) for key, value in kernels(model).items()
    }


def test_gradients_of_the_task_are_what_a_step_without_penalties_subtracts() -> None:
    shares = penalty_shares(a_model(FrameRegularizer(factor=100.0)), X, Y)
    expected = step_norms(a_model())
    assert [layer.name for layer in shares.layers] == list(expected)
    for name, norm in expected.items():
        assert shares[name].task_gradient == pytest.approx(norm, rel=1e-3)


def test_gradients_of_the_penalty_are_what_a_step_without_a_task_subtracts() -> None:
    factor = 1e-3
    model = a_model(FrameRegularizer(factor=factor))
    shares = penalty_shares(model, X, Y)
    model.compile(keras.optimizers.SGD(1.0), lambda y, y_pred: 0.0 * keras.ops.sum(y_pred))
    for name, norm in step_norms(model).items():
        assert shares[name].penalty_gradient * factor == pytest.approx(norm, rel=1e-2)
        expected = norm / shares[name].task_gradient
        assert shares[name].share == pytest.approx(expected, rel=1e-2)


@pytest.mark.home
def test_the_task_s_norm_is_the_mean_over_batches() -> None:
    model = a_model(SoftOrthogonality())
    halves = [penalty_shares(model, X[part], Y[part]) for part in (slice(4), slice(4, 8))]
    both = penalty_shares(model, X, Y, batch_size=4)
    assert (both.samples, both.batch_size) == (8, 4)
    for layer in both.layers:
        mean = np.mean([half[layer.name].task_gradient for half in halves])
        assert layer.task_gradient == pytest.approx(mean, rel=1e-5)


@pytest.mark.home
def test_nothing_in_the_model_changes() -> None:
    model = a_model(FrameRegularizer(every=2, rows=2, seed=1))
    model.train_on_batch(X, Y)
    variables = [*model.variables, *model.optimizer.variables]
    before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
    penalty_shares(model, X, Y)
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), value)


def test_a_factor_for_a_share_gives_the_median_layer_this_share() -> None:
    model = a_model(FrameRegularizer(factor=0.5))
    factor = penalty_shares(model, X, Y).factor_for(0.07)
    for penalty in find_regularizers(model).values():
        penalty.factor = factor
    assert penalty_shares(model, X, Y).share == pytest.approx(0.07, rel=1e-4)


def test_a_schedule_s_scale_and_a_loss_scale_are_accounted_for() -> None:
    model = a_model(FrameRegularizer(factor=0.5))
    plain = penalty_shares(model, X, Y)
    for penalty in find_regularizers(model).values():
        penalty.scale = 0.1
    model.compile(keras.optimizers.SGD(1.0, loss_scale_factor=64.0), "mse")
    for layer, other in zip(penalty_shares(model, X, Y).layers, plain.layers, strict=True):
        assert layer.task_gradient == pytest.approx(other.task_gradient, rel=1e-4)
        assert layer.share == pytest.approx(0.1 * other.share, rel=1e-4)


def test_a_record_prints_and_writes_its_shares() -> None:
    layer = PenaltyShare("conv", 10.0, 0.1, 20.0, 4.0)
    record = PenaltyShares((layer,), samples=8, batch_size=4)
    assert record.to_dict()["layers"][0]["share"] == record.share == 0.5
    assert repr(record) == "<PenaltyShares: 1 layer, median share 0.5>"
    with pytest.raises(KeyError, match="Expected one of \\['conv'\\]"):
        record["other"]


@pytest.mark.parametrize(("penalty", "task"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_without_a_gradient_no_factor_gives_a_share(penalty: float, task: float) -> None:
    record = PenaltyShares((PenaltyShare("conv", 0.0, 0.1, penalty, task),), 8, 4)
    with pytest.raises(ValueError, match="No factor gives"):
        record.factor_for(0.1)


def test_what_cannot_be_measured_is_refused() -> None:
    model = a_model(FrameRegularizer())
    with pytest.raises(ValueError, match="at least one sample"):
        penalty_shares(model, X[:0], Y[:0])
    with pytest.raises(ValueError, match="argument `share`.*share=0"):
        penalty_shares(model, X, Y).factor_for(0)
    with pytest.raises(ValueError, match="no regularizer of this library"):
        penalty_shares(a_model(), X, Y)
