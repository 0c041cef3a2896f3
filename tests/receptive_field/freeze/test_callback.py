"""In a frozen epoch the frozen weights do not change by a bit, and all others train as usual."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.backends import fewer
from tests.receptive_field.freeze.freeze_cases import (
    ALL,
    BACKEND,
    COMPILES,
    STEPS,
    States,
    fit,
    freeze,
    new_model,
    of_layer,
    state,
    trained_layers,
    weights,
)
from tests.receptive_field.freeze.optimizer_cases import CASES, assert_same, copy_slots, slots

# `test_optimizer_hooks` compares every optimizer by itself with the textbook.
FEW = ["loss scale and averages", "averages in place of the weights", "several optimizers"]
MANY = [name for name in CASES if name not in FEW]


@pytest.mark.parametrize(
    "name",
    fewer([name for name in FEW if name in CASES])
    + [pytest.param(name, marks=pytest.mark.slow) for name in MANY],
)
def test_frozen_weights_and_their_slots_stay_and_everything_else_goes_on(name: str) -> None:
    model, states = new_model(name), States()
    fit(model, freeze("second", epochs=[1]), states, epochs=3)
    ordinary, frozen, again = states.changed()
    assert frozen == ordinary - of_layer("second", ordinary)
    assert again == ordinary
    assert {"second/kernel", "second/bias"} <= of_layer("second", ordinary)
    assert {"normal/gamma", "normal/moving_mean", "last/kernel"} < frozen
    assert any(name.endswith("/iteration") for name in frozen)


def textbook(model: keras.Model, name: str) -> keras.Model:
    """Returns a copy of a model in the same state, with an optimizer of its other layers alone."""
    other = new_model(name)
    other.set_weights(model.get_weights())
    other.get_layer("second").trainable = False
    optimizer = CASES[name]()
    optimizer.build(other.trainable_variables)
    copy_slots(model.optimizer, optimizer)
    other.compile(optimizer, other.loss, jit_compile=BACKEND == "jax")
    return other


@pytest.mark.parametrize("name", fewer(["all of that", "sgd with momentum and weight decay"]))
def test_a_frozen_epoch_equals_one_with_trainable_false_to_the_last_bit(name: str) -> None:
    model = new_model(name)
    fit(model, epochs=1)
    expected = textbook(model, name)
    [found] = fit(model, freeze("second"), epochs=2, initial_epoch=1).history["loss"]
    [without_penalty] = fit(expected).history["loss"]  # of layers that do not train
    second = model.get_layer("second")
    penalty = keras.ops.convert_to_numpy(second.kernel_regularizer(second.kernel))
    assert penalty > 0.01
    np.testing.assert_allclose(found, without_penalty + penalty, rtol=1e-6)
    assert_same(by_path(model), by_path(expected))
    others = {k: v for k, v in slots(model.optimizer).items() if "second" not in k}
    assert_same(others, slots(expected.optimizer))


def by_path(model: keras.Model) -> dict[str, Any]:
    return {variable.path: variable for variable in model.variables}


MODES: dict[str, dict[str, Any]] = {"as Keras likes": {"jit_compile": "auto"}}
if BACKEND == "tensorflow":
    MODES |= {"XLA": {"jit_compile": True}}
if COMPILES:
    MODES |= {
        "eager": {"run_eagerly": True, "jit_compile": False},
        "two steps an execution": {"steps_per_execution": 2},
        "more than an epoch an execution": {"steps_per_execution": STEPS + 3},
    }


# JAX compiles each operation of an eager step.
SLOW = {"eager"} if BACKEND == "jax" else set()


@pytest.mark.parametrize(
    "mode", [pytest.param(m, marks=pytest.mark.slow) if m in SLOW else m for m in MODES]
)
def test_it_freezes_in_every_mode_of_running_a_step(mode: str) -> None:
    model = new_model(**MODES[mode])
    callback = freeze("first", "third", epochs=[1, 3])
    frozen = ALL - {"first", "third"}
    assert trained_layers(model, callback, epochs=4) == [ALL, frozen, ALL, frozen]
    assert callback.frozen_epochs == [1, 3]
    assert callback.layer_names == ["first", "third"]


def test_it_freezes_from_the_first_step_on_with_an_optimizer_that_is_not_built() -> None:
    model = new_model("adam")
    assert not model.optimizer.built
    assert trained_layers(model, freeze("first", epochs=[0]), epochs=2) == [ALL - {"first"}, ALL]
    assert int(model.optimizer.iterations) == 2 * STEPS


def test_two_frozen_sets_of_equal_shapes_share_no_compiled_step() -> None:
    shapes = [[w.shape for w in weights(new_model(), name)] for name in ("second", "third")]
    assert shapes[0] == shapes[1]
    callbacks = freeze("second", epochs=[0, 2]), freeze("third", epochs=[1])
    found = trained_layers(new_model(), *callbacks, epochs=3)
    assert found == [ALL - {"second"}, ALL - {"third"}, ALL - {"second"}]


def test_two_callbacks_in_one_epoch_freeze_what_either_names() -> None:
    callbacks = freeze("second", epochs=[0]), freeze("third", epochs=[0])
    found = trained_layers(new_model(), *callbacks, epochs=2)
    assert found == [ALL - {"second", "third"}, ALL]


def test_batches_of_another_size_freeze_too() -> None:
    found = trained_layers(new_model(), freeze("first"), epochs=2, batch_size=6)  # 6, 6 and 4
    assert found == [ALL, ALL - {"first"}]


class DoubledLoss(keras.Model):
    """A model with its own training step, which uses twice the loss."""

    def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
        return 2.0 * super().compute_loss(*args, **kwargs)

    def train_step(self, *args: Any, **kwargs: Any) -> Any:
        found = super().train_step(*args, **kwargs)
        logs = found[0] if BACKEND == "jax" else found
        logs["of my own"] = 2.0 * logs["loss"]
        return found


def test_a_custom_training_step_is_frozen() -> None:
    model = new_model(model=DoubledLoss)
    assert trained_layers(model, freeze("second"), epochs=2) == [ALL, ALL - {"second"}]
    [logged] = fit(model, freeze("second", epochs=0)).history["of my own"]
    assert logged > 0


def test_all_layers_may_be_frozen() -> None:
    model = new_model("adam")
    assert trained_layers(model, freeze(*ALL), epochs=2) == [ALL, {"normal"}]  # its statistics
    assert int(model.optimizer.iterations) == 2 * STEPS


def test_averages_at_the_end_of_a_fit_include_frozen_weights() -> None:
    model = new_model("averages")
    found = weights(model, "second")
    fit(model, freeze("second", epochs=[(0, None)]), epochs=2)
    for value, expected in zip(weights(model, "second"), found, strict=True):
        np.testing.assert_array_equal(value, expected)  # the mean of what never changed
    fit(model)
    before = state(model)
    averages = {k.split("/", 1)[1]: v for k, v in before.items() if k.endswith("_average")}
    np.testing.assert_array_equal(averages["second_kernel_average"], weights(model, "second")[0])
