"""Which configurations are tried, and how many of them for how long."""

import json

import keras
import numpy as np
import pytest

from keras_lateral import TrainingSettings, Tune, tuned_training
from keras_lateral.keras_tools.seeds import seed_numbers
from keras_lateral.tuning.successive_halving import rungs_of, survivors
from keras_lateral.tuning.training_settings import compiled_settings
from keras_lateral.tuning.training_space import NO_DECAY, TrainingSpace

pytest.importorskip("keras_tuner", reason="the extra `tuner`")

OWN = TrainingSettings(0.001, 0.004, 32)


def test_draws_are_log_uniform_and_a_quarter_has_no_decay() -> None:
    space = TrainingSpace((1e-4, 1e-2), (1e-6, 1e-1), (8, 16))
    drawn = space.configurations(OWN, 801, seed=0)[1:]
    rates = np.log10([one.learning_rate for one in drawn])
    decays = np.array([one.weight_decay for one in drawn])
    share = (decays == 0).mean()
    # within four standard errors: uniform on [-4, -2] and [-6, -1], a share of a quarter
    assert abs(rates.mean() + 3) < 4 * (2 / np.sqrt(12 * 800))
    assert abs(np.log10(decays[decays > 0]).mean() + 3.5) < 4 * (5 / np.sqrt(12 * 600))
    assert abs(share - NO_DECAY) < 4 * np.sqrt(NO_DECAY * (1 - NO_DECAY) / 800)
    assert rates.min() >= -4
    assert rates.max() <= -2
    assert decays.max() <= 0.1
    assert {one.batch_size for one in drawn} == {8, 16}


def test_what_is_not_searched_stays_and_more_trials_keep_the_first_ones() -> None:
    space = TrainingSpace((1e-4, 1e-2))
    few, many = (space.configurations(OWN, count, seed=3) for count in (3, 6))
    assert many[:3] == few
    assert {(one.weight_decay, one.batch_size) for one in many} == {(0.004, 32)}
    assert TrainingSpace((0.5, 0.5)).configurations(OWN, 2, 0)[1].learning_rate == 0.5


def test_each_round_is_longer_and_has_fewer_configurations() -> None:
    for trials, epochs in ((16, 90), (4, 2), (9, 1), (2, 30)):
        rungs = rungs_of(trials, epochs)
        lengths = [rung.epochs for rung in rungs]
        counts = [rung.configurations for rung in rungs]
        assert lengths == sorted(set(lengths))
        assert lengths[-1] == epochs
        assert counts == sorted(counts, reverse=True)
        assert counts[0] == trials


def test_the_best_go_on_with_the_own_one_whatever_its_score() -> None:
    scores = {0: 9.0, 1: 2.0, 2: 1.0, 3: float("inf"), 4: 2.0}
    assert survivors(scores, 3) == (0, 1, 2)
    assert survivors(scores, 4) == (0, 1, 2, 4)


def model_of(optimizer: keras.optimizers.Optimizer) -> keras.Model:
    layers = [keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()]
    model = keras.Sequential(layers)
    model.compile(optimizer, "mse")
    return model


def test_weight_decay_falls_on_kernels_alone() -> None:
    keras.utils.set_random_seed(0)
    model = tuned_training(0.1, 0.5, 4).change(model_of(keras.optimizers.SGD(1.0)))
    model.layers[0].bias.assign([1.0, 2.0])
    before = [np.array(weight) for weight in model.get_weights()]
    model.optimizer.build(model.trainable_variables)
    zeros = [keras.ops.zeros(variable.shape) for variable in model.trainable_variables]
    model.optimizer.apply(zeros, model.trainable_variables)
    after = model.get_weights()
    np.testing.assert_allclose(after[0], before[0] * (1 - 0.1 * 0.5), rtol=1e-6)
    for old, new in zip(before[1:], after[1:], strict=True):
        np.testing.assert_array_equal(old, new)


def test_settings_reach_the_optimizer_inside_its_wrappers() -> None:
    adam = keras.optimizers.AdamW(0.01, weight_decay=0.2, beta_1=0.5)
    model = model_of(keras.optimizers.LossScaleOptimizer(adam))
    assert compiled_settings(model, 8) == TrainingSettings(0.01, 0.2, 8)
    model = tuned_training(0.03, 0.0, 4).change(model)
    inner = model.optimizer.inner_optimizer
    assert inner is adam
    assert (inner.beta_1, inner.weight_decay) == (0.5, 0.0)
    assert float(inner.learning_rate) == pytest.approx(0.03)
    assert tuned_training(0.03, 0.0, 4).batch_size_for(32) == 4


def test_a_method_that_has_made_a_step_is_refused() -> None:
    model = model_of(keras.optimizers.SGD(1.0))
    model.optimizer.build(model.trainable_variables)
    with pytest.raises(ValueError, match="newly compiled model"):
        tuned_training(0.1, 0.5, 4).change(model)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("learning_rate", (0.0, 0.0, 8)),
        ("learning_rate", (float("nan"), 0.0, 8)),
        ("weight_decay", (0.1, -1.0, 8)),
        ("batch_size", (0.1, 0.0, 0)),
        ("batch_size", (0.1, 0.0, 2.5)),
    ],
)
def test_an_impossible_setting_is_named(name, values) -> None:
    with pytest.raises(ValueError, match=f"`{name}`"):
        tuned_training(*values)


def test_integers_of_numpy_are_taken_and_kept_as_python_s() -> None:
    one, two = np.int64(1), np.int32(2)
    settings = TrainingSettings(np.float32(0.5), np.float64(0.0), two)
    assert [type(value) for value in settings.to_dict().values()] == [float, float, int]
    tune = Tune(trials=two, batch_sizes=np.array([4, 8]), seed=one)
    assert json.loads(json.dumps(tune.asked())) == {"trials": 2, "batch_sizes": [4, 8], "seed": 1}
    assert seed_numbers(two) == (0, 1)
