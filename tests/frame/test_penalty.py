"""Strength, scale, lazy evaluation and drawing: the same however a step is run."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import FrameRegularizer
from keras_lateral.frame.penalty import Penalty
from tests.backends import BACKEND, MODES, to_numpy
from tests.frame.penalties import (
    STEPS,
    WAYS,
    ZEROS,
    OneSquare,
    Squares,
    a_kernel,
    a_model,
    calls,
    losses,
    squares,
    values,
)

each_way = pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)


class InEpochs(keras.callbacks.Callback):
    """Calls a function with the epoch's number as it begins."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.function(epoch)


# --- strength ---------------------------------------------------------------------------------


def test_value_is_factor_times_scale_times_penalty() -> None:
    penalty, kernel = Squares(0.5), a_kernel()
    R = np.square(to_numpy(kernel)).sum()
    np.testing.assert_allclose(to_numpy(penalty(kernel)), 0.5 * R, rtol=1e-6)
    penalty.scale = 3
    np.testing.assert_allclose(to_numpy(penalty(kernel)), 1.5 * R, rtol=1e-6)
    penalty.factor = 2.0
    np.testing.assert_allclose(to_numpy(penalty(kernel)), 6 * R, rtol=1e-6)
    assert (penalty.factor, penalty.scale) == (2.0, 3.0)
    penalty.factor = 0
    assert to_numpy(penalty(kernel)) == 0


@each_way
@pytest.mark.parametrize("attribute", ["factor", "scale"])
def test_strength_set_between_epochs_reaches_the_compiled_step(how: Any, attribute: str) -> None:
    penalty = Squares(1.0)
    model = a_model(penalty)
    (R,) = squares(model)
    change = InEpochs(lambda epoch: setattr(penalty, attribute, [0.5, 0.0, 2.0][epoch]))
    found = losses(model, [change], epochs=3, **how)
    np.testing.assert_allclose(found, [0.5 * R, 0, 2 * R], rtol=1e-5)


class HalvesInEachBatch(keras.callbacks.Callback):
    def __init__(self, penalty: Penalty, sync: bool) -> None:
        super().__init__()
        self.penalty, self.sync = penalty, sync

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.sync:
            self.model.jax_state_sync()
        self.penalty.factor = self.penalty.factor / 2


def test_strength_set_between_batches_reaches_the_next_step() -> None:
    penalty = Squares(1.0)
    model = a_model(penalty)
    (R,) = squares(model)
    (found,) = losses(model, [HalvesInEachBatch(penalty, sync=BACKEND == "jax")])
    np.testing.assert_allclose(found, R * np.mean(0.5 ** np.arange(STEPS)), rtol=1e-5)


@pytest.mark.skipif(BACKEND != "jax", reason="only JAX takes a model's state away")
def test_strength_set_between_batches_without_the_models_state_raises_with_advice() -> None:
    penalty = Squares(1.0)
    with pytest.raises(RuntimeError, match=r"model\.jax_state_sync\(\)"):
        losses(a_model(penalty), [HalvesInEachBatch(penalty, sync=False)])


@each_way
def test_strength_in_training_is_that_in_evaluation(how: Any) -> None:
    penalty = Squares(0.25)
    model = a_model(penalty)
    (found,) = losses(model, **how)
    np.testing.assert_allclose(model.evaluate(*ZEROS, verbose=0), found, rtol=1e-5)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "1", None])
@pytest.mark.parametrize("name", ["factor", "scale"])
def test_strengths_other_than_numbers_of_zero_or_above_are_refused(name: str, value: Any) -> None:
    penalty = Squares(1.0)
    with pytest.raises(ValueError, match=f"argument `{name}`.*0 or above.*{value!r}"):
        setattr(penalty, name, value)
    if name == "factor":
        with pytest.raises(ValueError, match="argument `factor`"):
            Squares(value)
    assert (penalty.factor, penalty.scale) == (1.0, 1.0)


# --- every ------------------------------------------------------------------------------------


# Compilers divide by 41 by multiplying with a float below 1/41: 41 / 41 is below 1 then.
@pytest.mark.parametrize("every", [2, 3, 41])
@pytest.mark.parametrize("mode", MODES if BACKEND != "jax" else MODES[1:])
def test_each_block_of_calls_has_one_that_counts_for_all(mode: str, every: int) -> None:
    blocks = (60 if mode == "eager" else 200) // every + 6
    penalty, kernel = Squares(1.0, every=every, seed=3), ops.ones((2,))
    found = np.array(list(values(penalty, kernel, every * blocks, mode))).reshape(blocks, every)
    # `every` times as strong in one call and 0 in the others: each block has the exact mean.
    np.testing.assert_array_equal(np.sort(found)[:, -1], 2 * every)
    np.testing.assert_array_equal(np.sort(found)[:, :-1], 0)
    places = found.argmax(1)
    assert len(set(places)) > 1


def test_places_are_spread_evenly_over_the_block() -> None:
    every, blocks = 4, 400 if BACKEND != "jax" else 100
    mode = MODES[-1]
    found = np.array(
        list(values(Squares(1.0, every=every, seed=1), ops.ones(()), every * blocks, mode))
    )
    counts = (found.reshape(blocks, every) > 0).sum(0)
    # Pearson's statistic with three degrees of freedom is below 16.3 in 99.9 % of all cases.
    assert ((counts - blocks / every) ** 2 / (blocks / every)).sum() < 16.3


@each_way
def test_mean_loss_of_an_epoch_of_whole_blocks_is_the_exact_one(how: Any) -> None:
    penalty = Squares(0.5, every=3, seed=0)
    model = a_model(penalty)
    (R,) = squares(model)
    np.testing.assert_allclose(losses(model, epochs=2, **how), 0.5 * R, rtol=1e-5)
    assert calls(penalty) == 2 * STEPS


def test_layers_that_share_a_regularizer_are_penalized_equally_often() -> None:
    penalty = Squares(1.0, every=2, seed=0)
    first, second = ops.convert_to_tensor(1.0), ops.convert_to_tensor(10.0)
    steps = 200 if BACKEND != "jax" else 20
    found = np.array(
        [[to_numpy(penalty(kernel)) for kernel in (first, second)] for _ in range(steps)]
    )
    # Two calls a step: one of the two layers is computed in each.
    np.testing.assert_array_equal((found > 0).sum(1), 1)
    share = (found[:, 0] > 0).mean()
    assert abs(share - 0.5) < 3.3 * 0.5 / steps**0.5


@each_way
def test_layers_that_share_a_regularizer_count_together_in_fit(how: Any) -> None:
    penalty = Squares(1.0, every=4, seed=0)
    model = a_model(penalty, penalty)
    model.layers[1].kernel.assign(2 * np.ones((3, 3)))
    model.layers[0].kernel.assign(2 * np.ones((4, 3)))
    # In each block of four calls, two steps: 4 * 36 or 4 * 48, depending on the layer.
    (found,) = losses(model, **how)
    assert calls(penalty) == 2 * STEPS
    assert round(found * STEPS) in {4 * (36 * a + 48 * (3 - a)) for a in range(4)}


def test_count_restarts_where_a_block_ends() -> None:
    penalty, kernel = Squares(1.0, every=3, seed=0), ops.ones(())
    highest = 2**23 // 3 * 3
    _, _, *seed = to_numpy(penalty.state.value)
    penalty.state.assign([1.0, highest - 3.0, *seed])
    found = list(values(penalty, kernel, 3))
    assert sorted(found) == [0, 0, 3]
    assert calls(penalty) == 0


def test_nothing_is_counted_that_needs_no_count() -> None:
    penalty = Squares(1.0)
    list(values(penalty, a_kernel(), 3))
    assert calls(penalty) == 0


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "often", None])
def test_intervals_other_than_numbers_of_calls_are_refused(every: Any) -> None:
    with pytest.raises(ValueError, match=f"argument `every`.*{every!r}"):
        Squares(1.0, every=every)


# --- drawing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_each_call_draws_anew_and_a_seed_repeats_them_all(mode: str) -> None:
    kernel, count = a_kernel(), 20
    one, again, other = (
        list(values(OneSquare(1.0, seed=seed), kernel, count, mode)) for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
    assert len(set(one)) > 3


@each_way
def test_runs_of_one_seed_repeat_bit_for_bit(how: Any) -> None:
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(4)
        model = a_model(OneSquare(1.0, every=2), Squares(0.1, every=3))
        model.compile(keras.optimizers.SGD(0.05), "mean_squared_error", **how)
        model.fit(*ZEROS, batch_size=2, epochs=2, verbose=0)
        runs.append(model.get_weights())
    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_keras_seed_governs_the_default_seed() -> None:
    seeds = []
    for start in (1, 1, 2):
        keras.utils.set_random_seed(start)
        seeds.append((Squares(1.0).seed, Squares(1.0).seed))
    assert seeds[0] == seeds[1]
    assert seeds[0] != seeds[2]
    assert seeds[0][0] != seeds[0][1]


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_seeds_other_than_whole_numbers_of_zero_or_above_are_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=f"argument `seed`.*{seed!r}"):
        Squares(1.0, seed=seed)


# --- state ------------------------------------------------------------------------------------


def test_building_and_inspecting_a_model_calls_nothing() -> None:
    penalty = Squares(1.0, every=2)
    model = a_model(penalty)
    model.compile(keras.optimizers.SGD(0.0), "mean_squared_error")
    model.compute_output_shape((None, 4))
    model.predict(ZEROS[0], verbose=0)
    model(keras.KerasTensor((None, 4)))
    assert calls(penalty) == 0
    losses(model)
    assert calls(penalty) == STEPS  # Keras' symbolic build does not count


def test_layer_follows_the_state_and_saves_no_weight_of_it() -> None:
    penalty = Squares(1.0, every=2)
    model, plain = a_model(penalty), a_model(None)
    assert any(variable is penalty.state for variable in model.layers[0].variables)
    assert len(model.weights) == len(plain.weights) == 1
    assert len(model.get_weights()) == 1
    assert model.count_params() == plain.count_params()


def test_weight_files_are_those_of_a_plain_model(tmp_path: Path) -> None:
    model, plain = a_model(Squares(1.0, every=2)), a_model(None)
    for source, target in ((model, plain), (plain, model)):
        path = tmp_path / f"{id(source)}.weights.h5"
        source.layers[0].kernel.assign(np.random.default_rng(id(source)).normal(size=(4, 3)))
        source.save_weights(path)
        target.load_weights(path)
        np.testing.assert_array_equal(target.get_weights()[0], source.get_weights()[0])
        plain.set_weights(model.get_weights())


@pytest.mark.skipif(BACKEND != "tensorflow", reason="an export of TensorFlow's")
def test_saved_model_serves_the_same_outputs(tmp_path: Path) -> None:
    import tensorflow as tf

    model = a_model(OneSquare(1.0, every=2))
    model.export(tmp_path / "saved", verbose=False)
    x = np.ones((2, 4), "float32")
    loaded = tf.saved_model.load(tmp_path / "saved")
    np.testing.assert_allclose(loaded.serve(x).numpy(), to_numpy(model(x)), rtol=1e-6)


def test_outputs_of_a_layer_are_not_taken_for_a_kernel() -> None:
    with pytest.raises(ValueError, match=r"known sizes.*\(None, 4, 4, 3\)"):
        FrameRegularizer()(keras.KerasTensor((None, 4, 4, 3)))


def changed() -> Squares:
    penalty = Squares(
        1.0, every=2, kind="convolution", strides=(2, 1), groups=2, seed=5, beside="l2"
    )
    penalty.factor, penalty.scale = 0.25, 3.0
    return penalty


def test_config_holds_what_was_set_later_but_not_what_a_schedule_scales() -> None:
    penalty = changed()
    config = penalty.get_config()
    assert config == {
        "factor": 0.25,
        "every": 2,
        "kind": "convolution",
        "strides": (2, 1),
        "dilation_rate": 1,
        "groups": 2,
        "seed": 5,
        "beside": keras.regularizers.serialize(keras.regularizers.get("l2")),
    }
    again = Squares.from_config(config)
    assert again.get_config() == config
    assert again.scale == 1
    via_keras = keras.regularizers.get(keras.regularizers.serialize(penalty))
    assert type(via_keras) is Squares
    assert via_keras.get_config() == config


@pytest.mark.parametrize("how", ["file", "clone"])
def test_a_saved_or_cloned_model_has_its_regularizer(how: str, tmp_path: Path) -> None:
    penalty = Squares(1.0, every=2, seed=5)
    model = a_model(penalty)
    losses(model)
    penalty.factor = 0.25
    if how == "file":
        model.save(tmp_path / "model.keras")
        again = keras.saving.load_model(tmp_path / "model.keras")
    else:
        again = keras.models.clone_model(model)
        again.set_weights(model.get_weights())
    own = again.layers[0].kernel_regularizer
    assert own is not penalty
    assert own.get_config() == penalty.get_config()
    assert again.layers[0].kernel.regularizer is own
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    (R,) = squares(model)
    np.testing.assert_allclose(losses(again), [0.25 * R], rtol=1e-5)
    assert (calls(own), calls(penalty)) == (STEPS, STEPS)


def test_another_regularizer_acts_beside_it() -> None:
    kernel = a_kernel()
    L2 = keras.regularizers.L2(0.5)
    penalty = Squares(1.0, every=2, seed=0, beside=L2)
    R = np.square(to_numpy(kernel)).sum()
    found = sorted(values(penalty, kernel, 2))
    np.testing.assert_allclose(found, [0.5 * R, 2.5 * R], rtol=1e-6)  # it is not lazy


def test_penalties_may_stand_beside_each_other() -> None:
    inner = Squares(1.0, seed=0)
    penalty = Squares(2.0, beside=inner, seed=1)
    model = a_model(penalty)
    (R,) = squares(model)
    np.testing.assert_allclose(losses(model), [3 * R], rtol=1e-5)
    again = Squares.from_config(penalty.get_config())
    assert again.beside.get_config() == inner.get_config()


# --- precision and loops ----------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_under_mixed_precision_the_penalty_is_that_in_float32(policy: str) -> None:
    penalty = Squares(0.5, every=1)
    dense = layers.Dense(3, use_bias=False, kernel_regularizer=penalty, dtype=policy)
    model = keras.Sequential([keras.Input((4,)), dense])
    (R,) = squares(model)
    (loss,) = model.losses
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    np.testing.assert_allclose(losses(model), [0.5 * R], rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_penalty_is_handed_float32(dtype: str) -> None:
    seen = []

    class Sees(Squares):
        def penalty(self, kernel: Any, draw: Any) -> Any:
            seen.append(keras.backend.standardize_dtype(kernel.dtype))
            return super().penalty(kernel, draw)

    Sees(1.0)(ops.ones((2,), dtype))
    assert seen == ["float32"]


def test_a_custom_training_loop_trains_as_fit_does() -> None:
    weights = []
    for train in (in_fit, in_a_loop):
        penalty = Squares(0.1, every=2, seed=1)
        model = a_model(penalty)
        model.layers[0].kernel.assign(np.arange(12.0).reshape(4, 3))
        train(model)
        assert calls(penalty) == STEPS
        weights.append(model.get_weights()[0])
    np.testing.assert_allclose(weights[1], weights[0], rtol=1e-5)
    assert np.abs(weights[0]).max() < 11 * 0.9


def in_fit(model: keras.Model) -> None:
    model.compile(keras.optimizers.SGD(0.1), "mean_squared_error")
    model.fit(*ZEROS, batch_size=2, verbose=0)


def in_a_loop(model: keras.Model) -> None:
    {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}[BACKEND](model)


def _on_tensorflow(model: keras.Model) -> None:
    import tensorflow as tf

    optimizer = keras.optimizers.SGD(0.1)

    @tf.function
    def step(x: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x, training=True) ** 2) + sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    for batch in np.split(ZEROS[0], STEPS):
        step(tf.constant(batch))


def _on_jax(model: keras.Model) -> None:
    import jax

    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(model.trainable_variables)

    def loss(trainable: Any, non_trainable: Any, x: Any) -> Any:
        y, non_trainable, penalties = model.stateless_call(
            trainable, non_trainable, x, return_losses=True
        )
        return (y**2).mean() + sum(penalties), non_trainable

    @jax.jit
    def step(state: Any, x: Any) -> Any:
        trainable, non_trainable, of_optimizer = state
        gradients, non_trainable = jax.grad(loss, has_aux=True)(trainable, non_trainable, x)
        trainable, of_optimizer = optimizer.stateless_apply(of_optimizer, gradients, trainable)
        return trainable, non_trainable, of_optimizer

    state = tuple(
        [variable.value for variable in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            optimizer.variables,
        )
    )
    for batch in np.split(ZEROS[0], STEPS):
        state = step(state, batch)
    for variables, found in zip(
        (model.trainable_variables, model.non_trainable_variables), state[:2], strict=True
    ):
        for variable, value in zip(variables, found, strict=True):
            variable.assign(value)


def _on_torch(model: keras.Model) -> None:
    import torch

    parameters = [variable.value for variable in model.trainable_variables]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for batch in np.split(ZEROS[0], STEPS):
        optimizer.zero_grad()
        loss = (model(torch.tensor(batch), training=True) ** 2).mean() + sum(model.losses)
        loss.backward()
        optimizer.step()


def test_each_reading_of_the_losses_is_a_call() -> None:
    penalty = Squares(1.0, every=2, seed=0)
    model = a_model(penalty)
    found = [float(to_numpy(sum(model.losses))) for _ in range(4)]
    assert [sorted(pair) for pair in (found[:2], found[2:])] == [
        [0.0, pytest.approx(2 * squares(model)[0])]
    ] * 2
    assert calls(penalty) == 4
    assert all(a != b for a, b in list(pairwise(found))[::2])
