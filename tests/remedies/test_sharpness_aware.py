"""Sharpness-aware minimization: its steps against NumPy, and what of `fit` it must keep."""

import warnings
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import ReceptiveFieldFreeze, recompile
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.training import Task
from keras_lateral.remedies.sharpness_aware import (
    minimize_sharpness,
    perturbed_weights,
    sharpness_aware_minimization_method,
)
from tests.comparison.tiny import tiny_images, tiny_model

BACKEND = keras.config.backend()
JIT = {"tensorflow": [False, True], "jax": [True, False]}.get(BACKEND, [False])

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 5)).astype("float32")
Y = RNG.integers(0, 3, 12)
SAMPLE_WEIGHT = RNG.uniform(0.5, 2.0, 12).astype("float32")
CLASS_WEIGHT = {0: 1.0, 1: 3.0, 2: 0.5}
L2 = 0.01


def softmax_model(optimizer: Any, jit: bool = False, **arguments: Any) -> keras.Model:
    regularizer = keras.regularizers.L2(L2)
    dense = keras.layers.Dense(3, kernel_regularizer=regularizer, bias_initializer="ones")
    model = keras.Sequential([keras.Input((5,)), dense])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, jit_compile=jit, **arguments)
    return model


def loss_and_gradients(w: Any, x: Any, y: Any, weight: Any) -> tuple[float, list[np.ndarray]]:
    """The second derivation: softmax regression with a penalty, in float64."""
    kernel, bias = w
    logits = x @ kernel + bias
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    at = np.arange(len(y))
    loss = -(weight * np.log(p[at, y])).mean() + L2 * (kernel**2).sum()
    p[at, y] -= 1
    g = p * weight[:, None] / len(y)
    return loss, [x.T @ g + 2 * L2 * kernel, g.sum(0)]


def moved(w: Any, g: Any, rho: float) -> list[np.ndarray]:
    norm = np.sqrt(sum((part**2).sum() for part in g))
    return [a + rho * b / norm for a, b in zip(w, g, strict=True)]


@pytest.mark.parametrize("jit", JIT)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("weights", ["none", "samples", "classes"])
def test_two_steps_and_their_loss_are_those_of_numpy(
    weights: str, momentum: float, jit: bool
) -> None:
    rho, rate = 0.3, 0.2
    model = softmax_model(keras.optimizers.SGD(rate, momentum), jit)
    minimize_sharpness(model, rho)
    w = [np.asarray(value, "float64") for value in model.get_weights()]
    fit_weights = {
        "none": {},
        "samples": {"sample_weight": SAMPLE_WEIGHT},
        "classes": {"class_weight": CLASS_WEIGHT},
    }[weights]
    of_images = {
        "none": np.ones(12),
        "samples": SAMPLE_WEIGHT.astype("float64"),
        "classes": np.array([CLASS_WEIGHT[label] for label in Y]),
    }[weights]
    velocity, losses = [np.zeros_like(part) for part in w], []
    for start in (0, 6):
        batch = slice(start, start + 6)
        data = X[batch].astype("float64"), Y[batch], of_images[batch]
        loss, g = loss_and_gradients(w, *data)
        _, g_hat = loss_and_gradients(moved(w, g, rho), *data)
        velocity = [momentum * v - rate * part for v, part in zip(velocity, g_hat, strict=True)]
        w = [a + v for a, v in zip(w, velocity, strict=True)]
        losses.append(loss)
    history = model.fit(X, Y, batch_size=6, shuffle=False, verbose=0, **fit_weights).history
    for found, expected in zip(model.get_weights(), w, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(history["loss"], [np.mean(losses)], rtol=1e-5)


def test_the_weights_move_by_rho_in_all_tensors_together() -> None:
    w, g = [X, X[0]], [X[::-1] + 1, None]
    tensors = [ops.convert_to_tensor(part) for part in w]
    of_first = ops.convert_to_tensor(g[0])
    found = [ops.convert_to_numpy(w) for w in perturbed_weights(tensors, [of_first, None], 0.7)]
    np.testing.assert_allclose(found[0], moved(w[:1], [g[0]], 0.7)[0], rtol=1e-6)
    np.testing.assert_array_equal(found[1], w[1])
    step = np.sqrt(((found[0] - w[0]).astype("float64") ** 2).sum())
    np.testing.assert_allclose(step, 0.7, rtol=1e-5)


@pytest.mark.parametrize("gradients", [["zeros"], [None]])
def test_without_a_gradient_the_weights_do_not_move(gradients: Any) -> None:
    w = [ops.ones((2, 2))]
    gradients = [None if g is None else ops.zeros((2, 2)) for g in gradients]
    np.testing.assert_array_equal(
        ops.convert_to_numpy(perturbed_weights(w, gradients, 0.5)[0]), np.ones((2, 2))
    )


def image_model(compiled: bool = True, **arguments: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
            layers.Dropout(0.5, seed=3),
            layers.Flatten(),
            layers.Dense(3, name="dense"),
        ]
    )
    if compiled:
        arguments = {"optimizer": keras.optimizers.SGD(0.1, 0.9), "jit_compile": False, **arguments}
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(loss=loss, metrics=["accuracy"], **arguments)
    return model


IMAGES = RNG.normal(size=(8, 6, 6, 2)).astype("float32")
LABELS = RNG.integers(0, 3, 8)


def fitted(model: keras.Model, epochs: int = 1, batch_size: int = 4) -> dict[str, list[float]]:
    arguments: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size, "shuffle": False}
    return model.fit(IMAGES, LABELS, verbose=0, **arguments).history


def assert_same_history(found: Any, expected: Any) -> None:
    assert set(found) == set(expected) == {"loss", "accuracy"}
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5)


def test_a_distance_of_zero_is_plain_training_with_dropout_and_batch_normalization() -> None:
    plain, aware = image_model(), minimize_sharpness(image_model(), 0.0)
    expected, found = fitted(plain, 3), fitted(aware, 3)
    for a, b in zip(plain.get_weights(), aware.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)
    assert_same_history(found, expected)


def test_metrics_and_averages_are_those_of_the_first_pass_alone() -> None:
    plain, aware = image_model(), minimize_sharpness(image_model(), 5.0)
    expected, found = fitted(plain, batch_size=8), fitted(aware, batch_size=8)
    assert_same_history(found, expected)
    for name in ("moving_mean", "moving_variance"):
        a, b = (getattr(m.get_layer("norm"), name) for m in (plain, aware))
        np.testing.assert_allclose(ops.convert_to_numpy(b), ops.convert_to_numpy(a), rtol=1e-6)
    a, b = (m.get_layer("dense").get_weights()[0] for m in (plain, aware))
    assert np.abs(a - b).max() > 1e-4


def test_both_passes_drop_the_same_units() -> None:
    # With one image that gives the same loss whatever is kept, another mask would show: the
    # gradient of units that the first pass drops is 0, and so is that of the second.
    keras.utils.set_random_seed(2)
    units = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, use_bias=False),
        ]
    )
    units.compile(keras.optimizers.SGD(1.0), "mse", jit_compile=False)
    minimize_sharpness(units, 0.1)
    before = units.get_weights()[0]
    units.train_on_batch(np.ones((1, 64), "float32"), np.full((1, 1), 9.0, "float32"))
    changed = (units.get_weights()[0] != before).mean()
    assert 0.25 < changed < 0.7  # half of them, not three quarters as of two masks


def test_weights_that_are_not_trainable_stay_and_are_not_moved() -> None:
    aware, other = image_model(compiled=False), image_model(compiled=False)
    for model in (aware, other):
        model.get_layer("conv").trainable = False
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    minimize_sharpness(aware, 0.5)
    before = aware.get_layer("conv").get_weights()
    fitted(aware)
    for a, b in zip(before, aware.get_layer("conv").get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_optimizer_clips_the_second_gradient_only() -> None:
    rho, rate = 0.3, 0.2
    optimizer = keras.optimizers.SGD(rate, global_clipnorm=1e-3)
    model = minimize_sharpness(softmax_model(optimizer), rho)
    w = [np.asarray(value, "float64") for value in model.get_weights()]
    data = X.astype("float64"), Y, np.ones(12)
    _, g = loss_and_gradients(w, *data)
    _, g_hat = loss_and_gradients(moved(w, g, rho), *data)
    model.train_on_batch(X, Y)
    norm = np.sqrt(sum((part**2).sum() for part in g_hat))
    for found, a, part in zip(model.get_weights(), w, g_hat, strict=True):
        np.testing.assert_allclose(found, a - rate * 1e-3 * part / norm, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("jit", JIT)
def test_a_loss_scale_changes_nothing_and_a_gradient_that_overflows_is_skipped(jit: bool) -> None:
    models = []
    for optimizer in (
        keras.optimizers.SGD(0.1),
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=2.0**10),
    ):
        keras.utils.set_random_seed(1)
        models.append(minimize_sharpness(softmax_model(optimizer, jit), 0.3))
        models[-1].train_on_batch(X, Y)
    plain, scaled = models
    for a, b in zip(plain.get_weights(), scaled.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)
    before = scaled.get_weights()
    scaled.train_on_batch(np.full_like(X, np.inf), Y)
    for a, b in zip(before, scaled.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    scaled.jax_state_sync() if BACKEND == "jax" else None
    assert float(ops.convert_to_numpy(scaled.optimizer.dynamic_scale.value)) == 2.0**9


@pytest.mark.skipif(BACKEND == "torch", reason="Keras: one step at a time with torch")
def test_several_steps_in_one_execution_are_the_same_steps() -> None:
    one, several = image_model(), image_model(steps_per_execution=2)
    for model in (one, several):
        minimize_sharpness(model, 0.2)
        fitted(model, 2)
    for a, b in zip(one.get_weights(), several.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)


def test_what_is_saved_is_the_plain_model_and_saving_says_so(tmp_path: Any) -> None:
    model = minimize_sharpness(softmax_model(keras.optimizers.SGD(0.1, 0.9)), 0.2)
    model.fit(X, Y, batch_size=6, shuffle=False, verbose=0)
    again = r"is not saved or copied.*minimize_sharpness\(model, rho=0.2\)"
    with pytest.warns(UserWarning, match=again):
        model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not {"train_step", "get_compile_config"} & vars(loaded).keys()
    for model_now in (model, minimize_sharpness(loaded, 0.2)):
        model_now.fit(X, Y, batch_size=6, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("compiled_anew", ["not", "before", "after"])
def test_a_copy_that_trains_plainly_is_named_also_with_another_optimizer(
    compiled_anew: str,
) -> None:
    model = softmax_model(keras.optimizers.SGD(0.1))
    if compiled_anew == "before":
        recompile(model, optimizer=keras.optimizers.Adam())
    minimize_sharpness(model)
    if compiled_anew == "after":
        recompile(model, optimizer=keras.optimizers.Adam())  # which says nothing
    with pytest.warns(UserWarning, match="trains with sharpness-aware minimization"):
        copy = keras.models.clone_model(model)
    assert type(copy.optimizer) is type(model.optimizer)


def resumed(folder: Any, epochs: int) -> keras.Model:
    """A program that builds its model by its code, whenever it is started."""
    keras.utils.set_random_seed(3)
    model = minimize_sharpness(softmax_model(keras.optimizers.SGD(0.1, 0.9)), 0.2)
    backup = [] if folder is None else [StoppedBackup(folder, after=1)]
    try:
        arguments: dict[str, Any] = {"batch_size": 6, "shuffle": False, "verbose": 0}
        model.fit(X, Y, epochs=epochs, callbacks=backup, **arguments)
    except KeyboardInterrupt:
        pass
    return model


class StoppedBackup(keras.callbacks.BackupAndRestore):
    def __init__(self, folder: Any, after: int) -> None:
        super().__init__(folder)
        self.after, self.stops = after, not any(folder.iterdir())

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.stops and epoch > self.after:
            raise KeyboardInterrupt


def test_a_program_that_was_stopped_and_backed_up_goes_on_without_a_word(tmp_path: Any) -> None:
    expected = resumed(None, 4)
    resumed(tmp_path, 4)
    assert any(tmp_path.iterdir())
    for a, b in zip(expected.get_weights(), resumed(tmp_path, 4).get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)


@pytest.mark.home
def test_a_model_compiled_again_still_trains_like_this() -> None:
    first, again = image_model(), minimize_sharpness(image_model(compiled=True), 0.2)
    again.compile(keras.optimizers.SGD(0.1, 0.9), first.loss, metrics=["accuracy"])
    minimize_sharpness(first, 0.2)
    assert_same_history(fitted(first, 2), fitted(again, 2))


class OwnStep(keras.Sequential):
    def train_step(self, *args: Any) -> Any:
        return super().train_step(*args)


def test_a_model_that_it_cannot_train_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="Expected a compiled model"):
        minimize_sharpness(image_model(compiled=False))
    own = OwnStep([keras.Input((2,)), keras.layers.Dense(1)])
    own.compile("sgd", "mse")
    with pytest.raises(ValueError, match="of class OwnStep has a `train_step` of its own"):
        minimize_sharpness(own)
    with pytest.raises(ValueError, match="does not yet train with sharpness-aware"):
        minimize_sharpness(minimize_sharpness(image_model()))
    frozen = image_model(compiled=False)
    frozen.trainable = False
    frozen.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Expected a model with trainable weights"):
        minimize_sharpness(frozen)


@pytest.mark.parametrize("rho", [-0.1, True, "0.05", float("nan"), float("inf")])
def test_a_distance_that_is_none_is_refused(rho: Any) -> None:
    with pytest.raises(ValueError, match="Invalid value for argument `rho`"):
        sharpness_aware_minimization_method(rho=rho)


def test_a_search_chooses_the_distance() -> None:
    keras_tuner = pytest.importorskip("keras_tuner")
    hp = keras_tuner.HyperParameters()
    space = sharpness_aware_minimization_method().space
    assert space is not None
    method = space(hp, 3)
    assert method.settings == {"rho": 0.01}
    assert list(hp.values) == ["sharpness_aware_minimization/rho"]


def dropout_model() -> keras.Model:
    return tiny_model(dropout=0.3)


@pytest.mark.home
def test_in_a_comparison_a_kept_model_trains_as_a_new_one_bit_for_bit() -> None:
    task = Task(dropout_model, tiny_images().scaled(), epochs=2, batch_size=4)
    method, kept = sharpness_aware_minimization_method(rho=0.2), KeptModels()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        check_task(task, [method], kept)
        task(method, 1, kept)
        again = task(method, 2, kept)
    assert len(kept.models()) == 2  # the baseline's and the method's
    new, plain = task(method, 2), task(None, 2)
    assert again.weights_digest == new.weights_digest != plain.weights_digest
    assert again.history == new.history
    assert again.history["loss"][0] != plain.history["loss"][0]


def test_layers_that_rest_for_an_epoch_do_not_change_in_it() -> None:
    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.before = self.model.get_layer("conv").get_weights()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            after = self.model.get_layer("conv").get_weights()
            moved.append(not all(map(np.array_equal, self.before, after)))

    moved: list[bool] = []
    model = minimize_sharpness(image_model(), 0.2)
    callbacks = [ReceptiveFieldFreeze(layers="conv", epochs=[1]), Watch()]
    model.fit(IMAGES, LABELS, epochs=3, batch_size=4, verbose=0, callbacks=callbacks)
    assert moved == [True, False, True]
