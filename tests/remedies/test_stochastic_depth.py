"""Stochastic depth: which blocks are found, how often branches go, and what stays as it was."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import cifar_resnet, receptive_fields, resnet18
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.training import Task
from keras_lateral.remedies.residual_blocks import residual_blocks
from keras_lateral.remedies.stochastic_depth import (
    StochasticDepth,
    add_stochastic_depth,
    stochastic_depth_method,
    survivals,
)
from keras_lateral.testing import check_layer
from tests.comparison.tiny import tiny_images

BACKEND = keras.config.backend()
layers = keras.layers


def normal(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


IMAGES = normal((6, 8, 8, 2))


def residual_model(nested: bool = False, operator: bool = False) -> keras.Model:
    """Returns a model of two blocks; the second one's shortcut is a convolution."""
    keras.utils.set_random_seed(1)
    image = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, padding="same", name="stem")(image)
    y = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    y = layers.Conv2D(4, 3, padding="same", name="first")(y)
    x = layers.ReLU()(x + y if operator else layers.Add()([x, y]))
    y = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(x)
    y = layers.BatchNormalization(name="second")(layers.Conv2D(6, 3, padding="same")(y))
    skip = layers.BatchNormalization()(layers.Conv2D(6, 1, strides=2)(x))
    x = layers.GlobalAveragePooling2D()(layers.Add()([skip, y]))
    inner = keras.Model(image, x)
    if nested:
        image = keras.Input((8, 8, 2))
        x = inner(image)
    model = keras.Model(image, layers.Dense(3, activation="softmax", name="dense")(x))
    compiled = BACKEND == "jax"
    model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=compiled)
    return model


@pytest.mark.parametrize(("nested", "operator"), [(False, False), (True, False), (False, True)])
def test_the_longer_way_is_the_branch(nested: bool, operator: bool) -> None:
    found = residual_blocks(residual_model(nested, operator))
    assert [block.branch.name for block in found] == ["first", "second"]


@pytest.mark.home
@pytest.mark.parametrize(
    ("build", "blocks", "shortcuts"),
    [
        (lambda: cifar_resnet((8, 8, 3), 10, depth=8), 3, 2),
        (lambda: resnet18((32, 32, 3), 10), 8, 3),
        # 16 inverted bottlenecks after the first, 10 of which keep the map's shape.
        (lambda: keras.applications.MobileNetV2((32, 32, 3), 0.35, weights=None), 10, 0),
    ],
    ids=["cifar_resnet8", "resnet18", "mobilenet_v2"],
)
def test_the_blocks_of_known_networks_are_as_many_as_by_hand(
    build: Any, blocks: int, shortcuts: int
) -> None:
    model = build()
    adds = [layer for layer in model.layers if isinstance(layer, layers.Add)]
    found = residual_blocks(model)
    assert [block.name for block in found] == [layer.name for layer in adds]
    assert len(found) == blocks
    assert all(type(block.branch) is layers.BatchNormalization for block in found)
    convolutions = sum(isinstance(layer, layers.Conv2D) for layer in model.layers)
    if not model.name.startswith("mobilenet"):  # a stem, two in each block, and the shortcuts
        assert convolutions == 1 + 2 * blocks + shortcuts


def test_survival_falls_linearly_from_the_first_to_the_last_block() -> None:
    model = add_stochastic_depth(cifar_resnet((8, 8, 3), 10, depth=8), 0.7)
    depths = [b.branch.stochastic_depth for b in residual_blocks(model)]
    np.testing.assert_allclose([layer.survival for layer in depths], [0.9, 0.8, 0.7])
    np.testing.assert_allclose(survivals(54, 0.5)[-1], 0.5)
    np.testing.assert_allclose(np.diff(survivals(54, 0.5)), -0.5 / 54)


def test_each_image_loses_its_branch_as_often_as_it_should_and_the_mean_stays() -> None:
    layer, x = StochasticDepth(0.7, seed=1), np.ones((4000, 2, 2), "float32")
    y = ops.convert_to_numpy(layer(x, training=True))
    kept = y[:, 0, 0] > 0
    np.testing.assert_array_equal(y, np.where(kept[:, None, None], x / np.float32(0.7), 0))
    # Five standard deviations of 4,000 draws.
    assert abs(kept.mean() - 0.7) < 5 * np.sqrt(0.7 * 0.3 / 4000)
    again = ops.convert_to_numpy(layer(x, training=True))[:, 0, 0] > 0
    assert 0.3 < (again == kept).mean() < 0.75  # drawn anew: 0.58 expected
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(x)), x)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(x, training=False)), x)


def test_the_mean_over_draws_of_a_block_is_the_block() -> None:
    # Without BatchNormalization and with linear layers behind it, the mean goes through.
    image = keras.Input((4,))
    branch = layers.Dense(4, name="branch")(layers.Dense(4, activation="relu")(image))
    model = keras.Model(image, layers.Add()([image, branch]))
    x = np.repeat(normal((1, 4)), 8000, axis=0)
    expected = ops.convert_to_numpy(model(x[:1]))
    add_stochastic_depth(model, 0.8)
    model.get_layer("branch").stochastic_depth.survival_seed_generator.state.assign([1, 2])
    found = ops.convert_to_numpy(model(x, training=True)).mean(0, keepdims=True)
    size = np.abs(expected - x[:1]).max()
    np.testing.assert_allclose(found, expected, atol=5 * size * np.sqrt(0.25 / 8000))


def test_a_dropped_branch_leaves_the_shortcut() -> None:
    image = keras.Input((4,))
    branch = layers.Dense(4)(layers.Dense(4)(image))
    model = add_stochastic_depth(keras.Model(image, layers.Add()([image, branch])), 0.5)
    x = normal((64, 4))
    whole, y = ops.convert_to_numpy(model(x)), ops.convert_to_numpy(model(x, training=True))
    dropped = (y == x).all(1)
    assert 10 < dropped.sum() < 54
    doubled = x + 2 * (whole - x)
    np.testing.assert_allclose(y[~dropped], doubled[~dropped], rtol=1e-4, atol=1e-5)


def test_inference_weights_and_the_receptive_field_stay() -> None:
    model = residual_model()
    weights, outputs = model.get_weights(), ops.convert_to_numpy(model(IMAGES))
    field = receptive_fields(model).to_dict()["layers"]
    assert add_stochastic_depth(model) is model
    np.testing.assert_array_equal(ops.convert_to_numpy(model(IMAGES)), outputs)
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    found = receptive_fields(model).to_dict()["layers"]
    assert [layer["size"] for layer in found] == [layer["size"] for layer in field]


def test_a_saved_model_keeps_it(tmp_path: Any) -> None:
    model = add_stochastic_depth(residual_model(nested=True), 0.6)
    model.fit(IMAGES, np.arange(6) % 3, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    found = [b.branch.stochastic_depth.survival for b in residual_blocks(loaded)]
    np.testing.assert_allclose(found, [0.8, 0.6])
    np.testing.assert_array_equal(
        loaded.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0)
    )


def test_it_passes_the_shared_checks_of_layers() -> None:
    check_layer(StochasticDepth, {"survival": 0.5, "seed": 3}, deterministic=False)


def test_what_it_cannot_change_is_refused_in_words() -> None:
    plain = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(ValueError, match="Expected a model with residual blocks"):
        add_stochastic_depth(plain)
    with pytest.raises(ValueError, match="not yet left out at random"):
        add_stochastic_depth(add_stochastic_depth(residual_model()))
    image = keras.Input((4, 4, 2))
    dense = layers.Conv2D(2, 3, padding="same")
    branch = layers.Dropout(0.2, noise_shape=(None, 1, 1, 1), name="drop")(dense(image))
    with pytest.raises(ValueError, match=r"with the layers \['drop'\]"):
        add_stochastic_depth(keras.Model(image, layers.Add()([image, branch])))
    twice = dense(dense(image))
    with pytest.raises(ValueError, match="no layer that belongs to this branch alone"):
        add_stochastic_depth(keras.Model(image, layers.Add()([image, twice])))
    y = ops.relu(layers.Conv2D(2, 3, padding="same")(image))
    with pytest.raises(ValueError, match="no layer that belongs to this branch alone"):
        add_stochastic_depth(keras.Model(image, layers.Add()([image, y])))
    two = [layers.Conv2D(2, 3, padding="same")(image) for _ in range(2)]
    assert residual_blocks(keras.Model(image, layers.Add()(two))) == []


@pytest.mark.parametrize("survival", [0, -0.5, 1.1, True, "half"])
def test_a_survival_that_is_none_is_refused(survival: Any) -> None:
    with pytest.raises(ValueError, match="Invalid value for argument `survival`"):
        stochastic_depth_method(survival=survival)


def test_a_search_chooses_the_survival_of_the_last_block() -> None:
    keras_tuner = pytest.importorskip("keras_tuner")
    hp = keras_tuner.HyperParameters()
    space = stochastic_depth_method().space
    assert space is not None
    assert space(hp, 3).settings == {"survival": 0.5}
    assert list(hp.values) == ["stochastic_depth/survival"]


def small_residual_model() -> keras.Model:
    image = keras.Input((6, 6, 1))
    x = layers.Conv2D(2, 3, activation="relu")(image)
    x = layers.Add()([x, layers.Conv2D(2, 3, padding="same")(layers.ReLU()(x))])
    model = keras.Model(image, layers.Dense(2, activation="softmax")(layers.Flatten()(x)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.home
def test_in_a_comparison_a_kept_model_trains_as_a_new_one_bit_for_bit() -> None:
    task = Task(small_residual_model, tiny_images().scaled(), epochs=2, batch_size=4)
    method, kept = stochastic_depth_method(), KeptModels()
    check_task(task, [method], kept)
    task(method, 1, kept)
    again = task(method, 2, kept)
    assert len(kept.models()) == 2
    new, plain = task(method, 2), task(None, 2)
    assert again.weights_digest == new.weights_digest != plain.weights_digest
    assert again.history == new.history
