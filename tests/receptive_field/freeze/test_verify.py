"""Frozen weights are compared around steps: what a step changes is an error, swaps are not."""

from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import frozen
from keras_lateral.receptive_field.freeze.same_bits import differing, snapshots
from tests.receptive_field.freeze.freeze_cases import (
    ALL,
    BACKEND,
    X,
    Y,
    fit,
    freeze,
    new_model,
    weights,
)


class TwoOptimizers(keras.Model):
    """A custom training step in which another optimizer trains one layer."""

    def train_step(self, *args: Any) -> Any:
        found = super().train_step(*args)
        if BACKEND != "jax":
            bias = self.get_layer("second").bias
            bias.assign(bias - 0.1)
            return found
        logs, (trained, *others) = found
        place = [v.path for v in self.trainable_variables].index("second/bias")
        trained = [v - 0.1 if i == place else v for i, v in enumerate(trained)]
        return logs, (trained, *others)


XLA = pytest.param(True, marks=pytest.mark.slow)


@pytest.mark.parametrize("xla", [False, XLA] if BACKEND == "tensorflow" else [BACKEND == "jax"])
def test_the_models_own_optimizer_is_noticed(xla: bool) -> None:
    model = new_model("sgd", model=TwoOptimizers, jit_compile=xla)
    with pytest.raises(RuntimeError, match=r"\['second/bias'\].*custom `train_step`"):
        fit(model, freeze("second", epochs=0))
    before = weights(model, "second")
    fit(model, freeze("second", epochs=0, verify=False))
    np.testing.assert_array_equal(weights(model, "second")[0], before[0])
    assert (weights(model, "second")[1] != before[1]).all()


def test_the_models_own_optimizer_is_noticed_by_a_callback_in_a_context_that_verifies() -> None:
    model = new_model("sgd", model=TwoOptimizers)
    with pytest.raises(RuntimeError, match=r"\['second/bias'\]"), frozen(model, ["second"]):
        fit(model, freeze("third", epochs=0, verify=False))


class AroundSteps(keras.callbacks.Callback):
    """Keeps a layer's weights around each call of the training function of some epochs."""

    def __init__(self, layer: str, epochs: list[int]) -> None:
        super().__init__()
        self._layer, self._epochs, self._epoch = layer, epochs, -1
        self.pairs: list[list[bytes]] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def _look(self) -> list[bytes]:
        if BACKEND == "jax":
            self.model.jax_state_sync()
        return [value.tobytes() for value in weights(self.model, self._layer)]

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._epoch in self._epochs and batch:
            self.pairs.append(self._look())

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._epoch in self._epochs:
            self.pairs.append(self._look())


@pytest.mark.skipif(BACKEND == "jax", reason="Keras: a swap shares buffers that a step gives away")
@pytest.mark.parametrize("first", [True, False])
def test_weights_that_are_swapped_with_their_averages_between_epochs_are_frozen_in_steps(
    first: bool,
) -> None:
    model, look = new_model("averages"), AroundSteps("second", [2])
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    callback = freeze("second", epochs=[2])
    fit(model, *([swap, callback] if first else [callback, swap]), look, epochs=4)
    assert callback.frozen_epochs == [2]
    assert len(look.pairs) == 7
    assert all(pair == look.pairs[0] for pair in look.pairs)


@pytest.mark.home
def test_best_weights_that_are_restored_in_a_frozen_epoch_are_no_error() -> None:
    stops = keras.callbacks.EarlyStopping(
        "loss", patience=1, min_delta=100.0, restore_best_weights=True
    )
    model, callback = new_model(), freeze("second", epochs=[1])
    fit(model, callback, stops, epochs=5)
    assert callback.frozen_epochs == [1]
    model = new_model()
    with frozen(model, ["second"]):
        fit(model, stops, epochs=5)


class Writes(keras.callbacks.Callback):
    """Changes a frozen weight after a step, or makes steps of its own."""

    def __init__(self, act: str) -> None:
        super().__init__()
        self._act = act

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch != 1:
            return
        if self._act == "assign":
            if BACKEND == "jax":
                self.model.jax_state_sync()
            bias = self.model.get_layer("second").bias
            bias.assign(bias + 1.0)
        else:
            self.model.make_train_function(force=True)


def test_weights_that_a_callback_changes_between_steps_are_named_in_a_warning() -> None:
    callback = freeze("second", epochs=[0, 1])
    with pytest.warns(UserWarning, match=r"between steps of epoch 0.*\['second/bias'\]") as said:
        fit(new_model(), callback, Writes("assign"), epochs=2)
    assert sum(issubclass(one.category, UserWarning) for one in said) == 1


@pytest.mark.home
def test_an_epoch_whose_freeze_something_ends_is_an_error_or_a_warning() -> None:
    with pytest.raises(RuntimeError, match="Epoch 0 was frozen only in part"):
        fit(new_model(), freeze("second", epochs=0), Writes("make"))
    with pytest.warns(UserWarning, match="Epoch 0 was frozen only in part"):
        fit(new_model(), freeze("second", epochs=0, verify=False), Writes("make"))


def test_a_context_in_which_nothing_is_trained_warns() -> None:
    model = new_model()
    with pytest.warns(UserWarning, match="no `fit` or `train_on_batch`"), frozen(model, ["second"]):
        pass
    with frozen(model, list(ALL)):
        fit(model, freeze("second", epochs=0))
        model.train_on_batch(X[:4], Y[:4])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_bits_are_compared_and_snapshots_stay(dtype: str) -> None:
    if dtype == "float64" and BACKEND == "jax":
        pytest.skip("JAX has 32 bits")
    variables = [
        keras.Variable(value, dtype=dtype)
        for value in (np.array([0.0, 1.0]), np.array([np.nan]), np.array(2.0))
    ]

    def values() -> list[Any]:
        return [variable.value for variable in variables]

    def found() -> list[bool]:
        return keras.ops.convert_to_numpy(differing(before, values())).tolist()

    before = snapshots(values())
    assert found() == [False, False, False]
    variables[0].assign([-0.0, 1.0])
    assert found() == [True, False, False]
    variables[1].assign([0.0])
    variables[2].assign_add(1.0)
    assert found() == [True, True, True]
