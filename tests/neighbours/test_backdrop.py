"""Backdrop: identity forward, random positions of the gradient back, and what a pair needs."""

import pickle
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import (
    exact_gradients,
    find_gradient_masks,
    gradient_mask_method,
    receptive_field_freeze_method,
    receptive_fields,
    remove_gradient_mask,
)
from keras_lateral.gradient_mask.masked_layer import MaskedLayer
from keras_lateral.neighbours.backdrop import (
    Backdrop,
    add_backdrop,
    backdrop_gradient,
    backdrop_method,
    kept_positions,
)
from keras_lateral.testing import check_layer, layer_gradients
from tests.comparison_samples import start_of_training

BACKEND = keras.config.backend()
JIT = {"tensorflow": [False, True], "jax": [True]}.get(BACKEND, [False])


def normal(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


MAPS = normal((4, 6, 5, 3), 0)
UPSTREAM = normal((4, 6, 5, 3), 1)


def first_draws(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """What a generator of this seed draws first."""
    generator = keras.random.SeedGenerator(seed)
    return np.array(ops.convert_to_numpy(keras.random.uniform(shape, seed=generator)))


def passed(g: np.ndarray, draws: np.ndarray, drop_rate: float, rescale: bool) -> np.ndarray:
    """The second derivation: image by image, position by position, channels last."""
    result = np.zeros_like(g)
    for image, (gradient, u) in enumerate(zip(g, draws, strict=True)):
        kept = [at for at in np.ndindex(u.shape) if u[at] >= np.float32(drop_rate)]
        kept = kept or [np.unravel_index(u.argmax(), u.shape)]
        for at in kept:
            result[(image, *at)] = gradient[at] * (u.size / len(kept) if rescale else 1)
    return result


def test_check_layer_passes() -> None:
    checks = check_layer(Backdrop, {"drop_rate": 0.3}, (2, 6, 5, 4), deterministic=False)
    assert set(checks.skipped) == ({"fit_with_xla"} if BACKEND == "torch" else set())


@pytest.mark.parametrize("shape", [(3, 9, 4), (3, 6, 5, 4), (3, 4, 3, 5, 4)])
@pytest.mark.parametrize("rescale", [True, False])
@pytest.mark.parametrize("drop_rate", [0.5, 0.999])
def test_gradient_is_that_of_the_second_derivation(
    shape: tuple[int, ...], rescale: bool, drop_rate: float
) -> None:
    layer = Backdrop(drop_rate, rescale=rescale, seed=7, data_format="channels_last")
    g = normal(shape, 1)
    found = layer_gradients(layer, normal(shape, 0), g)[0]
    expected = passed(g, first_draws(shape[:-1], 7), drop_rate, rescale)
    np.testing.assert_array_equal(found == 0, expected == 0)
    np.testing.assert_allclose(found, expected, rtol=1e-6 if rescale else 0)


def test_gradient_with_channels_first_is_the_turned_gradient() -> None:
    draws = first_draws((4, 6, 5), 7)
    layer = Backdrop(0.5, seed=7, data_format="channels_first")
    x, g = (np.moveaxis(array, -1, 1) for array in (MAPS, UPSTREAM))
    found = np.moveaxis(layer_gradients(layer, x, g)[0], 1, -1)
    np.testing.assert_allclose(found, passed(UPSTREAM, draws, 0.5, True), rtol=1e-6)


def test_an_image_keeps_one_position_at_least_and_each_as_often() -> None:
    draws = np.random.default_rng(0).uniform(size=(4000, 2, 2)).astype("float32") * 0.9
    kept = ops.convert_to_numpy(kept_positions(ops.convert_to_tensor(draws), 0.95))
    np.testing.assert_array_equal(kept.sum((1, 2)), 1)
    assert np.abs(kept.mean(0) - 1 / 4).max() < 0.03


def test_the_share_of_kept_positions_is_that_asked_for() -> None:
    draws = np.random.default_rng(0).uniform(size=(50, 20, 20)).astype("float32")
    kept = ops.convert_to_numpy(kept_positions(ops.convert_to_tensor(draws), 0.3))
    np.testing.assert_array_equal(kept, draws >= np.float32(0.3))
    assert abs(kept.mean() - 0.7) < 0.01


def test_rescaled_gradients_have_the_same_sum_where_all_are_equal() -> None:
    kept = np.random.default_rng(0).uniform(size=(8, 6, 6)) > 0.5
    found = backdrop_gradient(ops.ones((8, 6, 6, 2)), ops.convert_to_tensor(kept))
    np.testing.assert_allclose(ops.convert_to_numpy(found).sum((1, 2)), 36, rtol=1e-6)


def test_an_empty_batch_goes_through() -> None:
    kept = kept_positions(ops.zeros((0, 3, 3)), 0.5)
    assert tuple(backdrop_gradient(ops.zeros((0, 3, 3, 2)), kept).shape) == (0, 3, 3, 2)


def test_output_is_the_input_itself() -> None:
    x = np.array([[[[np.nan, np.inf, -0.0, 1e-40]]]], "float32")
    for training in (False, True):
        y = Backdrop(0.5)(ops.convert_to_tensor(x), training=training)
        np.testing.assert_array_equal(ops.convert_to_numpy(y), x)


def test_gradient_is_exact_in_inference_inside_the_scope_and_without_a_rate() -> None:
    layer = Backdrop(0.5)
    np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM, False)[0], UPSTREAM)
    with exact_gradients(), exact_gradients():
        np.testing.assert_array_equal(layer_gradients(layer, MAPS, UPSTREAM)[0], UPSTREAM)
    assert (layer_gradients(layer, MAPS, UPSTREAM)[0] == 0).any()
    np.testing.assert_array_equal(layer_gradients(Backdrop(0.0), MAPS, UPSTREAM)[0], UPSTREAM)


def test_a_layer_built_inside_the_scope_drops_outside() -> None:
    layer = Backdrop(0.5)
    with exact_gradients():
        layer.build(MAPS.shape)
    assert (layer_gradients(layer, MAPS, UPSTREAM)[0] == 0).any()


def compiled(model: keras.Model, jit: bool = False) -> keras.Model:
    optimizer = keras.optimizers.SGD(0.5)
    model.compile(optimizer, "mean_squared_error", jit_compile=jit or BACKEND == "jax")
    return model


def plain_model(dropout: float = 0.0) -> keras.Model:
    layers = keras.layers
    return compiled(
        keras.Sequential(
            [
                keras.Input((6, 5, 3)),
                layers.Conv2D(4, 3, padding="same", activation="relu", name="conv"),
                layers.SpatialDropout2D(dropout),
                layers.DepthwiseConv2D(3, name="depthwise"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(2, name="head"),
            ],
            name="plain",
        )
    )


IMAGES, TARGETS = normal((4, 6, 5, 3), 2), normal((4, 2), 3)


def kernels_after(model: keras.Model, steps: int = 1) -> np.ndarray:
    model.fit(IMAGES, TARGETS, batch_size=4, epochs=steps, verbose=0, shuffle=False)
    return np.array(model.get_layer("conv").get_weights()[0])


def model_that_shows_its_mask(seed: int, jit: bool) -> keras.Model:
    """Its first layer is changed only by the gradient that arrives at it."""
    image = keras.Input((6, 5, 1))
    x = Places()(image)
    model = keras.Model(image, Backdrop(0.5, seed=seed)(x))
    return compiled(model, jit)


@keras.saving.register_keras_serializable(package="tests_backdrop")
class Places(keras.layers.Layer):
    """Adds a weight at each place of an image."""

    def build(self, input_shape: Any) -> None:
        self.places = self.add_weight(name="places", shape=(1, *input_shape[1:]))

    def call(self, inputs: Any) -> Any:
        return inputs + self.places


def moved(model: keras.Model) -> np.ndarray:
    """Trains a step on one image, and returns which places changed."""
    before = np.array(model.get_weights()[0])
    model.fit(np.zeros((1, 6, 5, 1)), np.ones((1, 6, 5, 1)), epochs=1, verbose=0)
    return np.array(before != model.get_weights()[0])


@pytest.mark.parametrize("jit", JIT)
def test_a_compiled_fit_draws_anew_in_each_step_and_the_same_from_one_seed(jit: bool) -> None:
    model, again = (model_that_shows_its_mask(3, jit) for _ in range(2))
    masks = [moved(model) for _ in range(4)]
    assert all(0 < mask.sum() < 30 for mask in masks)
    assert len({mask.tobytes() for mask in masks}) == 4
    for mask in masks:
        np.testing.assert_array_equal(moved(again), mask)
    assert not np.array_equal(moved(model_that_shows_its_mask(4, jit)), masks[0])


@pytest.mark.parametrize("jit", JIT)
def test_exact_gradients_reaches_a_train_function_that_is_compiled(jit: bool) -> None:
    model = model_that_shows_its_mask(3, jit)
    assert not moved(model).all()
    with exact_gradients():
        assert moved(model).all()
    assert not moved(model).all()


def test_evaluation_draws_nothing() -> None:
    model, other = (model_that_shows_its_mask(3, False) for _ in range(2))
    model.evaluate(np.zeros((2, 6, 5, 1)), np.ones((2, 6, 5, 1)), verbose=0)
    np.testing.assert_array_equal(moved(model), moved(other))


def test_the_global_seed_decides_where_the_layer_has_none() -> None:
    def masks(seed: int) -> np.ndarray:
        keras.utils.set_random_seed(seed)
        return layer_gradients(Backdrop(0.5), MAPS, UPSTREAM)[0]

    np.testing.assert_array_equal(masks(1), masks(1))
    assert not np.array_equal(masks(1), masks(2))


def backdrops(model: keras.Model) -> dict[str, Backdrop]:
    """Returns the layers' own, by the layers' names."""
    return {x.name: x.backdrop for x in model.layers if hasattr(x, "backdrop")}


def test_a_saved_model_has_its_arguments_back(tmp_path: Any) -> None:
    model = add_backdrop(plain_model(), drop_rate=0.25, rescale=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert list(backdrops(loaded)) == ["conv", "depthwise"]
    for name, backdrop in backdrops(loaded).items():
        assert backdrop.get_config() == backdrops(model)[name].get_config()
        assert backdrop.drop_rate == 0.25
        assert not backdrop.rescale


def test_weight_files_fit_models_with_and_without(tmp_path: Any) -> None:
    plain, dropping = plain_model(), add_backdrop(plain_model())
    for source, target in ((plain, dropping), (dropping, plain)):
        source.set_weights([normal(w.shape, 3) for w in source.get_weights()])
        target.set_weights([0 * w for w in target.get_weights()])
        source.save_weights(tmp_path / "a.weights.h5")
        target.load_weights(tmp_path / "a.weights.h5")
        for one, other in zip(source.get_weights(), target.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 3, 3, 3, 3)])
def test_an_input_that_is_no_map_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one, two or three spatial axes"):
        Backdrop()(ops.ones(shape))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"drop_rate": 1.0}, r"`drop_rate`. Expected .* below 1. Received: drop_rate=1.0"),
        ({"drop_rate": -0.1}, "drop_rate=-0.1"),
        ({"drop_rate": float("nan")}, "drop_rate=nan"),
        ({"drop_rate": "half"}, "drop_rate='half'"),
        ({"drop_rate": True}, "drop_rate=True"),
        ({"data_format": "channels_middle"}, "`data_format`"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Backdrop(**arguments)


def test_the_method_keeps_weights_and_outputs_and_follows_all_convolutions() -> None:
    model = plain_model()
    weights, outputs = model.get_weights(), ops.convert_to_numpy(model(IMAGES))
    assert backdrop_method(drop_rate=0.25).change(model) is model
    assert list(backdrops(model)) == ["conv", "depthwise"]
    assert model.get_layer("conv").backdrop.drop_rate == 0.25
    assert model.compiled
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(ops.convert_to_numpy(model(IMAGES)), outputs)


def test_only_the_chosen_layers_are_followed() -> None:
    changed = backdrop_method(layers=["conv"]).change(plain_model())
    assert list(backdrops(changed)) == ["conv"]
    assert backdrop_method(layers=["conv"]).settings["layers"] == "[conv]"


def test_without_a_rate_the_method_is_the_plain_model_to_the_last_bit() -> None:
    models = [
        start_of_training(plain_model, method, 3)
        for method in (None, backdrop_method(drop_rate=0.0))
    ]
    plain, other = (kernels_after(model, steps=3) for model in models)
    np.testing.assert_array_equal(plain, other)


def test_the_method_trains_otherwise_and_the_same_from_one_seed() -> None:
    def trained(method: Any, seed: int) -> np.ndarray:
        return kernels_after(start_of_training(plain_model, method, seed), steps=2)

    method = backdrop_method()
    assert not np.array_equal(trained(method, 3), trained(None, 3))
    np.testing.assert_array_equal(trained(method, 3), trained(method, 3))


def with_dropout() -> keras.Model:
    return plain_model(dropout=0.5)


def test_dropout_draws_the_same_with_and_without_the_method() -> None:
    plain, changed = (
        start_of_training(with_dropout, method, 5) for method in (None, backdrop_method())
    )
    for _ in range(2):
        outputs = [ops.convert_to_numpy(m(IMAGES, training=True)) for m in (plain, changed)]
        np.testing.assert_array_equal(*outputs)
    assert not np.array_equal(outputs[0], ops.convert_to_numpy(plain(IMAGES, training=False)))


@pytest.mark.parametrize("order", [1, -1])
def test_it_is_combined_with_a_gradient_mask(order: int) -> None:
    first, second = [backdrop_method(), gradient_mask_method(threshold=0.5)][::order]
    model = start_of_training(plain_model, first + second, 3)
    assert list(backdrops(model)) == list(find_gradient_masks(model)) == ["conv", "depthwise"]
    # Whichever came first, the mask is inside: it acts on what Backdrop lets pass.
    assert all(isinstance(model.get_layer(name), MaskedLayer) for name in backdrops(model))
    assert np.isfinite(kernels_after(model)).all()
    remove_gradient_mask(model)
    assert list(backdrops(model)) == ["conv", "depthwise"]


def test_it_is_combined_with_a_freeze_and_reads_what_its_input_reads() -> None:
    method = backdrop_method() + receptive_field_freeze_method(["conv"], epochs=[0])
    model = start_of_training(plain_model, method, 3)
    fields = receptive_fields(model)
    assert fields["conv"].size == receptive_fields(plain_model())["conv"].size == (3, 3)
    before = model.get_layer("conv").get_weights()[0]
    model.fit(IMAGES, TARGETS, batch_size=4, verbose=0, callbacks=list(method.callbacks()))
    np.testing.assert_array_equal(model.get_layer("conv").get_weights()[0], before)


def test_two_backdrops_are_refused() -> None:
    with pytest.raises(ValueError, match="'backdrop' and 'more' cannot be combined"):
        backdrop_method() + backdrop_method(drop_rate=0.9, name="more")
    with pytest.raises(ValueError, match="without Backdrop. Received: model 'plain' with"):
        add_backdrop(add_backdrop(plain_model()))


def test_the_space_searches_the_rate_and_keeps_what_the_method_was_given() -> None:
    asked: dict[str, Any] = {}

    def number(name: str, low: float, high: float, sampling: str) -> float:
        asked[name] = (low, high, sampling)
        return high

    hp = SimpleNamespace(Float=number)
    space = backdrop_method(rescale=False, name="dropping").space
    assert space is not None
    trial = space(hp, 3, drop_rate=(0.2, 0.8))
    assert asked == {"dropping/drop_rate": (0.2, 0.8, "log")}
    assert (trial.name, dict(trial.settings)) == (
        "dropping",
        {"drop_rate": 0.8, "rescale": False},
    )
    assert space(hp, 3, drop_rate=0.5).settings["drop_rate"] == 0.5
    with pytest.raises(ValueError, match="`dropping/drop_rate`. Expected a range"):
        space(hp, 3, drop_rate=(0.8, 0.2))


def test_the_method_goes_to_another_process_and_names_its_source() -> None:
    method = pickle.loads(pickle.dumps(backdrop_method(drop_rate=0.25)))
    assert method.settings == {"drop_rate": 0.25, "rescale": True}
    assert "1806.01337" in method.reference
