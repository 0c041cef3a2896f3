"""Remedies that change the model: dropout, decay, averages, the cosine loss, longer training."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import (
    CosineLoss,
    add_dropout,
    add_spatial_dropout,
    average_weights,
    cosine_loss_method,
    decay_kernels,
    dropout_method,
    gradient_mask_method,
    longer_training_method,
    recompile,
    spatial_dropout_method,
    weight_averaging_method,
    weight_decay_method,
)
from keras_lateral.remedies.spatial_dropout import block_ends
from tests.backends import to_numpy

X = np.random.default_rng(0).normal(size=(4, 6, 6, 3)).astype("float32")
Y = np.array([0, 1, 2, 1])


def graph_model(optimizer: Any = "sgd", ending: str = "softmax") -> keras.Model:
    """Two blocks, with the activation in a layer of its own and in the convolution."""
    image = keras.Input((6, 6, 3))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="conv")(image)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.Conv2D(5, 3, activation="relu", name="activated")(x)
    x = layers.GlobalAveragePooling2D()(x)
    scores = layers.Dense(3, activation=ending, name="head")(x)
    return compiled(keras.Model(image, scores, name="graph"), optimizer, ending)


def sequential_model(optimizer: Any = "sgd") -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.Flatten(),
            layers.Dense(3, name="head"),
            layers.Activation("softmax"),
        ]
    )
    return compiled(model, optimizer)


@keras.saving.register_keras_serializable(package="tests_remedies")
class Subclassed(keras.Model):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(4, 3, activation="relu", name="conv")
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(3, activation="softmax", name="head")

    def call(self, inputs: Any) -> Any:
        return self.head(self.pool(self.conv(inputs)))


def subclassed_model(optimizer: Any = "sgd") -> keras.Model:
    model = Subclassed()
    model(X)
    return compiled(model, optimizer)


def compiled(model: keras.Model, optimizer: Any, ending: str = "softmax") -> keras.Model:
    logits = ending == "linear"
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


MODELS = [graph_model, sequential_model, subclassed_model]


def outputs(model: keras.Model, training: bool = False) -> np.ndarray:
    x = [X] if isinstance(getattr(model, "input", None), list) else X  # as Keras 3.10 loads them
    return np.array(ops.convert_to_numpy(model(x, training=training)))


def saved_and_loaded(model: keras.Model, folder: Any) -> keras.Model:
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


@pytest.mark.parametrize("build", MODELS)
@pytest.mark.parametrize(
    ("add", "attribute"),
    [(add_dropout, "dropout_before"), (add_spatial_dropout, "spatial_dropout")],
)
def test_dropout_acts_in_training_alone_and_is_saved(
    build: Any, add: Any, attribute: str, tmp_path: Any
) -> None:
    model = build()
    before, weights = outputs(model), model.get_weights()
    assert add(model, rate=0.4) is model
    np.testing.assert_array_equal(outputs(model), before)
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(outputs(model, training=True), outputs(model, training=True))
    model.fit(X, Y, verbose=0)
    if build is subclassed_model:  # which makes its layers itself
        with pytest.warns(UserWarning, match="are not saved or copied"):
            saved_and_loaded(model, tmp_path)
        return
    loaded = saved_and_loaded(model, tmp_path)
    np.testing.assert_array_equal(outputs(loaded), outputs(model))
    found = [getattr(x, attribute) for x in loaded.layers if hasattr(x, attribute)]
    assert {dropout.rate for dropout in found} == {0.4}


def test_what_the_last_layer_takes_is_dropped_or_divided_by_what_is_kept() -> None:
    model = keras.Sequential([keras.Input((200,)), layers.Dense(200, name="head")])
    head = add_dropout(model, rate=0.4).get_layer("head")
    head.set_weights([np.eye(200), np.zeros(200)])
    x = np.ones((20, 200), "float32")
    passed = ops.convert_to_numpy(head(x, training=True))
    np.testing.assert_allclose(passed[passed != 0], 1 / 0.6, rtol=1e-6)
    assert 0.57 < (passed != 0).mean() < 0.63
    np.testing.assert_array_equal(ops.convert_to_numpy(head(inputs=x)), x)


def test_spatial_dropout_drops_whole_maps_where_a_block_ends() -> None:
    model = graph_model()
    assert [layer.name for layer in block_ends(model)] == ["relu", "activated"]
    add_spatial_dropout(model, rate=0.5)
    relu = model.get_layer("relu")
    assert isinstance(relu.spatial_dropout, layers.SpatialDropout2D)
    maps = ops.convert_to_numpy(relu(np.ones((8, 6, 6, 4), "float32"), training=True))
    assert set(np.unique(maps)) == {0.0, 2.0}
    np.testing.assert_array_equal(maps, np.broadcast_to(maps[:, :1, :1], maps.shape))


def test_a_convolution_that_computes_the_scores_gets_no_spatial_dropout() -> None:
    image = keras.Input((6, 6, 3))
    x = layers.Conv2D(3, 1, name="scores")(layers.Conv2D(4, 3, name="conv")(image))
    model = keras.Model(image, layers.GlobalAveragePooling2D()(x))
    assert [layer.name for layer in block_ends(model)] == ["conv"]


def test_models_without_a_place_for_dropout_are_refused() -> None:
    nothing = keras.Sequential([keras.Input((6, 6, 3)), layers.Flatten()])
    with pytest.raises(ValueError, match="dense layer or a convolution"):
        add_dropout(nothing)
    dense = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(ValueError, match="No layer of model"):
        add_spatial_dropout(dense)
    only = keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(2, 6), layers.Flatten()])
    with pytest.raises(ValueError, match="a convolution before its last layer"):
        add_spatial_dropout(only)
    for add in (add_dropout, add_spatial_dropout):
        with pytest.raises(ValueError, match="to which no"):
            add(add(graph_model()))


@pytest.mark.parametrize("order", [1, -1])
def test_dropout_is_combined_with_a_gradient_mask(order: int) -> None:
    methods = [dropout_method(layers="activated"), gradient_mask_method(), spatial_dropout_method()]
    model = graph_model()
    for method in methods[::order]:
        model = method.change(model)
    activated = model.get_layer("activated")
    assert activated.gradient_mask is not None
    assert activated.dropout_before.rate == 0.5
    assert activated.spatial_dropout.rate == 0.1
    assert np.isfinite(model.fit(X, Y, verbose=0).history["loss"][0])


def step_without_gradient(model: keras.Model) -> list[np.ndarray]:
    variables = model.trainable_variables
    model.optimizer.apply([ops.zeros(variable.shape) for variable in variables], variables)
    return [ops.convert_to_numpy(variable) for variable in variables]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_kernels_alone_decay_by_rate_and_factor(optimizer: str, wrapped: bool) -> None:
    if wrapped and keras.config.backend() == "jax":
        pytest.skip("outside of `fit`, Keras' LossScaleOptimizer makes no step on JAX")
    made: Any = getattr(keras.optimizers, optimizer)(0.1)
    model = graph_model(keras.optimizers.LossScaleOptimizer(made) if wrapped else made)
    before = [ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    decay_kernels(model, 0.5)
    after = step_without_gradient(model)
    assert len(before) == 7
    for variable, w, new in zip(model.trainable_variables, before, after, strict=True):
        expected = w - 0.1 * 0.5 * w if "kernel" in variable.name else w
        np.testing.assert_allclose(new, expected, rtol=1e-5, err_msg=variable.path)


def test_it_is_adamw_used_by_hand() -> None:
    plain, by_hand = graph_model("adam"), graph_model(keras.optimizers.AdamW(weight_decay=0.3))
    by_hand.set_weights(plain.get_weights())
    by_hand.optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    decay_kernels(plain, 0.3)
    for model in (plain, by_hand):
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    for one, other in zip(plain.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


class EveryStep(keras.callbacks.Callback):
    """Keeps the weights after every step."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.weights: list[list[np.ndarray]] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        variables = self.model.trainable_variables
        self.weights.append([np.array(ops.convert_to_numpy(v)) for v in variables])


def test_the_moving_average_is_kept_at_the_end() -> None:
    model, steps = average_weights(graph_model(), 0.6), EveryStep()
    model.fit(X, Y, batch_size=2, epochs=2, verbose=0, callbacks=[steps])
    average = steps.weights[0]
    for now in steps.weights[1:]:
        average = [0.6 * a + 0.4 * w for a, w in zip(average, now, strict=True)]
    for found, a in zip(model.trainable_variables, average, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(found), a, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("order", [1, -1])
def test_decay_and_averages_are_combined_in_any_order(order: int) -> None:
    methods = [weight_decay_method(factor=0.5), weight_averaging_method()][::order]
    model = (methods[0] + methods[1]).change(graph_model(keras.optimizers.SGD(0.1)))
    assert (model.optimizer.use_ema, model.optimizer.ema_momentum) == (True, 0.95)
    before = [ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    after = step_without_gradient(model)
    moved = [not np.array_equal(one, other) for one, other in zip(before, after, strict=True)]
    assert moved == ["kernel" in variable.name for variable in model.trainable_variables]


def test_what_averages_already_or_is_not_compiled_is_refused() -> None:
    with pytest.raises(ValueError, match="does not average the weights yet"):
        average_weights(average_weights(graph_model()))
    plain = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    for change in (average_weights, decay_kernels):
        with pytest.raises(ValueError, match="Expected a compiled model"):
            change(plain)


def test_a_saved_model_has_decay_and_averages(tmp_path: Any) -> None:
    model = average_weights(decay_kernels(graph_model("adam"), 0.25), 0.9)
    model.fit(X, Y, verbose=0)
    with pytest.warns(UserWarning, match="biases and normalizations too. To train so again"):
        loaded = saved_and_loaded(model, tmp_path)
    assert loaded.optimizer.weight_decay == 0.25
    assert (loaded.optimizer.use_ema, loaded.optimizer.ema_momentum) == (True, 0.9)


def test_a_saved_decay_of_kernels_alone_goes_on_as_the_warning_says(tmp_path: Any) -> None:
    def decaying() -> keras.Model:
        keras.utils.set_random_seed(4)
        return decay_kernels(graph_model(keras.optimizers.SGD(0.1)), 0.5)

    model, again = decaying(), decaying()
    model.get_layer("norm").gamma.assign(np.full(model.get_layer("norm").gamma.shape, 2.0))
    arguments: dict[str, Any] = {"batch_size": len(X), "shuffle": False, "verbose": 0}
    model.fit(X, Y, **arguments)
    with pytest.warns(UserWarning, match="call `keras_lateral.decay_kernels"):
        loaded = saved_and_loaded(model, tmp_path)
    again.load_weights(tmp_path / "model.keras")
    for trained in (model, loaded, again):
        trained.fit(X, Y, **arguments)
    gammas = [to_numpy(m.get_layer("norm").gamma) for m in (model, loaded, again)]
    np.testing.assert_allclose(gammas[2], gammas[0], rtol=1e-6)
    assert np.abs(gammas[1] - gammas[0]).max() > 0.01
    assert recompile(model, optimizer=keras.optimizers.SGD()) is model
    keras.models.clone_model(model)  # which decays nothing, and loses nothing


@pytest.mark.parametrize("c", [0.0, 0.1])
@pytest.mark.parametrize("labels", ["integers", "shares"])
def test_the_cosine_loss_is_the_formula(c: float, labels: str) -> None:
    z = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    y = np.eye(3)[Y] if labels == "integers" else np.random.default_rng(1).dirichlet([1] * 3, 4)
    expected = []
    for share, scores in zip(y, z.astype("float64"), strict=True):
        p = np.exp(scores) / np.exp(scores).sum()
        cosine = share @ scores / np.linalg.norm(scores)
        expected.append(1 - cosine - c * share @ np.log(p))
    given = Y if labels == "integers" else y
    found = CosineLoss(c)(ops.convert_to_tensor(given), ops.convert_to_tensor(z))
    np.testing.assert_allclose(float(found), np.mean(expected), rtol=1e-5)


def test_the_cosine_loss_of_one_hot_labels_is_that_of_keras() -> None:
    z = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    theirs = keras.losses.CosineSimilarity()(np.eye(3)[Y], z)
    np.testing.assert_allclose(float(CosineLoss()(Y, z)), 1 + float(theirs), rtol=1e-5)


def test_the_cosine_loss_of_scores_that_are_all_zero_has_a_finite_gradient() -> None:
    model = graph_model(ending="linear")
    model.set_weights([0 * w for w in model.get_weights()])
    model = cosine_loss_method().change(model)
    model.fit(X, Y, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


@pytest.mark.parametrize("build", MODELS)
def test_a_model_with_a_softmax_is_trained_by_the_cosine_of_its_logits(
    build: Any, tmp_path: Any
) -> None:
    model = build()
    before = outputs(model)
    model = cosine_loss_method(crossentropy=0.1).change(model)
    z = outputs(model)
    np.testing.assert_allclose(np.exp(z) / np.exp(z).sum(1, keepdims=True), before, rtol=1e-4)
    assert "accuracy" in model.fit(X, Y, verbose=0).history
    if build is subclassed_model:  # which makes its layers itself
        with pytest.warns(UserWarning, match="linear activations of some layers are not saved"):
            saved_and_loaded(model, tmp_path)
        return
    loaded = saved_and_loaded(model, tmp_path)
    np.testing.assert_array_equal(outputs(loaded), outputs(model))
    assert isinstance(loaded.loss, CosineLoss)
    assert loaded.loss.crossentropy == 0.1


def test_the_cosine_loss_needs_a_score_for_each_class() -> None:
    for units, activation in ((1, "sigmoid"), (1, None), (3, "sigmoid")):
        model = keras.Sequential(
            [keras.Input((6, 6, 3)), layers.Flatten(), layers.Dense(units, activation=activation)]
        )
        model.compile("sgd", "binary_crossentropy")
        with pytest.raises(ValueError, match="returns a score for each class"):
            cosine_loss_method().change(model)
    apart = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Softmax()])
    apart.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"Activation\('softmax'\)"):
        cosine_loss_method().change(apart)


def test_longer_training_is_six_times_as_long() -> None:
    assert longer_training_method().epochs_for(5) == 30
    with pytest.raises(ValueError, match="whole number of at least 2. Received: times=1"):
        longer_training_method(times=1)
