"""The gradient that arrives at masks, against derivations by hand and against training itself."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from keras.optimizers import LossScaleOptimizer

from keras_lateral import (
    GradientMask,
    GradientMaskConv2D,
    exact_gradients,
    find_gradient_masks,
    mask_gradients,
)

RNG = np.random.default_rng(7)
X = RNG.normal(size=(4, 6, 5, 2)).astype("float32")
Y = RNG.normal(size=(4, 3)).astype("float32")
NORM_RULE = {"inhibition": "norm", "threshold": 0.6, "threshold_mode": "max"}


def two_masks() -> keras.Model:
    """Two masks in a row before a linear head: its gradient is known by hand."""
    early = GradientMask(sigma=1.0, name="early", **NORM_RULE)
    late = GradientMask(sigma=1.0, name="late", feature_sets="channels", **NORM_RULE)
    head = [layers.Flatten(), layers.Dense(3)]
    model = keras.Sequential([keras.Input((6, 5, 2)), early, late, *head])
    model.compile("sgd", loss="mse")
    return model


def gradient_of_head(model: keras.Model) -> np.ndarray:
    """dL/dx of L = mean (x W + b - y)^2, by hand."""
    W, b = (ops.convert_to_numpy(w) for w in model.layers[-1].weights)
    error = X.reshape(4, -1) @ W + b - Y
    return (2 / error.size * error @ W.T).reshape(X.shape)


def keeps_large(norms: np.ndarray, share: float = 0.6) -> np.ndarray:
    return norms >= share * norms.max(axis=(1, 2), keepdims=True)


def convolutions(scope: str = "all", **arguments: object) -> keras.Model:
    """A net with everything that changes while training: statistics, seeds, metrics, optimizer."""
    first = GradientMaskConv2D(
        4, 3, sigma=1.0, feature_sets=2, threshold=0.8, scope=scope, name="first", **arguments
    )
    second = GradientMaskConv2D(
        4, 3, activation="relu", sigma=1.0, threshold=0.8, scope=scope, name="second", **arguments
    )
    model = keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            first,
            layers.BatchNormalization(),
            layers.Dropout(0.3, seed=3),
            second,
            layers.Flatten(),
            layers.Dense(3, kernel_regularizer="l2"),
        ]
    )
    model.compile(keras.optimizers.SGD(1.0), loss="mse", metrics=["mae"])
    return model


def state(model: keras.Model) -> list[np.ndarray]:
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [ops.convert_to_numpy(variable) for variable in variables]


def test_the_gradient_and_its_mask_equal_a_derivation_by_hand() -> None:
    model = two_masks()
    g = gradient_of_head(model)
    late = mask_gradients(model, X, Y)["late"]
    np.testing.assert_allclose(late.gradient, g, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(late.norms, np.abs(g), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(late.mask, keeps_large(np.abs(g)))


def test_masks_of_later_layers_act_on_what_arrives_at_earlier_ones() -> None:
    model = two_masks()
    g = gradient_of_head(model)
    g = g * keeps_large(np.abs(g))
    early = mask_gradients(model, X, Y)["early"]
    np.testing.assert_allclose(early.gradient, g, rtol=1e-5, atol=1e-7)
    norms = np.linalg.norm(g, axis=-1, keepdims=True)
    np.testing.assert_allclose(early.norms, norms, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(early.mask, keeps_large(norms))


def test_no_mask_acts_on_what_arrives_inside_exact_gradients() -> None:
    model = two_masks()
    with exact_gradients():
        early = mask_gradients(model, X, Y)["early"]
    np.testing.assert_allclose(early.gradient, gradient_of_head(model), rtol=1e-5, atol=1e-7)
    assert early.mask.all()
    assert not early.enabled


def test_a_disabled_mask_passes_everything_and_is_marked_as_disabled() -> None:
    model = two_masks()
    model.get_layer("late").enabled = False
    at = mask_gradients(model, X, Y)
    np.testing.assert_array_equal(at["early"].gradient, at["late"].gradient)
    assert at["late"].mask.all()
    assert not at["late"].enabled
    assert at["early"].enabled


@pytest.mark.parametrize("scope", ["all", "weights"])
def test_a_training_step_moves_the_bias_by_what_passes_the_mask(scope: str) -> None:
    model = convolutions(scope)
    at = mask_gradients(model, X, Y)
    assert list(at) == ["first", "second"]
    before = ops.convert_to_numpy(model.get_layer("first").bias)
    model.train_on_batch(X, Y)
    moved = ops.convert_to_numpy(model.get_layer("first").bias) - before
    first = at["first"]
    assert not first.mask.all()
    passed = first.gradient * np.repeat(first.mask, 2, axis=-1)
    np.testing.assert_allclose(moved, -passed.sum(axis=(0, 1, 2)), rtol=1e-4, atol=1e-6)


def test_nothing_in_the_model_changes() -> None:
    model, twin = convolutions(), convolutions()
    twin.set_weights(model.get_weights())
    for network in (model, twin):
        network.train_on_batch(X, Y)  # metrics and optimizer hold something from now on
    before = state(model)
    mask_gradients(model, X[:2], Y[:2])
    for value, expected in zip(state(model), before, strict=True):
        np.testing.assert_array_equal(value, expected)
    for network in (model, twin):
        network.train_on_batch(X, Y)
    for value, expected in zip(state(model), state(twin), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_a_mask_called_twice_appears_twice() -> None:
    x = keras.Input((6, 5, 2))
    mask = GradientMask(sigma=1.0, name="shared", **NORM_RULE)
    model = keras.Model(x, layers.Dense(3)(layers.Flatten()(mask(2 * mask(x)))))
    at = mask_gradients(model, X, Y, loss="mse")
    assert list(at) == ["shared", "shared:1"]
    assert {gradient.name for gradient in at.values()} == {"shared"}
    late = at["shared:1"]
    np.testing.assert_allclose(at["shared"].gradient, 2 * late.mask * late.gradient, rtol=1e-6)


@pytest.mark.parametrize("to_first", [False, True])
def test_arrays_are_channels_last_whatever_the_layer_format(to_first: bool) -> None:
    data_format = "channels_first" if to_first else "channels_last"
    mask = GradientMask(threshold=0.5, feature_sets=2, data_format=data_format, name="mask")
    before, after = ((3, 1, 2), (2, 3, 1)) if to_first else ((1, 2, 3),) * 2
    head = [layers.Permute(after), layers.Flatten(), layers.Dense(3)]
    model = keras.Sequential([keras.Input((6, 5, 4)), layers.Permute(before), mask, *head])
    x = RNG.normal(size=(2, 6, 5, 4)).astype("float32")
    at = mask_gradients(model, x, Y[:2], loss="mse")["mask"]
    W, b = (ops.convert_to_numpy(w) for w in model.layers[-1].weights)
    error = x.reshape(2, -1) @ W + b - Y[:2]
    g = (2 / error.size * error @ W.T).reshape(x.shape)
    np.testing.assert_allclose(at.gradient, g, rtol=1e-4, atol=1e-6)
    norms = np.stack([np.linalg.norm(g[..., :2], axis=-1), np.linalg.norm(g[..., 2:], axis=-1)], -1)
    np.testing.assert_allclose(at.norms, norms, rtol=1e-4, atol=1e-6)
    assert at.response.shape == at.mask.shape == norms.shape


@pytest.mark.parametrize("loss", ["mse", keras.losses.MeanSquaredError(), "compiled"])
def test_a_loss_by_name_object_or_compilation_gives_the_same(loss: object) -> None:
    model = two_masks()
    at = mask_gradients(model, X, Y, loss=None if loss == "compiled" else loss)
    np.testing.assert_allclose(at["late"].gradient, gradient_of_head(model), rtol=1e-5, atol=1e-7)


def test_a_loss_scale_shows_in_what_arrives_as_it_does_in_training() -> None:
    model = two_masks()
    plain = mask_gradients(model, X, Y)["late"]
    model.compile(LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=1024.0), loss="mse")
    scaled = mask_gradients(model, X, Y)["late"]
    np.testing.assert_array_equal(scaled.gradient, 1024 * plain.gradient)
    np.testing.assert_array_equal(scaled.mask, plain.mask)


def test_inputs_and_targets_may_be_dicts_and_losses_several() -> None:
    a, b = keras.Input((6, 5, 2), name="a"), keras.Input((6, 5, 2), name="b")
    mask = GradientMask(sigma=1.0, name="mask", **NORM_RULE)
    flat = layers.Flatten()(mask(a + b))
    outputs = {"u": layers.Dense(3, name="u")(flat), "v": layers.Dense(3, name="v")(flat)}
    model = keras.Model({"a": a, "b": b}, outputs)
    model.compile("sgd", loss={"u": "mse", "v": "mae"})
    inputs, targets = {"a": X, "b": X}, {"u": Y, "v": Y}
    at = mask_gradients(model, inputs, targets)["mask"]
    again = mask_gradients(model, inputs, targets)["mask"]
    np.testing.assert_array_equal(at.gradient, again.gradient)
    history = model.fit(inputs, targets, verbose=0).history
    assert {"loss", "u_loss", "v_loss"} <= set(history)


def test_a_model_that_is_not_built_is_built() -> None:
    model = keras.Sequential(
        [GradientMaskConv2D(2, 3, sigma=1.0), layers.Flatten(), layers.Dense(3)]
    )
    assert len(mask_gradients(model, X, Y, loss="mse")) == len(find_gradient_masks(model)) == 1


def test_without_a_loss_it_raises_and_says_what_to_do() -> None:
    model = keras.Sequential([keras.Input((6, 5, 2)), GradientMask(sigma=1.0), layers.Flatten()])
    with pytest.raises(ValueError, match="Compile it, or pass the argument `loss`"):
        mask_gradients(model, X, X)


def test_a_model_without_masks_raises() -> None:
    model = keras.Sequential([keras.Input((6, 5, 2)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ValueError, match="has no gradient mask"):
        mask_gradients(model, X, Y, loss="mse")


class IgnoresTraining(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.mask, self.head = GradientMask(sigma=1.0), layers.Dense(3)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return self.head(layers.Flatten()(self.mask(x, training=False)))


def test_a_model_that_never_calls_its_mask_in_training_mode_raises() -> None:
    with pytest.raises(ValueError, match="must take the argument `training`"):
        mask_gradients(IgnoresTraining(), X, Y, loss="mse")
