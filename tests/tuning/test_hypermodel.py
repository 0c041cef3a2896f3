"""The hypermodel is what the spaces say, trained with every seed, also by keras-tuner alone."""

import keras
import numpy as np
import pytest

keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")

from keras_lateral import (  # noqa: E402
    FrameRegularizer,
    ReceptiveFieldFreeze,
    method_hypermodel,
    resumable_tuner,
)
from tests.tuning.small_search import build_model, noise  # noqa: E402

DATA = noise()
X, Y = DATA.x_train, DATA.y_train


def pooled():
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.MaxPooling2D()]
        + [layers.Conv2D(2, 3, name="expands"), layers.Flatten(), layers.Dense(3)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05), loss, metrics=["accuracy"], run_eagerly=True)
    return model


ALL = ("gradient_mask", "frame_regularizer", "receptive_field_freeze")


def test_a_trials_values_arrive_at_masks_regularizers_and_the_freeze():
    hypermodel = method_hypermodel(
        pooled,
        ALL,
        gradient_mask={"sigma": (0.5, 2.0), "threshold": 0.2, "layers": "expands"},
        frame_regularizer={"every": 2, "layers": "expands", "condition_number": 4.0},
        receptive_field_freeze={"share": [0.25, 0.5]},
    )
    hp = keras_tuner.HyperParameters()
    hypermodel.build(hp)
    names = {parameter.name for parameter in hp.space}
    assert names == {"gradient_mask/sigma", "receptive_field_freeze/share"} | {
        f"frame_regularizer/{name}" for name in ("lower", "factor")
    }
    hp.values |= {"gradient_mask/sigma": 1.5, "frame_regularizer/lower": 0.25}
    model = hypermodel.build(hp)
    layer = model.get_layer("expands")
    assert layer.gradient_mask.sigma == pytest.approx(1.5)
    assert layer.gradient_mask.threshold == pytest.approx(0.2)
    regularizer = layer.kernel_regularizer
    assert isinstance(regularizer, FrameRegularizer)
    assert (regularizer.lower, regularizer.upper, regularizer.every) == (0.25, 1.0, 2)
    assert len(model.losses) == 1
    (freeze,) = hypermodel.trials.method(hp, 8).callbacks()
    assert isinstance(freeze, ReceptiveFieldFreeze)
    assert freeze.epochs == [(6, 8)]


def test_fit_returns_the_mean_over_the_seeds_of_the_last_epochs_and_each():
    hypermodel = method_hypermodel(build_model, seeds=[4, 9])
    hp = keras_tuner.HyperParameters()
    options = {"epochs": 2, "verbose": 0, "validation_data": (X, Y), "batch_size": 12}
    counts = keras.callbacks.LambdaCallback()
    logs = hypermodel.fit(hp, hypermodel.build(hp), X, Y, callbacks=[counts], **options)
    alone = []
    for seed in (4, 9):
        model = hypermodel.trials.build(hp, seed)
        keras.utils.set_random_seed(seed)
        alone.append(model.fit(X, Y, **options).history["val_loss"][-1])
    assert [logs["val_loss_seed_4"], logs["val_loss_seed_9"]] == alone
    assert alone[0] != alone[1]
    assert logs["val_loss"] == pytest.approx(np.mean(alone))


@pytest.mark.slow
@pytest.mark.home
def test_a_search_over_all_methods_trains_its_trial_and_gives_back_the_best_model(tmp_path):
    hypermodel = method_hypermodel(pooled, ALL, seeds=2)
    arguments = {"objective": "val_loss", "trials": 1, "directory": tmp_path}
    tuner = resumable_tuner(hypermodel, **arguments)
    fit = {"epochs": 2, "validation_data": (X, Y), "verbose": 0}
    tuner.search(X, Y, **fit)
    trials = tuner.oracle.get_best_trials()
    assert [trial.status for trial in trials] == ["COMPLETED"]
    for trial in trials:
        each = [trial.metrics.get_best_value(f"val_loss_seed_{seed}") for seed in (0, 1)]
        assert trial.score == pytest.approx(np.mean(each))
    best = tuner.get_best_models()[0]
    assert best.evaluate(X, Y, verbose=0, return_dict=True)["accuracy"] > 0
    again = resumable_tuner(hypermodel, **arguments)
    assert again.remaining_trials == 0


@pytest.mark.home
@pytest.mark.slow
def test_keras_tuners_own_hyperband_runs_too(tmp_path):
    hypermodel = method_hypermodel(pooled, seeds=1)
    tuner = keras_tuner.Hyperband(
        hypermodel, objective="val_loss", max_epochs=2, factor=2, directory=tmp_path, seed=1
    )
    tuner.search(X, Y, validation_data=(X, Y), verbose=0)
    trials = tuner.oracle.trials.values()
    assert {trial.status for trial in trials} == {"COMPLETED"}
    assert {trial.hyperparameters.values["tuner/round"] for trial in trials} == {0, 1}


def test_hyperbands_rounds_of_one_epoch_do_without_the_freeze():
    hypermodel = method_hypermodel(pooled, ["receptive_field_freeze"])
    hp = keras_tuner.HyperParameters()
    with pytest.raises(ValueError, match="Expected 2 or more, of which some are frozen"):
        hypermodel.trials.method(hp, 1)
    hp.values["tuner/epochs"] = 1
    assert list(hypermodel.trials.method(hp, 1).callbacks()) == []


def test_a_build_model_with_numbers_of_its_own_gets_them():
    def build(hp):
        hp.Int("own", 1, 4)
        return build_model()

    hp = keras_tuner.HyperParameters()
    method_hypermodel(build, gradient_mask={"threshold": 0.1}).build(hp)
    assert [parameter.name for parameter in hp.space] == ["own", "gradient_mask/sigma"]


def test_without_images_to_choose_by_the_search_ends_at_once():
    hypermodel = method_hypermodel(build_model)
    with pytest.raises(keras_tuner.errors.FatalValueError, match="validation_data"):
        hypermodel.fit(keras_tuner.HyperParameters(), None, X, Y)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"methods": ["drop_it"]}, "argument `methods`. Expected names among"),
        ({"methods": "gradient_mask"}, "argument `methods`"),
        ({"methods": []}, "argument `methods`"),
        ({"frame_regularizer": {"lower": 1.0}}, "'frame_regularizer' is not among methods"),
        ({"seeds": 0}, "argument `seeds`"),
    ],
)
def test_methods_that_are_none_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        method_hypermodel(build_model, **arguments)


def test_a_model_without_a_convolution_is_refused_when_it_is_built():
    def dense():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="only")])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(ValueError, match=r"with the layers \['only'\]"):
        method_hypermodel(dense).build(keras_tuner.HyperParameters())
