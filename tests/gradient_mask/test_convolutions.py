"""Each masked convolution is the Keras layer, in its forward pass and its arguments."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import GradientMask
from keras_lateral.gradient_mask.exact_gradients import exact_gradients
from keras_lateral.testing import check_gradient, check_layer, layer_gradients
from tests.gradient_mask.cases import CASES, CONV2D, MASK, Case, masked

BACKEND = keras.config.backend()

of_each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
of_each_scope = pytest.mark.parametrize("scope", ["all", "weights"])


@of_each
def test_signature_is_that_of_keras_followed_by_that_of_the_mask(case: Case) -> None:
    ours = list(inspect.signature(case.masked_class).parameters.values())
    theirs = list(inspect.signature(case.plain_class).parameters.values())
    mask = inspect.signature(GradientMask).parameters.values()
    own = [p for p in mask if p.name not in {"data_format", "kwargs"}]
    assert ours[: len(theirs) - 1] == theirs[:-1]
    extra = ours[len(theirs) - 1 : -1]
    assert [(p.name, p.default) for p in extra] == [
        *((p.name, p.default) for p in own),
        ("scope", "all"),
    ]
    assert {p.kind for p in extra} == {inspect.Parameter.KEYWORD_ONLY}
    assert ours[-1] == theirs[-1]


@of_each
def test_arguments_may_be_given_by_position_as_in_keras(case: Case) -> None:
    names = list(inspect.signature(case.plain_class).parameters)[: len(case.arguments)]
    defaults = case.plain_class(**case.arguments).get_config()
    positional = case.masked_class(*(defaults[name] for name in names), **MASK)
    assert {name: positional.get_config()[name] for name in names} == {
        name: defaults[name] for name in names
    }


@of_each
def test_check_layer_passes(case: Case) -> None:
    checks = check_layer(case.masked_class, {**case.arguments, **MASK}, case.input_shape, **quick())
    assert set(checks.skipped) - set(quick()["skip"]) <= permitted(case)


@pytest.mark.slow
@of_each
@of_each_scope
def test_all_of_check_layer_passes(case: Case, scope: str) -> None:
    init_kwargs = {**case.arguments, **MASK, "scope": scope}
    checks = check_layer(case.masked_class, init_kwargs, case.input_shape)
    assert set(checks.skipped) <= permitted(case)


@of_each_scope
def test_all_of_check_layer_passes_for_one_convolution(scope: str) -> None:
    init_kwargs = {**CONV2D.arguments, **MASK, "scope": scope}
    checks = check_layer(CONV2D.masked_class, init_kwargs, CONV2D.input_shape)
    assert set(checks.skipped) <= permitted(CONV2D)


def quick() -> dict[str, Any]:
    """The steps of `fit` run for one convolution, and for all with `-m slow`."""
    fits = ["fit", "fit_with_xla", "fit_eagerly"]
    policies = ["mixed_float16", "mixed_bfloat16"]
    names = [*fits, *(f"fit_policy_{policy}" for policy in policies)]
    return {"skip": dict.fromkeys(names, "slow"), "policies": policies}


def permitted(case: Case) -> set[str]:
    """The checks skipped because of the backend, and not the layer."""
    xla = {"fit_with_xla"} if BACKEND == "torch" else set()
    causal = case.arguments.get("padding") == "causal"  # Keras has it for channels_last only
    channels_first = {"channels_first"} if BACKEND == "tensorflow" or causal else set()
    return xla | channels_first


@of_each
@of_each_scope
def test_gradients_are_those_of_the_second_derivation(case: Case, scope: str) -> None:
    layer, plain = case.pair(scope=scope)

    def to_inputs(x: np.ndarray, g: np.ndarray) -> np.ndarray:
        return layer_gradients(plain, x, masked(g) if scope == "all" else g)[0]

    check_gradient(
        layer,
        case.x,
        to_inputs,
        expected_weights=lambda x, g: layer_gradients(plain, x, masked(g))[1],
        plain=plain,
        upstream=case.upstream,
    )


@of_each
@of_each_scope
@pytest.mark.parametrize("training", [False, True])
def test_forward_pass_is_that_of_keras_bit_for_bit(case: Case, scope: str, training: bool) -> None:
    layer, plain = case.pair(scope=scope)
    x = ops.convert_to_tensor(case.x)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(x, training=training)), ops.convert_to_numpy(plain(x))
    )


@of_each
@of_each_scope
def test_gradients_are_exact_in_inference_and_inside_the_scope(case: Case, scope: str) -> None:
    layer, plain = case.pair(scope=scope)
    exact = layer_gradients(plain, case.x, case.upstream)
    with exact_gradients():
        inside = layer_gradients(layer, case.x, case.upstream, training=True)
    for found in (inside, layer_gradients(layer, case.x, case.upstream, training=False)):
        np.testing.assert_array_equal(found[0], exact[0])
        for weights, others in zip(found[1], exact[1], strict=True):
            np.testing.assert_allclose(weights, others, rtol=1e-6, atol=1e-6)
    outside = layer_gradients(layer, case.x, case.upstream, training=True)
    assert not np.array_equal(outside[1][0], exact[1][0])


@of_each
def test_scope_weights_leaves_the_gradient_of_the_inputs_as_it_is(case: Case) -> None:
    layer, plain = case.pair(scope="weights")
    found = layer_gradients(layer, case.x, case.upstream)[0]
    np.testing.assert_array_equal(found, layer_gradients(plain, case.x, case.upstream)[0])


@of_each
def test_weights_are_those_of_keras_and_transfer_both_ways(case: Case) -> None:
    layer, plain = case.pair()
    assert [w.shape for w in layer.weights] == [w.shape for w in plain.weights]
    assert [w.name for w in layer.weights] == [w.name for w in plain.weights]
    assert layer.count_params() == plain.count_params()
    fresh = case.masked()
    fresh.build(case.input_shape)
    fresh.set_weights(plain.get_weights())
    x = ops.convert_to_tensor(case.x)
    np.testing.assert_array_equal(ops.convert_to_numpy(fresh(x)), ops.convert_to_numpy(plain(x)))


@pytest.mark.parametrize("scope", ["all", "weights"])
@pytest.mark.parametrize(
    "arguments", [{"groups": 2}, {"dilation_rate": 2}, {"strides": 2, "use_bias": False}]
)
def test_other_arguments_of_keras_keep_their_meaning(arguments: dict[str, Any], scope: str) -> None:
    case = Case("Conv2D", (2, 9, 9, 4), {"filters": 4, "kernel_size": 3, **arguments})
    layer, plain = case.pair(scope=scope)
    found = layer_gradients(layer, case.x, case.upstream)
    expected = layer_gradients(plain, case.x, masked(case.upstream))
    for weights, others in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-5, atol=1e-5)
