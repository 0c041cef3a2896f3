"""A model that is compiled anew keeps all of its compilation that is not exchanged."""

from pathlib import Path

import keras
import numpy as np
import pytest

from keras_lateral.keras_tools.recompiled import optimizer_with, recompile


def make_model() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, kernel_initializer="ones")])
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.5),
        "mse",
        metrics=["mae"],
        weighted_metrics=["mse"],
        steps_per_execution=1,
    )
    return model


X, Y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")


def losses(model: keras.Model) -> dict[str, list[float]]:
    history: dict[str, list[float]] = model.fit(X, Y, epochs=2, verbose=0).history
    return history


def test_another_loss_leaves_metrics_and_optimizer() -> None:
    model = make_model()
    optimizer = model.optimizer
    recompile(model, loss="mae")
    history = losses(model)
    assert set(history) == {"loss", "mae", "mse"}
    np.testing.assert_allclose(history["loss"], history["mae"], rtol=1e-6)
    assert model.optimizer is optimizer


def test_another_optimizer_leaves_the_loss_and_the_trained_steps_follow_it() -> None:
    model, other = make_model(), make_model()
    losses(model)  # traced with the optimizer of before
    recompile(model, optimizer=keras.optimizers.SGD(0.0))
    weights = model.get_weights()
    history = losses(model)
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])
    assert set(history) == set(losses(other))


def test_a_saved_model_has_the_new_compilation(tmp_path: Path) -> None:
    model = make_model()
    recompile(model, optimizer=keras.optimizers.Adam(0.5))
    recompile(model, loss="huber")
    losses(model)  # an optimizer that has made no step is saved without its slots
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (type(loaded.optimizer).__name__, loaded.loss) == ("Adam", "huber")
    np.testing.assert_allclose(float(loaded.optimizer.learning_rate), 0.5)
    assert set(losses(loaded)) == set(losses(model))


def test_a_model_that_is_not_compiled_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a compiled model"):
        recompile(keras.Sequential([keras.layers.Dense(1)]), loss="mse")


def test_settings_change_within_the_optimizer_of_mixed_precision() -> None:
    inner = keras.optimizers.Adam(0.1, beta_1=0.3)
    outer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0)
    changed = optimizer_with(outer, weight_decay=0.01)
    assert (changed.initial_scale, type(changed)) == (8.0, type(outer))
    found = changed.inner_optimizer
    assert (found.weight_decay, found.beta_1, inner.weight_decay) == (0.01, 0.3, None)


def test_a_setting_that_the_optimizer_lacks_is_named() -> None:
    with pytest.raises(ValueError, match=r"settings \['momentum'\].*Adam"):
        optimizer_with(keras.optimizers.Adam(), momentum=0.9)
