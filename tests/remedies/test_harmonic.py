"""Harmonic convolutions: SciPy's cosine transform, the same function, and the same descent."""

import warnings
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from keras_lateral import (
    FrameRegularizer,
    apply_gradient_mask,
    attach_regularizer,
    frame_bounds,
    prune,
    receptive_fields,
)
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.training import Task
from keras_lateral.methods import methods_of
from keras_lateral.remedies.dct import coefficients_of, cosine_basis, frequencies, kernel_of
from keras_lateral.remedies.harmonic import HarmonicConv2D
from keras_lateral.remedies.harmonic_method import (
    harmonic_convolution_method,
    use_harmonic_convolutions,
)
from keras_lateral.testing import check_layer
from tests.comparison.tiny import tiny_images, tiny_model

BACKEND = keras.config.backend()
SIZES = st.tuples(st.integers(1, 7), st.integers(1, 7))
SCIPY = pytest.importorskip("scipy.fft")


def normal(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@given(SIZES, st.integers(1, 3), st.integers(1, 4), st.integers(0, 9))
def test_coefficients_and_kernels_are_those_of_scipy(
    size: tuple[int, int], inputs: int, outputs: int, seed: int
) -> None:
    kernel, basis = normal((*size, inputs, outputs), seed), cosine_basis(size)
    found = ops.convert_to_numpy(coefficients_of(ops.convert_to_tensor(kernel), basis))
    expected = SCIPY.dctn(kernel.astype("float64"), type=2, axes=(0, 1), norm="ortho")
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    found = ops.convert_to_numpy(kernel_of(ops.convert_to_tensor(kernel), basis))
    expected = SCIPY.idctn(kernel.astype("float64"), type=2, axes=(0, 1), norm="ortho")
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@given(SIZES, st.data())
def test_a_level_leaves_out_the_high_frequencies_of_scipy(
    size: tuple[int, int], data: st.DataObject
) -> None:
    level = data.draw(st.integers(1, sum(size) - 1))
    kernel, basis = normal((*size, 2, 3)), cosine_basis(size, level)
    kept = np.add.outer(np.arange(size[0]), np.arange(size[1])) < level
    assert len(basis) == kept.sum() == len(frequencies(size, level))
    transformed = SCIPY.dctn(kernel.astype("float64"), type=2, axes=(0, 1), norm="ortho")
    coefficients = coefficients_of(ops.convert_to_tensor(kernel), basis)
    flat = ops.convert_to_numpy(coefficients).reshape(len(basis), 2, 3)
    np.testing.assert_allclose(flat, transformed[kept], rtol=1e-5, atol=1e-5)
    smooth = SCIPY.idctn(transformed * kept[..., None, None], type=2, axes=(0, 1), norm="ortho")
    found = ops.convert_to_numpy(kernel_of(coefficients, basis))
    np.testing.assert_allclose(found, smooth, rtol=1e-5, atol=1e-5)


LAYERS: dict[str, dict[str, Any]] = {
    "plain": {"filters": 4, "kernel_size": 3},
    "strides": {"filters": 4, "kernel_size": (3, 2), "strides": 2, "padding": "same"},
    "dilation": {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "activation": "relu"},
    "no bias": {"filters": 4, "kernel_size": 2, "use_bias": False},
    "penalty": {"filters": 4, "kernel_size": 3, "kernel_regularizer": "l2"},
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_layer_is_the_convolution_with_the_sum_of_patterns(name: str) -> None:
    arguments = LAYERS[name]
    layer, plain = HarmonicConv2D(**arguments), keras.layers.Conv2D(**arguments)
    x = normal((2, 7, 8, 3))
    y = ops.convert_to_numpy(layer(x))
    plain.build(x.shape)
    coefficients, *bias = layer.get_weights()
    kernel = SCIPY.idctn(coefficients, type=2, axes=(0, 1), norm="ortho")
    plain.set_weights([kernel, *bias])
    np.testing.assert_allclose(y, ops.convert_to_numpy(plain(x)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(layer.kernel), kernel, rtol=1e-4, atol=1e-5)


def test_a_new_layer_begins_as_the_convolution_of_the_same_seed() -> None:
    starts = []
    for layer_class in (HarmonicConv2D, keras.layers.Conv2D):
        keras.utils.set_random_seed(3)
        layer = layer_class(4, 3)
        layer.build((None, 8, 8, 2))
        starts.append(ops.convert_to_numpy(ops.convert_to_tensor(layer.kernel)))
    np.testing.assert_allclose(starts[0], starts[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("level", [None, 2])
def test_it_passes_the_shared_checks_of_layers(level: int | None) -> None:
    check_layer(HarmonicConv2D, {"filters": 4, "kernel_size": 3, "level": level}, (2, 6, 6, 4))


@pytest.mark.parametrize("level", [0, 6, 1.5, True])
def test_a_level_that_is_none_is_refused(level: Any) -> None:
    with pytest.raises(ValueError, match="Invalid value for argument `level`"):
        HarmonicConv2D(4, 3, level=level)


def image_model(optimizer: Any = None, **arguments: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    image = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, padding="same", name="first", **arguments)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    skip = layers.Conv2D(4, 1, name="one")(x)
    x = layers.Conv2D(4, (3, 2), padding="same", activation="relu", name="second")(x)
    x = layers.GlobalAveragePooling2D()(layers.Add()([x, skip]))
    model = keras.Model(image, layers.Dense(3, name="dense")(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras.optimizers.SGD(0.3, 0.9), loss, jit_compile=BACKEND == "jax")
    return model


IMAGES, LABELS = normal((12, 8, 8, 2)), np.arange(12) % 3


def test_the_function_at_the_start_is_the_same_and_the_weights_are_coefficients() -> None:
    model, plain = image_model(), image_model()
    variable = model.get_layer("first").kernel
    assert use_harmonic_convolutions(model) is model
    changed = [layer.name for layer in model.layers if isinstance(layer, HarmonicConv2D)]
    assert changed == ["first", "second"]
    assert model.get_layer("first").coefficients is variable
    assert model.count_params() == plain.count_params()
    assert len(model.weights) == len(plain.weights)
    expected = ops.convert_to_numpy(plain(IMAGES))
    np.testing.assert_allclose(ops.convert_to_numpy(model(IMAGES)), expected, rtol=1e-4, atol=1e-5)
    kernel = plain.get_layer("second").get_weights()[0]
    np.testing.assert_allclose(
        model.get_layer("second").get_weights()[0],
        SCIPY.dctn(kernel, axes=(0, 1), norm="ortho"),
        rtol=1e-4,
        atol=1e-5,
    )


def trained(model: keras.Model) -> list[np.ndarray]:
    """Returns the kernels after six steps."""
    model.fit(IMAGES, LABELS, batch_size=4, epochs=2, shuffle=False, verbose=0)
    names = ("first", "one", "second", "dense")
    return [ops.convert_to_numpy(ops.convert_to_tensor(model.get_layer(n).kernel)) for n in names]


@pytest.mark.parametrize("clipping", [{}, {"global_clipnorm": 0.5, "weight_decay": 0.01}])
def test_gradient_descent_trains_the_same_function(clipping: dict[str, float]) -> None:
    kernels = [
        trained(change(image_model(keras.optimizers.SGD(0.3, 0.9, **clipping), **penalty)))
        for change in (lambda model: model, use_harmonic_convolutions)
        for penalty in [{"kernel_regularizer": keras.regularizers.L2(0.05)}]
    ]
    start = image_model().get_layer("first").get_weights()[0]
    assert np.abs(kernels[0][0] - start).max() > 0.05
    for plain, harmonic in zip(*kernels, strict=True):
        np.testing.assert_allclose(harmonic, plain, rtol=1e-3, atol=1e-4)


def test_adam_trains_another_function() -> None:
    kernels = [
        trained(change(image_model(keras.optimizers.Adam(0.01))))
        for change in (lambda model: model, use_harmonic_convolutions)
    ]
    assert np.abs(kernels[0][0] - kernels[1][0]).max() > 5e-3


def test_a_saved_model_and_a_copy_keep_it(tmp_path: Any) -> None:
    model = use_harmonic_convolutions(image_model())
    trained(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    copied = keras.models.clone_model(model)
    copied.set_weights(model.get_weights())
    for other in (loaded, copied):
        assert isinstance(other.get_layer("first"), HarmonicConv2D)
        for x in (IMAGES, -IMAGES):
            np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


def test_weights_of_the_plain_model_are_not_taken_for_coefficients(tmp_path: Any) -> None:
    plain = image_model()
    plain.save_weights(tmp_path / "plain.weights.h5")
    model = use_harmonic_convolutions(image_model())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="HarmonicConv2D name=first"):
            model.load_weights(tmp_path / "plain.weights.h5")


def test_analysis_sees_the_kernel_and_pruning_the_coefficients() -> None:
    model, plain = use_harmonic_convolutions(image_model()), image_model()
    for name in ("first", "second"):
        a, b = (frame_bounds(m.get_layer(name), grid=8) for m in (model, plain))
        np.testing.assert_allclose([a.lower, a.upper], [b.lower, b.upper], rtol=1e-3, atol=1e-5)
    a, b = (receptive_fields(m).to_dict()["layers"] for m in (model, plain))
    for name in ("size", "stride", "multiply_adds"):
        assert [layer[name] for layer in a] == [layer[name] for layer in b]
    prune(model, 0.5)
    coefficients = model.get_layer("first").get_weights()[0]
    assert (coefficients == 0).sum() > 0
    trained(model)
    after = model.get_layer("first").get_weights()[0]
    np.testing.assert_array_equal(after == 0, coefficients == 0)


@pytest.mark.home
def test_with_a_gradient_mask_it_comes_first() -> None:
    model = apply_gradient_mask(use_harmonic_convolutions(image_model()))
    assert isinstance(model.get_layer("first"), HarmonicConv2D)
    trained(model)
    with pytest.raises(ValueError, match="gradient mask, make it harmonic first|no layer|with 0"):
        use_harmonic_convolutions(apply_gradient_mask(image_model()), "first")


def test_what_it_cannot_change_is_refused_in_words() -> None:
    dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="kernels larger than 1 x 1"):
        use_harmonic_convolutions(dense)
    with pytest.raises(ValueError, match="layer 'first' has a penalty or constraint"):
        use_harmonic_convolutions(image_model(kernel_regularizer="l1"))
    with pytest.raises(ValueError, match="layer 'first' has a penalty or constraint"):
        use_harmonic_convolutions(image_model(kernel_constraint="non_neg"))
    deferred = keras.Sequential([keras.layers.Conv2D(4, 3)])
    with pytest.raises(ValueError, match="Build the model first"):
        use_harmonic_convolutions(deferred)
    model = image_model()
    model.train_on_batch(IMAGES, LABELS)
    before = model.get_weights()
    with pytest.raises(ValueError, match="Compile the model again first"):
        use_harmonic_convolutions(model)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="Attach to the other layers"):
        attach_regularizer(use_harmonic_convolutions(image_model()), FrameRegularizer())


@pytest.mark.home
def test_in_a_comparison_it_passes_the_check_and_trains_otherwise() -> None:
    task = Task(tiny_model, tiny_images().scaled(), epochs=2, batch_size=4)
    method = harmonic_convolution_method()
    combined = methods_of(["harmonic_convolution+sharpness_aware_minimization"])[0]
    check_task(task, [method, combined])
    plain, harmonic, both = (task(m, 1) for m in (None, method, combined))
    np.testing.assert_allclose(harmonic.history["loss"][0], plain.history["loss"][0], rtol=0.1)
    assert len({run.history["loss"][-1] for run in (plain, harmonic, both)}) == 3
