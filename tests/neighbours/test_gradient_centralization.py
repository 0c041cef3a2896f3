"""Gradient Centralization: the formula, and steps of any optimizer with centralized gradients."""

import pickle
import warnings
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import (
    FrameRegularizer,
    GradientMaskConv2D,
    apply_gradient_mask,
    gradient_mask_method,
    harmonic_convolution_method,
    receptive_field_freeze_method,
    regularizer_method,
    use_harmonic_convolutions,
)
from keras_lateral.neighbours.gradient_centralization import (
    CentralizedOptimizer,
    centralize_gradients,
    centralized_gradient,
    gradient_centralization_method,
    kernel_output_axes,
)
from tests.comparison_samples import start_of_training

BACKEND = keras.config.backend()


def normal(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def centralized(g: np.ndarray, output_axes: tuple[int, ...]) -> np.ndarray:
    """The second derivation: output by output."""
    axes = [axis % g.ndim for axis in output_axes]
    turned = np.moveaxis(g.astype("float64"), axes, range(len(axes)))
    result = np.empty_like(turned)
    for output in np.ndindex(turned.shape[: len(axes)]):
        vector = turned[output]
        result[output] = vector - vector.sum() / vector.size
    return np.moveaxis(result, range(len(axes)), axes)


@pytest.mark.parametrize(
    ("shape", "output_axes"),
    [
        ((5, 3), (-1,)),
        ((3, 3, 4, 2), (-1,)),
        ((3, 3, 4, 2), (-2, -1)),
        ((3, 3, 4, 2), (-2,)),
        ((2, 3, 4, 2, 5), (4,)),
    ],
)
def test_the_formula_is_that_of_the_second_derivation(
    shape: tuple[int, ...], output_axes: tuple[int, ...]
) -> None:
    g = normal(shape, 0)
    found = ops.convert_to_numpy(centralized_gradient(ops.convert_to_tensor(g), output_axes))
    np.testing.assert_allclose(found, centralized(g, output_axes), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(4,), (1,)])
def test_a_bias_keeps_its_gradient(shape: tuple[int, ...]) -> None:
    g = normal(shape, 0)
    found = centralized_gradient(ops.convert_to_tensor(g))
    np.testing.assert_array_equal(ops.convert_to_numpy(found), g)


def test_half_precision_keeps_its_dtype_and_has_the_mean_of_float32() -> None:
    g = ops.cast(ops.full((4096, 1), 30.0), "float16")  # their sum is beyond float16
    found = centralized_gradient(g)
    assert keras.backend.standardize_dtype(found.dtype) == "float16"
    np.testing.assert_array_equal(ops.convert_to_numpy(found), 0)


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`output_axes`. Expected axes of a tensor of rank 2"):
        centralized_gradient(ops.ones((2, 2)), (2,))


def model_of_all_kinds() -> keras.Model:
    """One layer of each kind of kernel; not compiled."""
    return keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, groups=1, name="conv"),
            layers.DepthwiseConv2D(2, depth_multiplier=2, name="depthwise"),
            layers.SeparableConv2D(4, 2, name="separable"),
            layers.Conv2DTranspose(3, 2, name="transposed"),
            layers.BatchNormalization(name="norm"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, name="head"),
        ],
        name="all",
    )


AXES = {
    "conv/kernel": (-1,),
    "depthwise/kernel": (-2, -1),
    "separable/depthwise_kernel": (-2, -1),
    "separable/pointwise_kernel": (-1,),
    "transposed/kernel": (-2,),
    "head/kernel": (-1,),
}
IMAGES, TARGETS = normal((4, 6, 6, 3), 1), normal((4, 2), 2)


def small_model(optimizer: Any = None, **kwargs: Any) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, name="head"),
        ],
        name="small",
    )
    model.compile(optimizer or keras.optimizers.SGD(0.5), "mean_squared_error", **kwargs)
    return model


def step(model: keras.Model, steps: int = 1) -> list[np.ndarray]:
    """Trains, and returns how far each trainable variable moved."""
    before = values(model)
    model.fit(IMAGES, TARGETS, batch_size=4, epochs=steps, shuffle=False, verbose=0)
    return [b - a for a, b in zip(before, values(model), strict=True)]


def values(model: keras.Model) -> list[np.ndarray]:
    return [np.array(ops.convert_to_numpy(v.value)) for v in model.trainable_variables]


def names(model: keras.Model) -> list[str]:
    return ["/".join(v.path.split("/")[-2:]) for v in model.trainable_variables]


def pair(make: Any, *arguments: Any) -> tuple[keras.Model, keras.Model]:
    """The plain model and the one with the method, from the same weights."""
    plain, changed = make(*arguments), gradient_centralization_method().change(make(*arguments))
    changed.set_weights(plain.get_weights())
    return plain, changed


def compiled(optimizer: Any = None, **kwargs: Any) -> keras.Model:
    model = model_of_all_kinds()
    model.compile(optimizer or keras.optimizers.SGD(0.5), "mean_squared_error", **kwargs)
    return model


def test_the_outputs_axes_are_those_of_each_kind_of_kernel() -> None:
    assert kernel_output_axes(model_of_all_kinds()) == AXES
    unbuilt = keras.Sequential([layers.Conv1DTranspose(2, 3, name="a"), layers.Dense(1, name="b")])
    assert kernel_output_axes(unbuilt) == {"a/kernel": (-2,), "b/kernel": (-1,)}


JIT = {"tensorflow": [False, True], "jax": [True]}.get(BACKEND, [False])


@pytest.mark.parametrize("jit", JIT)
def test_one_step_of_sgd_is_the_plain_step_with_centralized_gradients(jit: bool) -> None:
    plain, changed = pair(lambda: compiled(jit_compile=jit))
    moved, found = step(plain), step(changed)
    for name, one, other in zip(names(plain), moved, found, strict=True):
        if name in AXES:
            outputs = {axis % one.ndim for axis in AXES[name]}
            inputs = tuple(axis for axis in range(one.ndim) if axis not in outputs)
            np.testing.assert_allclose(other.mean(inputs), 0, atol=1e-6)
            assert np.abs(one.mean(inputs)).max() > 1e-4
            np.testing.assert_allclose(other, centralized(one, AXES[name]), rtol=1e-4, atol=1e-6)
        else:
            np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-7)


def test_a_step_computed_by_hand() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")])
    model.compile(keras.optimizers.SGD(0.1), "mean_squared_error")
    centralize_gradients(model)
    x, y = normal((5, 3), 0), normal((5, 2), 1)
    kernel, bias = (np.array(w, "float64") for w in model.get_weights())
    error = 2 * (x @ kernel + bias - y) / y.size
    g = x.T @ error
    model.fit(x, y, batch_size=5, verbose=0)
    found = model.get_weights()
    np.testing.assert_allclose(found[0], kernel - 0.1 * (g - g.mean(0)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[1], bias - 0.1 * error.sum(0), rtol=1e-5, atol=1e-6)


def adam_by_hand(kernel: np.ndarray, gradients: list[np.ndarray]) -> np.ndarray:
    m, v, w = 0.0, 0.0, kernel.astype("float64")
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
    return w


def test_adam_gets_centralized_gradients() -> None:
    g = [normal((3, 2), seed) for seed in range(3)]
    variable = keras.Variable(normal((3, 2), 9), name="kernel")
    optimizer = CentralizedOptimizer(keras.optimizers.Adam(0.01), {variable.path: (-1,)})
    optimizer.build([variable])
    start_value = np.array(ops.convert_to_numpy(variable.value))
    for gradient in g:
        optimizer.apply([ops.convert_to_tensor(gradient)])
    expected = adam_by_hand(start_value, [centralized(gradient, (-1,)) for gradient in g])
    np.testing.assert_allclose(ops.convert_to_numpy(variable.value), expected, rtol=1e-4)
    assert int(ops.convert_to_numpy(optimizer.iterations)) == 3


def moved_by(inner: Any, *gradients: np.ndarray) -> np.ndarray:
    """How far a kernel moves by steps of an optimizer with centralized gradients."""
    variable = keras.Variable(np.zeros_like(gradients[0]), name="kernel")
    optimizer = CentralizedOptimizer(inner, {variable.path: (-1,)})
    for g in gradients:
        optimizer.apply([ops.convert_to_tensor(g)], [variable])
    return np.array(ops.convert_to_numpy(variable.value))


def test_gradients_are_centralized_before_they_are_clipped() -> None:
    g = normal((3, 2), 0) + 5  # its mean would dominate the norm that is clipped
    expected = centralized(g, (-1,))
    assert 0.5 < np.linalg.norm(expected) < np.linalg.norm(g) / 10
    found = moved_by(keras.optimizers.SGD(1.0, clipnorm=0.5), g)
    np.testing.assert_allclose(found, -0.5 * expected / np.linalg.norm(expected), rtol=1e-4)


def test_weight_decay_is_not_centralized() -> None:
    kernel = normal((3, 2), 1) + 3
    variable = keras.Variable(kernel, name="kernel")
    inner = keras.optimizers.SGD(0.1, weight_decay=0.5)
    optimizer = CentralizedOptimizer(inner, {variable.path: (-1,)})
    g = normal((3, 2), 0)
    optimizer.apply([ops.convert_to_tensor(g)], [variable])
    expected = kernel * (1 - 0.1 * 0.5) - 0.1 * centralized(g, (-1,))
    np.testing.assert_allclose(ops.convert_to_numpy(variable.value), expected, rtol=1e-5)


def test_accumulated_gradients_are_centralized() -> None:
    first, second = normal((3, 2), 0), normal((3, 2), 1)
    inner = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    found = moved_by(inner, first, second)
    expected = -centralized((first + second) / 2, (-1,))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    inner = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    np.testing.assert_array_equal(moved_by(inner, first), 0)


def test_accumulation_works_in_fit() -> None:
    model = centralize_gradients(
        small_model(keras.optimizers.SGD(0.5, gradient_accumulation_steps=2))
    )
    assert not any(move.any() for move in step(model))
    moved = step(model)
    assert moved[0].any()
    np.testing.assert_allclose(moved[0].mean((0, 1, 2)), 0, atol=1e-6)


OPTIMIZERS = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Nadam", "Lion", "Adafactor"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_any_optimizer_of_keras_takes_the_step_that_it_takes_of_centralized_gradients(
    name: str,
) -> None:
    make = getattr(keras.optimizers, name)
    g = [normal((4, 3), seed) for seed in range(2)]
    found = moved_by(make(0.01), *g)
    variable, plain = keras.Variable(np.zeros((4, 3)), name="kernel"), make(0.01)
    for gradient in g:
        exact = ops.convert_to_tensor(centralized(gradient, (-1,)).astype("float32"))
        plain.apply([exact], [variable])
    expected = ops.convert_to_numpy(variable.value)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)


def test_the_state_of_a_fresh_model_is_that_of_the_plain_one() -> None:
    plain, changed = pair(small_model, "adam")
    for model in (plain, changed):
        model.optimizer.build(model.trainable_variables)
    state, changed_state = plain.optimizer.variables, changed.optimizer.variables
    assert len(state) == len(changed_state) > 2
    for one, other in zip(state, changed_state, strict=True):
        assert one.path.split("/")[-1] == other.path.split("/")[-1]
        np.testing.assert_array_equal(
            ops.convert_to_numpy(one.value), ops.convert_to_numpy(other.value)
        )


def test_a_learning_rate_can_be_set_and_scheduled() -> None:
    model = centralize_gradients(small_model())
    model.optimizer.learning_rate = 0.25
    assert float(ops.convert_to_numpy(model.optimizer.learning_rate)) == 0.25
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.0)
    weights = model.get_weights()
    model.fit(IMAGES, TARGETS, verbose=0, callbacks=[schedule])
    for one, other in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_losses_metrics_and_the_rest_are_compiled_as_they_were() -> None:
    model = small_model(keras.optimizers.SGD(0.5, momentum=0.75), metrics=["mae"])
    config = model.get_compile_config()
    changed = centralize_gradients(model)
    assert changed is model
    after = changed.get_compile_config()
    inner = after.pop("optimizer")["config"]["inner_optimizer"]
    assert inner["config"] == config.pop("optimizer")["config"]
    assert after == config
    model.fit(IMAGES, TARGETS, verbose=0)
    assert set(model.get_metrics_result()) == {"loss", "mae"}


def test_objects_that_are_registered_nowhere_stay_in_the_compilation() -> None:
    class OwnLoss(keras.losses.Loss):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return ops.mean(ops.square(y_true - y_pred), axis=-1)

    loss, optimizer = OwnLoss(), keras.optimizers.SGD(0.1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer, loss)
    centralize_gradients(model)
    assert model.loss is loss
    inner = model.optimizer
    assert isinstance(inner, CentralizedOptimizer)
    assert inner.inner_optimizer is optimizer
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)


def test_the_optimizer_survives_its_configuration() -> None:
    config = keras.saving.serialize_keras_object(
        CentralizedOptimizer(keras.optimizers.SGD(0.5, momentum=0.75), {"a/kernel": (-2, -1)})
    )
    assert config["registered_name"] == "keras_lateral>CentralizedOptimizer"
    again = keras.saving.deserialize_keras_object(config)
    assert again.output_axes == {"a/kernel": (-2, -1)}
    assert again.inner_optimizer.momentum == 0.75
    assert keras.saving.serialize_keras_object(again) == config


@pytest.mark.parametrize("optimizer", [lambda: keras.optimizers.SGD(0.5, momentum=0.9), None])
def test_a_loaded_model_goes_on_as_the_saved_one(tmp_path: Any, optimizer: Any) -> None:
    make = optimizer or (lambda: keras.optimizers.Adam(0.01))
    model = centralize_gradients(compiled(make()))
    step(model, steps=2)
    model.save(tmp_path / "model.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.optimizer, CentralizedOptimizer)
    assert loaded.optimizer.output_axes == AXES
    for one, other in zip(step(model), step(loaded), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def nested() -> keras.Model:
    inner = keras.Sequential([layers.Conv2DTranspose(4, 3, name="deep")], name="inner")
    image = keras.Input((6, 6, 3))
    x = layers.GlobalAveragePooling2D()(inner(image))
    return keras.Model(image, layers.Dense(2, name="head")(x), name="outer")


def test_kernels_of_nested_models_are_found_again_when_loaded(tmp_path: Any) -> None:
    model = nested()
    model.compile(keras.optimizers.SGD(0.5), "mean_squared_error")
    centralize_gradients(model).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    moved = step(loaded)[0]  # (height, width, outputs, inputs)
    np.testing.assert_allclose(moved.mean((0, 1, 3)), 0, atol=1e-6)
    assert moved.any()


def test_a_loss_scale_stays_around_it() -> None:
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5), initial_scale=8.0)
    plain, changed = small_model(), small_model(scaled)
    changed.set_weights(plain.get_weights())
    centralize_gradients(changed)
    assert isinstance(changed.optimizer, keras.optimizers.LossScaleOptimizer)
    assert changed.optimizer.initial_scale == 8.0
    assert isinstance(changed.optimizer.inner_optimizer, CentralizedOptimizer)
    expected = centralized(step(plain)[0], (-1,))
    np.testing.assert_allclose(step(changed)[0], expected, rtol=1e-4, atol=1e-6)


def test_a_loss_scale_around_it_takes_away_a_fixed_one() -> None:
    inner = keras.optimizers.SGD(0.5, loss_scale_factor=8.0)
    centralizing = CentralizedOptimizer(inner, {"conv/kernel": (-1,), "head/kernel": (-1,)})
    plain = small_model()
    changed = small_model(keras.optimizers.LossScaleOptimizer(centralizing))
    changed.set_weights(plain.get_weights())
    assert inner.loss_scale_factor is None
    expected = centralized(step(plain)[0], (-1,))
    np.testing.assert_allclose(step(changed)[0], expected, rtol=1e-4, atol=1e-6)


def test_a_fixed_loss_scale_is_kept() -> None:
    plain = small_model()
    changed = small_model(keras.optimizers.SGD(0.5, loss_scale_factor=8.0))
    changed.set_weights(plain.get_weights())
    assert centralize_gradients(changed).optimizer.loss_scale_factor == 8.0
    expected = centralized(step(plain)[0], (-1,))
    np.testing.assert_allclose(step(changed)[0], expected, rtol=1e-4, atol=1e-6)


def test_mixed_precision_trains() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = centralize_gradients(small_model())
        moved = step(model)[0]
        outer = model.optimizer
    finally:
        keras.config.set_dtype_policy("float32")
    assert isinstance(outer, keras.optimizers.LossScaleOptimizer)
    assert isinstance(outer.inner_optimizer, CentralizedOptimizer)
    np.testing.assert_allclose(moved.mean((0, 1, 2)), 0, atol=1e-3)
    assert moved.any()


def test_a_kernel_with_one_weight_for_each_output_is_trained_as_it_is() -> None:
    model = keras.Sequential([keras.Input((1,)), layers.Dense(2, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.5), "mean_squared_error")
    centralize_gradients(model)
    before = model.get_weights()[0]
    model.fit(np.ones((4, 1)), np.ones((4, 2)), verbose=0)
    assert (model.get_weights()[0] != before).all()


def test_only_the_chosen_layers_are_centralized() -> None:
    method = gradient_centralization_method(layers=layers.Conv2D)
    plain, changed = small_model(), method.change(small_model())
    changed.set_weights(plain.get_weights())
    moved, found = step(plain), step(changed)
    np.testing.assert_allclose(found[0], centralized(moved[0], (-1,)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found[2], moved[2], rtol=1e-5, atol=1e-7)
    assert dict(method.settings) == {"layers": "Conv2D"}


def test_a_frozen_layer_stays_frozen() -> None:
    model = centralize_gradients(small_model())
    model.get_layer("conv").trainable = False
    model.compile(model.optimizer, "mean_squared_error")
    kernel = model.get_layer("conv").get_weights()[0]
    step(model)
    np.testing.assert_array_equal(model.get_layer("conv").get_weights()[0], kernel)


def test_the_method_keeps_weights_and_a_seed_means_one_training() -> None:
    method = gradient_centralization_method()
    plain, changed, again = (start_of_training(small_model, m, 3) for m in (None, method, method))
    for one, other in zip(plain.get_weights(), changed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(step(changed, 2), step(again, 2), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("order", [1, -1])
def test_it_is_combined_with_a_gradient_mask(order: int) -> None:
    both = [gradient_centralization_method(), gradient_mask_method(threshold=0.5)][::order]
    model = start_of_training(small_model, both[0] + both[1], 3)
    assert isinstance(model.get_layer("conv"), GradientMaskConv2D)
    assert isinstance(model.optimizer, CentralizedOptimizer)
    moved = step(model)[0]
    np.testing.assert_allclose(moved.mean((0, 1, 2)), 0, atol=1e-6)
    assert moved.any()


def small_adam() -> keras.Model:
    return small_model("adam")


@pytest.mark.parametrize("order", [1, -1])
def test_it_is_combined_with_a_freeze(order: int) -> None:
    freeze = receptive_field_freeze_method(["conv"], epochs=[1])  # the second
    first, second = [gradient_centralization_method(), freeze][::order]
    method = first + second
    model = start_of_training(small_adam, method, 3)
    after = [values(model)]
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: after.append(values(model)))
    model.fit(
        IMAGES, TARGETS, batch_size=4, epochs=2, verbose=0, callbacks=[*method.callbacks(), note]
    )
    kernels, heads = ([weights[index] for weights in after] for index in (0, 2))
    np.testing.assert_array_equal(kernels[2], kernels[1])
    assert (kernels[1] != kernels[0]).any()
    assert all((one != other).any() for one, other in pairwise(heads))


@pytest.mark.parametrize("order", [1, -1])
def test_it_is_combined_with_a_regularizer_whose_gradient_is_centralized_too(order: int) -> None:
    frame = regularizer_method(FrameRegularizer(factor=1.0), name="frame")
    first, second = [gradient_centralization_method(), frame][::order]
    plain, changed = (
        start_of_training(small_model, method, 3) for method in (frame, first + second)
    )
    expected = centralized(step(plain)[0], (-1,))
    np.testing.assert_allclose(step(changed)[0], expected, rtol=1e-3, atol=1e-5)


def test_a_copy_of_the_model_is_centralized_too() -> None:
    copy = apply_gradient_mask(centralize_gradients(small_model()))
    assert copy.optimizer.output_axes == {"conv/kernel": (-1,), "head/kernel": (-1,)}


def test_what_cannot_be_centralized_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a compiled model"):
        centralize_gradients(model_of_all_kinds())
    model = keras.Sequential([keras.Input((3,)), layers.LayerNormalization()])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="with dense layers or convolutions"):
        centralize_gradients(model)
    with pytest.raises(ValueError, match="not yet centralize gradients"):
        centralize_gradients(centralize_gradients(small_model()))
    method = gradient_centralization_method
    with pytest.raises(ValueError, match="'gradient_centralization' and 'b' cannot be combined"):
        method() + method(name="b")


def test_one_name_for_two_kernels_with_different_axes_is_refused() -> None:
    inner = keras.Sequential([layers.Conv2DTranspose(3, 3, name="same")], name="inner")
    image = keras.Input((6, 6, 3))
    model = keras.Model(image, layers.Conv2D(2, 3, name="same")(inner(image)))
    with pytest.raises(ValueError, match="named 'same/kernel'"):
        kernel_output_axes(model)


def test_an_optimizer_that_finds_no_kernel_says_so() -> None:
    optimizer = CentralizedOptimizer(keras.optimizers.SGD(), {"conv/kernel": (-1,)})
    with pytest.raises(ValueError, match=r"of \['conv/kernel'\], none of which is among the var"):
        optimizer.build([keras.Variable(np.zeros((2, 2)), name="other")])
    with pytest.raises(ValueError, match="must be built"):
        optimizer.apply([ops.ones((2, 2))])


def test_the_method_goes_to_another_process_and_names_its_source() -> None:
    method = pickle.loads(pickle.dumps(gradient_centralization_method()))
    assert (method.name, method.settings) == ("gradient_centralization", {})
    assert method.space is None
    assert "2004.01461" in method.reference


@pytest.mark.parametrize("name", ["weight_decay", "clipnorm", "clipvalue", "global_clipnorm"])
def test_what_is_set_on_the_optimizer_reaches_the_inner_one(name: str) -> None:
    inner = keras.optimizers.AdamW(0.1, weight_decay=0.02, clipnorm=None)
    optimizer = CentralizedOptimizer(inner, {"dense/kernel": (-1,)})
    assert optimizer.weight_decay == 0.02
    setattr(optimizer, name, 0.5)
    assert getattr(inner, name) == getattr(optimizer, name) == 0.5


def decayed(exclude: bool) -> list[np.ndarray]:
    """Returns weights after a step whose gradient is 0, but for weight decay."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")])
    model.set_weights([np.ones((3, 2)), np.ones(2)])
    model.compile("sgd", "mse")
    model = gradient_centralization_method().change(model)
    model.optimizer.weight_decay = 0.5
    model.optimizer.learning_rate = 0.1
    if exclude:
        model.optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.optimizer.apply([ops.zeros((3, 2)), ops.zeros((2,))], model.trainable_variables)
    return model.get_weights()


def test_weight_decay_set_afterwards_acts_and_exclusions_hold() -> None:
    kernel, bias = decayed(exclude=False)
    np.testing.assert_allclose(kernel, 0.95, rtol=1e-6)
    np.testing.assert_allclose(bias, 0.95, rtol=1e-6)
    kernel, bias = decayed(exclude=True)
    np.testing.assert_allclose(kernel, 0.95, rtol=1e-6)
    np.testing.assert_array_equal(bias, 1)


def test_a_model_is_read_from_hdf5(tmp_path: Any) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.compile("adam", keras.losses.MeanSquaredError())  # Keras reads no "mse" from HDF5
    model = gradient_centralization_method().change(model)
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.save(tmp_path / "model.h5")
    again = keras.models.load_model(tmp_path / "model.h5")
    assert isinstance(again.optimizer, CentralizedOptimizer)
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_it_does_not_go_with_weights_that_are_no_kernels() -> None:
    with pytest.raises(ValueError, match="cannot be combined: both set the weights that stand"):
        gradient_centralization_method() + harmonic_convolution_method()
    conv = keras.layers.Conv2D(4, 3)
    model = keras.Sequential([keras.Input((8, 8, 2)), conv, keras.layers.Flatten()])
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="subtracts means from the gradients of kernels"):
        use_harmonic_convolutions(centralize_gradients(model))
