"""The layer: forward identity, backward mask, settings that change during training, no weights."""

import gc
import weakref
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import GradientMask, exact_gradients
from keras_lateral.gradient_mask.settings import GradientMaskSettings
from keras_lateral.testing import check_gradient, check_layer, layer_gradients
from tests.gradient_mask.cases import JIT, MASK, masked, normal

BACKEND = keras.config.backend()
MAPS = normal((4, 6, 5, 4), 0)
UPSTREAM = normal((4, 6, 5, 4), 1)


def test_check_layer_passes() -> None:
    checks = check_layer(GradientMask, MASK, (2, 6, 5, 4))
    assert set(checks.skipped) == ({"fit_with_xla"} if BACKEND == "torch" else set())


@pytest.mark.parametrize("shape", [(2, 9, 4), (2, 6, 5, 4), (2, 4, 3, 5, 4)])
@pytest.mark.parametrize("sets", [1, 2, "channels"])
def test_gradient_is_that_of_the_second_derivation(shape: tuple[int, ...], sets: Any) -> None:
    def expected(x: np.ndarray, g: np.ndarray) -> np.ndarray:
        return masked(g, feature_sets=sets)

    layer = GradientMask(**{**MASK, "feature_sets": sets})
    check_gradient(layer, normal(shape, 0), expected, upstream=normal(shape, 1), rtol=0, atol=0)


def test_output_is_the_input_itself() -> None:
    x = np.array([[[[np.nan, np.inf, -0.0, 1e-40]]]], "float32")
    for training in (False, True):
        y = GradientMask(**MASK)(ops.convert_to_tensor(x), training=training)
        np.testing.assert_array_equal(ops.convert_to_numpy(y), x)


def test_gradient_is_exact_in_inference_inside_the_scope_and_when_disabled() -> None:
    layer = GradientMask(**MASK)
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM, False)[0], UPSTREAM)
    with exact_gradients(), exact_gradients():
        np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], UPSTREAM)
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], masked(UPSTREAM))
    layer.enabled = False
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], UPSTREAM)
    layer.enabled = True
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], masked(UPSTREAM))


def test_disabled_mask_stays_disabled_after_the_scope() -> None:
    layer = GradientMask(**MASK, enabled=False)
    layer.build(MAPS.shape)
    with exact_gradients():
        assert not layer.enabled
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], UPSTREAM)


def test_layer_built_inside_the_scope_has_its_mask_outside() -> None:
    layer = GradientMask(**MASK)
    with exact_gradients():
        layer.build(MAPS.shape)
        np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], UPSTREAM)
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], masked(UPSTREAM))


def test_settings_given_before_the_layer_is_built_hold() -> None:
    layer = GradientMask(**{**MASK, "threshold": 0.9})
    layer.threshold = MASK["threshold"]
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], masked(UPSTREAM))


def test_scope_keeps_no_layer_alive() -> None:
    layer = GradientMask(**MASK)
    layer.build(MAPS.shape)
    seen = weakref.ref(layer)
    del layer
    gc.collect()
    with exact_gradients():
        assert seen() is None


def model_with_mask(**kwargs: Any) -> keras.Model:
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(4, 3, padding="same"), GradientMask(**{**MASK, **kwargs})]
    return keras.Sequential([keras.Input((6, 5, 4)), *layers])


def kernel_after(model: keras.Model, jit: bool, change: Any = None, steps: int = 2) -> np.ndarray:
    """Trains with one batch per step; `change(mask)` is called after the first, inside `fit`."""
    mask = model.layers[-1]
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: change(mask) if change and epoch == 0 else None
    )
    if not model.compiled:
        model.compile(keras.optimizers.SGD(0.5), "mean_squared_error", jit_compile=jit)
    model.fit(MAPS, UPSTREAM, batch_size=4, epochs=steps, verbose=0, callbacks=[callback])
    return np.array(model.get_weights()[0])


def set_threshold(mask: GradientMask) -> None:
    mask.threshold = 0.9


def set_sigma(mask: GradientMask) -> None:
    mask.sigma = 1.1


def switch_off(mask: GradientMask) -> None:
    mask.enabled = False


@pytest.mark.parametrize("jit", JIT)
@pytest.mark.parametrize(
    ("change", "settings"),
    [
        (set_threshold, {"threshold": 0.9}),
        (set_sigma, {"sigma": 1.1}),
        (switch_off, {"enabled": False}),
    ],
)
def test_setting_changed_inside_fit_acts_from_the_next_step_on(
    jit: bool, change: Any, settings: dict[str, Any]
) -> None:
    room = {"inhibition_size": 9}
    found = kernel_after(model_with_mask(**room), jit, change)

    first = model_with_mask(**room)
    kernel_after(first, jit, steps=1)
    second = model_with_mask(**room, **settings)
    second.set_weights(first.get_weights())
    np.testing.assert_allclose(found, kernel_after(second, jit, steps=1), rtol=1e-5, atol=1e-6)
    unchanged = kernel_after(model_with_mask(**room), jit)
    assert np.abs(found - unchanged).max() > 1e-4


@pytest.mark.parametrize("jit", JIT)
def test_exact_gradients_reaches_a_compiled_train_function(jit: bool) -> None:
    model, plain = model_with_mask(), model_with_mask(enabled=False)
    kernel_after(model, jit, steps=1)
    plain.set_weights(model.get_weights())
    with exact_gradients():
        found = kernel_after(model, jit, steps=1)
    np.testing.assert_allclose(found, kernel_after(plain, jit, steps=1), rtol=1e-5, atol=1e-6)
    plain.set_weights(model.get_weights())
    again = kernel_after(model, jit, steps=1)
    assert np.abs(again - kernel_after(plain, jit, steps=1)).max() > 1e-4


def test_current_settings_are_saved(tmp_path: Any) -> None:
    model = model_with_mask(inhibition_size=9)
    set_threshold(model.layers[-1])
    set_sigma(model.layers[-1])
    switch_off(model.layers[-1])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[-1]
    assert (loaded.threshold, loaded.sigma, loaded.enabled) == (0.9, 1.1, False)
    assert loaded.get_config() == model.layers[-1].get_config()
    np.testing.assert_array_equal(layer_gradients(loaded, MAPS, UPSTREAM)[0], UPSTREAM)
    loaded.enabled = True
    expected = masked(UPSTREAM, threshold=0.9, sigma=1.1, inhibition_size=9)
    np.testing.assert_array_equal(layer_gradients(loaded, MAPS, UPSTREAM)[0], expected)


def test_weight_files_fit_models_with_and_without_masks(tmp_path: Any) -> None:
    with_mask = model_with_mask()
    without = keras.Sequential([keras.Input((6, 5, 4)), keras.layers.Conv2D(4, 3, padding="same")])
    assert len(with_mask.weights) == len(without.weights) == 2
    for source, target in ((with_mask, without), (without, with_mask)):
        source.set_weights([normal(w.shape, 3) for w in source.get_weights()])
        target.set_weights([0 * w for w in target.get_weights()])
        source.save_weights(tmp_path / "a.weights.h5")
        target.load_weights(tmp_path / "a.weights.h5")
        for weights, others in zip(source.get_weights(), target.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, others)


class SeesTheTimesteps(keras.layers.Layer):
    seen: Any = None
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.seen = mask
        return inputs


def test_a_timestep_mask_of_keras_passes_through() -> None:
    x = ops.convert_to_tensor(np.array([[[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]], "float32"))
    layer = SeesTheTimesteps()
    layer(GradientMask(**MASK)(keras.layers.Masking()(x)))
    assert ops.convert_to_numpy(layer.seen).tolist() == [[False, True, True]]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 3, 3, 3, 3)])
def test_an_input_that_is_not_a_map_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one, two or three spatial axes"):
        GradientMask(**MASK)(ops.ones(shape))


def test_feature_sets_that_do_not_divide_the_channels_are_refused_when_built() -> None:
    with pytest.raises(ValueError, match=r"must divide the 4 channels: one of \[1, 2, 4\]"):
        GradientMask(feature_sets=3, sigma=1.0)(ops.ones((1, 5, 5, 4)))


def test_unknown_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="must know the number of channels"):
        GradientMask(sigma=1.0)(keras.KerasTensor((None, 5, 5, None)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threshold_mode": "median"}, "`threshold_mode`. Expected one of"),
        ({"inhibition": "dog"}, "`inhibition`. Expected one of"),
        ({"inhibition_padding": "wrap"}, "`inhibition_padding`. Expected one of"),
        ({"sigma": 0.0}, "`sigma`"),
        ({"sigma": float("nan")}, "`sigma`"),
        ({"threshold": -0.1}, "`threshold`"),
        ({"threshold": 1.1, "threshold_mode": "quantile"}, "from 0 to 1"),
        ({"feature_sets": 0}, "`feature_sets`"),
        ({"inhibition_size": 4}, "`inhibition_size`"),
        ({"data_format": "channels_middle"}, "data_format"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GradientMask(**{**MASK, **arguments})


@pytest.mark.parametrize(("name", "value"), [("sigma", -1.0), ("threshold", 2.0)])
def test_a_setting_out_of_its_range_is_refused_and_changes_nothing(name: str, value: float) -> None:
    layer = GradientMask(**MASK)
    layer.build(MAPS.shape)
    with pytest.raises(ValueError, match=name):
        setattr(layer, name, value)
    assert layer.get_config() == {**layer.get_config(), **MASK}
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], masked(UPSTREAM))


def test_sigma_that_outgrows_the_kernel_warns() -> None:
    layer = GradientMask(**MASK)
    with pytest.warns(UserWarning, match="loses its surround"):
        layer.sigma = 3.0


def test_the_layer_has_the_defaults_of_its_settings():
    settings = GradientMaskSettings()
    config = GradientMask().get_config()
    shared = {name: getattr(settings, name) for name in config if hasattr(settings, name)}
    assert len(shared) == 8
    assert {name: config[name] for name in shared} == shared | {"inhibition_size": settings.size}


def test_the_settings_are_no_weights_and_keras_contract_of_variables_holds() -> None:
    convolution = keras.layers.Conv2D(4, 3)
    model = keras.Sequential([keras.Input((6, 6, 2)), convolution, GradientMask(), GradientMask()])
    assert [id(v) for v in model.weights] == [id(v) for v in convolution.weights]
    weights = {id(v) for v in model.weights}
    settings = [v for v in model.non_trainable_variables if id(v) not in weights]
    assert len(settings) == len({variable.path for variable in settings}) == 2
    assert {id(v) for v in model.variables} == weights | {id(v) for v in settings}
