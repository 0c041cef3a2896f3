"""Leaving variables alone equals training with an optimizer without them, bit for bit."""

from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.receptive_field.freeze.optimizer_hooks import (
    begin_averages,
    check_optimizer,
    leaving_alone,
    optimizer_parts,
)
from tests.receptive_field.freeze.optimizer_cases import CASES, assert_same, copy_slots, held, slots

optimizers = keras.optimizers
NAMES = ("first", "frozen", "last")
RANDOM = np.random.default_rng(0)
START = [RANDOM.normal(size=(3, 2)).astype("float32") for _ in NAMES]
GRADIENTS = [[RANDOM.normal(size=(3, 2)).astype("float32") for _ in NAMES] for _ in range(11)]
ORDINARY, FROZEN, AGAIN = range(4), range(4, 8), range(8, 11)


def new_variables() -> list[Any]:
    constraint = keras.constraints.MaxNorm(2.0)
    variables = [keras.Variable(value, name=name) for name, value in zip(NAMES, START, strict=True)]
    for variable in variables:
        variable.constraint = constraint
    return variables


def step(optimizer: Any, variables: list[Any], number: int) -> None:
    by_name = dict(zip(NAMES, GRADIENTS[number], strict=True))
    apply(optimizer, variables, [by_name[variable.name] for variable in variables])


def apply(optimizer: Any, variables: list[Any], gradients: list[np.ndarray]) -> None:
    """Applies gradients as the backend's trainer does: on JAX, a loss scale works only that way."""
    tensors = [keras.ops.convert_to_tensor(gradient) for gradient in gradients]
    if keras.config.backend() != "jax":
        optimizer.apply(tensors, variables)
        return
    slots_before = [slot.value for slot in optimizer.variables]
    values, slots_after = optimizer.stateless_apply(
        slots_before, tensors, [variable.value for variable in variables]
    )
    for variable, value in zip(variables + optimizer.variables, values + slots_after, strict=True):
        variable.assign(value)


def ids(*variables: Any) -> frozenset[int]:
    return frozenset(id(variable) for variable in variables)


def named(variables: list[Any]) -> dict[str, Any]:
    return {variable.name: variable for variable in variables}


def run(optimizer: Any, variables: list[Any], steps: range) -> None:
    for number in steps:
        step(optimizer, variables, number)


def frozen_slots(optimizer: Any) -> dict[str, Any]:
    """Returns the slots of the frozen variable."""
    return {name: slot for name, slot in slots(optimizer).items() if "frozen" in name}


def textbook(name: str) -> tuple[Any, list[Any]]:
    """Trains the others with an optimizer of their own, started in the state of the one of all."""
    whole, variables = CASES[name](), new_variables()
    whole.build(variables)
    run(whole, variables, ORDINARY)
    part, others = CASES[name](), [variables[0], variables[2]]
    part.build(others)
    copy_slots(whole, part)
    run(part, others, FROZEN)
    copy_slots(part, whole)
    if name == "several optimizers, one wholly frozen":  # which `part` lacks
        whole.optimizers[1].iterations.assign(len(ORDINARY) + len(FROZEN))
    run(whole, variables, AGAIN)
    return whole, variables


@pytest.mark.parametrize("name", CASES)
def test_the_others_train_as_if_the_frozen_had_never_been_there(name: str) -> None:
    optimizer, variables = CASES[name](), new_variables()
    optimizer.build(variables)
    run(optimizer, variables, ORDINARY)
    rests = [variables[1], *frozen_slots(optimizer).values()]
    assert len(rests) > 1 or name == "sgd"  # plain descent remembers nothing
    before = held(rests)
    with leaving_alone(optimizer, variables, ids(variables[1])):
        run(optimizer, variables, FROZEN)
    for found, expected in zip(held(rests), before, strict=True):
        np.testing.assert_array_equal(found, expected)
    run(optimizer, variables, AGAIN)
    for found, expected in zip(held(rests), before, strict=True):
        assert (found != expected).any()  # it could have changed all the time

    expected_optimizer, expected_variables = textbook(name)
    assert_same(named(variables), named(expected_variables))
    assert_same(slots(optimizer), slots(expected_optimizer))


@pytest.mark.parametrize("name", ["accumulated gradients", "loss scale", "all of that"])
def test_steps_are_counted_where_everything_is_frozen(name: str) -> None:
    optimizer, variables = CASES[name](), new_variables()
    optimizer.build(variables)
    with leaving_alone(optimizer, variables, ids(*variables)):
        run(optimizer, variables, range(6))
    np.testing.assert_array_equal(held(variables), START)
    inner = list(optimizer_parts(optimizer))[-1]
    every = inner.gradient_accumulation_steps or 1
    assert int(keras.ops.convert_to_numpy(inner.iterations)) == 6 // every


def test_a_frozen_gradient_that_is_not_finite_does_not_stop_the_others() -> None:
    optimizer, variables = CASES["loss scale"](), new_variables()
    optimizer.build(variables)
    gradients = [GRADIENTS[0][0], np.full((3, 2), np.inf, "float32"), GRADIENTS[0][2]]
    apply(optimizer, variables, gradients)
    np.testing.assert_array_equal(held(variables), START)  # as Keras does where nothing is frozen
    with leaving_alone(optimizer, variables, ids(variables[1])):
        apply(optimizer, variables, gradients)
    changed = [bool((a != b).any()) for a, b in zip(held(variables), START, strict=True)]
    assert changed == [True, False, True]


@pytest.mark.parametrize("name", CASES)
def test_no_attribute_is_left_behind(name: str) -> None:
    optimizer, variables = CASES[name](), new_variables()
    optimizer.build(variables)
    parts = list(optimizer_parts(optimizer))
    before = [dict(vars(part)) for part in parts]

    def fail_within() -> None:
        with leaving_alone(optimizer, variables, ids(variables[1])):
            pairs = zip(parts, before, strict=True)
            assert any(vars(part).keys() != own.keys() for part, own in pairs)
            raise KeyError("in between")

    with pytest.raises(KeyError, match="in between"):
        fail_within()
    for part, own in zip(parts, before, strict=True):
        assert vars(part).keys() == own.keys()
        assert all(vars(part)[key] is value for key, value in own.items())


@pytest.mark.parametrize("frozen_from", [0, 2])
def test_an_average_begins_with_its_variable_and_then_stays(frozen_from: int) -> None:
    optimizer = optimizers.SGD(0.1, use_ema=True)
    variables = new_variables()
    optimizer.build(variables)
    run(optimizer, variables, range(frozen_from))
    [average] = held(list(frozen_slots(optimizer).values())) if frozen_from else START[1:2]
    begin_averages(optimizer, ids(variables[1]))
    with leaving_alone(optimizer, variables, ids(variables[1])):
        step(optimizer, variables, 5)
    np.testing.assert_array_equal(held(list(frozen_slots(optimizer).values())), [average])


def test_the_parts_of_an_optimizer_are_found_however_deep() -> None:
    inner = optimizers.Adam()
    assert list(optimizer_parts(inner)) == [inner]
    outer = optimizers.LossScaleOptimizer(inner)
    assert list(optimizer_parts(outer)) == [outer, inner]


@pytest.mark.skipif(not hasattr(optimizers, "MultiOptimizer"), reason="this Keras has none")
def test_an_optimizer_without_variables_does_no_harm() -> None:
    momentum, unused = optimizers.SGD(0.1, momentum=0.9), optimizers.Adam()
    optimizer = optimizers.MultiOptimizer(lambda v: momentum if v.name else unused)
    optimizer.optimizers.append(unused)
    variables = new_variables()
    optimizer.build(variables)
    check_optimizer(optimizer)
    with leaving_alone(optimizer, variables, ids(variables[1])):
        step(optimizer, variables, 0)
    np.testing.assert_array_equal(held(variables)[1], START[1])


@pytest.mark.parametrize(
    ("settings", "attribute"),
    [
        ({}, "_trainable_variables"),
        ({}, "_iterations"),
        ({"use_ema": True}, "_model_variables_moving_average"),
        ({"gradient_accumulation_steps": 2}, "_accumulated_gradients"),
    ],
)
def test_a_version_of_keras_that_lacks_what_is_needed_is_refused(
    settings: dict[str, Any], attribute: str
) -> None:
    optimizer = optimizers.SGD(0.1, **settings)
    optimizer.build(new_variables())
    check_optimizer(optimizer)
    del vars(optimizer)[attribute]
    with pytest.raises(RuntimeError, match=rf"SGD has no \['{attribute}'\]") as error:
        check_optimizer(optimizer)
    assert f"Keras {keras.__version__}" in str(error.value)
    assert "trainable=False" in str(error.value)
