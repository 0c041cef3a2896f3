"""A mask leaves everything else that users do with a Keras layer as it is."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import exact_gradients
from keras_lateral.testing import layer_gradients
from tests.gradient_mask.cases import CONV2D, JIT, MASK, masked, normal

X, TARGET = normal((4, 6, 6, 2), 0), normal((4, 6, 6, 4), 1)

of_each_scope = pytest.mark.parametrize("scope", ["all", "weights"])
of_each_jit = pytest.mark.parametrize("jit", JIT)


def conv(scope: str = "all", **kwargs: Any) -> Any:
    arguments = {"filters": 4, "kernel_size": 3, "padding": "same", **MASK, "scope": scope}
    return CONV2D.masked_class(**{**arguments, **kwargs})


def model_of(layer: Any) -> keras.Model:
    front = keras.layers.Conv2D(2, 1, name="front")
    return keras.Sequential([keras.Input((6, 6, 2)), front, layer])


def fit(model: keras.Model, jit: bool = JIT[0], epochs: int = 1) -> None:
    if not model.compiled:
        model.compile(keras.optimizers.SGD(0.5), "mean_squared_error", jit_compile=jit)
    model.fit(X, TARGET, batch_size=4, epochs=epochs, verbose=0)


def changed(model: keras.Model, jit: bool = JIT[0]) -> set[str]:
    """Names of the variables that a step changes."""
    before = {v.path: ops.convert_to_numpy(v.value).copy() for v in model.variables}
    fit(model, jit)
    return {
        v.path.split("/", 1)[1]
        for v in model.variables
        if not np.array_equal(before[v.path], ops.convert_to_numpy(v.value))
    }


FRONT = {"front/kernel", "front/bias"}


@of_each_scope
@of_each_jit
def test_a_frozen_layer_keeps_its_weights_and_passes_the_gradient_on(scope: str, jit: bool) -> None:
    layer = conv(scope, name="conv")
    model = model_of(layer)
    layer.trainable = False
    assert changed(model, jit) == FRONT


@of_each_scope
@of_each_jit
def test_one_frozen_variable_stays_and_the_others_train(scope: str, jit: bool) -> None:
    layer = conv(scope, name="conv")
    model = model_of(layer)
    layer.bias.trainable = False
    assert changed(model, jit) == {*FRONT, "conv/kernel"}


@of_each_scope
def test_frozen_weights_set_after_compiling_are_seen(scope: str) -> None:
    layer = conv(scope)
    model = model_of(layer)
    layer.trainable = False
    fit(model)
    layer.set_weights([0 * w for w in layer.get_weights()])
    front = np.array(model.layers[0].get_weights()[0])
    fit(model)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], front)


@of_each_scope
@of_each_jit
def test_low_rank_adaptation_trains_its_own_weights_only(scope: str, jit: bool) -> None:
    layer = conv(scope, name="conv")
    model = model_of(layer)
    layer.enable_lora(2)
    fit(model, jit)  # after one step a has a gradient too: b starts as zeros
    own = {"conv/bias", "conv/lora_kernel_a", "conv/lora_kernel_b"}
    assert changed(model, jit) == {*FRONT, *own}


@of_each_scope
def test_a_regularizers_gradient_is_not_masked(scope: str) -> None:
    layer = conv(scope, kernel_regularizer=keras.regularizers.L2(0.1))
    model, free = model_of(layer), model_of(conv(scope))
    free.set_weights(model.get_weights())
    start = np.array(layer.get_weights()[0])
    fit(model)
    fit(free)
    difference = layer.get_weights()[0] - free.layers[-1].get_weights()[0]
    np.testing.assert_allclose(difference, -0.5 * 0.1 * 2 * start, rtol=1e-4, atol=1e-5)


@of_each_scope
def test_a_constraint_holds_after_a_step(scope: str) -> None:
    layer = conv(scope, kernel_constraint=keras.constraints.MaxNorm(0.1, axis=(0, 1, 2)))
    fit(model_of(layer))
    norms = np.sqrt((layer.get_weights()[0] ** 2).sum((0, 1, 2)))
    assert norms.max() <= 0.1 + 1e-6


@of_each_jit
def test_settings_changed_after_compiling_reach_scope_weights(jit: bool) -> None:
    model = model_of(conv("weights"))
    fit(model, jit)
    model.layers[-1].gradient_mask.enabled = False
    plain = model_of(conv("weights", enabled=False))
    plain.set_weights(model.get_weights())
    fit(model, jit)
    fit(plain, jit)
    for weights, others in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-5, atol=1e-6)


@of_each_scope
def test_settings_changed_later_are_in_the_config(scope: str) -> None:
    layer = conv(scope)
    layer.gradient_mask.threshold = 0.7
    layer.gradient_mask.enabled = False
    config = layer.get_config()
    assert (config["threshold"], config["enabled"], config["scope"]) == (0.7, False, scope)
    again = type(layer).from_config(config).gradient_mask
    assert (again.threshold, again.enabled) == (0.7, False)


@of_each_scope
@of_each_jit
def test_exact_gradients_reaches_a_compiled_model(scope: str, jit: bool) -> None:
    model, plain = model_of(conv(scope)), model_of(conv(scope, enabled=False))
    fit(model, jit)
    plain.set_weights(model.get_weights())
    with exact_gradients():
        fit(model, jit)
    fit(plain, jit)
    for weights, others in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-5, atol=1e-6)


def test_the_two_scopes_differ_only_in_earlier_layers() -> None:
    everywhere, here = model_of(conv("all")), model_of(conv("weights"))
    here.set_weights(everywhere.get_weights())
    fit(everywhere)
    fit(here)
    (front, front_bias, *own), (other, other_bias, *same) = (
        everywhere.get_weights(),
        here.get_weights(),
    )
    for weights, others in zip(own, same, strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-5, atol=1e-6)
    assert np.abs(front - other).max() > 1e-4
    assert np.abs(front_bias - other_bias).max() > 1e-4


def test_a_derived_class_inherits_signature_and_mask() -> None:
    class Derived(CONV2D.masked_class):  # type: ignore[name-defined]
        pass

    assert inspect.signature(Derived) == inspect.signature(CONV2D.masked_class)
    layer = Derived(4, 3, **MASK)
    g = normal((2, 4, 4, 4), 1)
    plain = keras.layers.Conv2D(4, 3)
    layer.build((2, 6, 6, 2))
    plain.build((2, 6, 6, 2))
    plain.set_weights(layer.get_weights())
    x = normal((2, 6, 6, 2), 0)
    found, expected = layer_gradients(layer, x, g), layer_gradients(plain, x, masked(g))
    np.testing.assert_allclose(found[1][0], expected[1][0], rtol=1e-5, atol=1e-6)


def test_a_derived_class_shows_its_own_arguments() -> None:
    class Derived(CONV2D.masked_class):  # type: ignore[name-defined]
        def __init__(self, width: int = 4, **kwargs: Any) -> None:
            super().__init__(width, 3, **kwargs)

    assert list(inspect.signature(Derived).parameters) == ["width", "kwargs"]
    assert Derived(width=8, sigma=1.0).filters == 8


@pytest.mark.parametrize("scope", ["layer", None, "ALL"])
def test_an_unknown_scope_is_refused(scope: Any) -> None:
    with pytest.raises(ValueError, match="`scope`. Expected one of"):
        conv(scope)


def test_feature_sets_that_do_not_divide_the_filters_are_refused_when_built() -> None:
    with pytest.raises(ValueError, match=r"must divide the 4 channels"):
        conv(feature_sets=3).build((None, 6, 6, 2))


def test_an_unknown_argument_is_refused_by_keras() -> None:
    with pytest.raises((TypeError, ValueError), match="sigmoid"):
        conv(sigmoid=1.0)


def test_another_number_of_channels_is_refused_as_by_keras() -> None:
    layer = conv()
    layer.build((None, 6, 6, 2))
    with pytest.raises(ValueError, match="expected axis"):
        layer(ops.ones((1, 6, 6, 3)))
