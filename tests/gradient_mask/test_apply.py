import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    GradientMask,
    GradientMaskConv2D,
    apply_gradient_mask,
    exact_gradients,
    find_gradient_masks,
    remove_gradient_mask,
)
from keras_lateral.gradient_mask.apply import MASKED, has_gradient_mask
from keras_lateral.gradient_mask.masked_layer import MaskedLayer

IMAGES = np.random.default_rng(0).normal(size=(2, 12, 12, 3)).astype("float32")


def sequential():
    return keras.Sequential(
        [
            keras.Input((12, 12, 3), name="image"),
            layers.Conv2D(4, 3, padding="same", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(name="relu"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(3, name="head"),
        ],
        name="plain",
    )


def functional():
    """Returns a model with a nested model used twice, a merge and an operation."""
    block = keras.Sequential(
        [layers.Conv2D(3, 3, padding="same", name="inner_conv"), layers.ReLU(name="inner_relu")],
        name="block",
    )
    x = keras.Input((None, None, 3), name="image")
    y = block(block(x))
    y = keras.ops.relu(y + layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x))
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    return keras.Model(x, layers.Dense(2, name="head")(y), name="plain")


def with_random_weights(model):
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 1, w.shape).astype("float32") for w in model.weights])
    return model


def predict(model):
    # What Keras 3.10 clones takes a list.
    listed = not isinstance(model, keras.Sequential) and isinstance(model.input, list)
    return keras.ops.convert_to_numpy(model([IMAGES] if listed else IMAGES))


@pytest.mark.parametrize("build", [sequential, functional])
@pytest.mark.parametrize("chosen", [layers.Conv2D, layers.ReLU])
def test_only_gradients_differ_while_the_model_is_masked(build, chosen):
    model = with_random_weights(build())
    before, config, weights = predict(model), model.get_config(), model.get_weights()
    variables = [id(variable) for variable in model.weights]
    assert apply_gradient_mask(model, chosen, threshold=0.5) is model
    assert has_gradient_mask(model)
    assert [id(variable) for variable in model.weights] == variables
    np.testing.assert_array_equal(predict(model), before)
    assert remove_gradient_mask(model) is model
    assert not has_gradient_mask(model)
    assert model.get_config() == config
    np.testing.assert_array_equal(predict(model), before)
    for ours, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("chosen", [layers.Conv2D, layers.ReLU, lambda layer: True])
def test_a_masked_model_is_saved_loaded_and_cloned_with_its_masks(tmp_path, chosen):
    model = with_random_weights(functional())
    if isinstance(chosen, type):
        apply_gradient_mask(model, chosen, threshold=0.5)
    else:  # layers of every kind that return maps
        apply_gradient_mask(model, ["inner_conv", "inner_relu", "depthwise"], threshold=0.5)
    model.save(tmp_path / "masked.keras")
    again = keras.models.load_model(tmp_path / "masked.keras")
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    for other in (again, clone):
        assert list(find_gradient_masks(other)) == list(find_gradient_masks(model))
        assert all(mask.threshold == 0.5 for mask in find_gradient_masks(other).values())
        np.testing.assert_array_equal(predict(other), predict(model))


def test_removing_nothing_warns_and_changes_nothing():
    model = sequential()
    config = model.get_config()
    with pytest.warns(UserWarning, match="has no gradient masks"):
        assert remove_gradient_mask(model) is model
    assert model.get_config() == config


def test_nothing_of_this_library_is_in_the_file_of_a_plain_model(tmp_path):
    model = apply_gradient_mask(sequential(), layers=[layers.Conv2D, "relu"])
    model.save(tmp_path / "masked.keras")
    remove_gradient_mask(model).save(tmp_path / "plain.keras")
    assert "keras_lateral" in config_in(tmp_path / "masked.keras")
    assert "keras_lateral" not in config_in(tmp_path / "plain.keras")
    assert "GradientMask" not in config_in(tmp_path / "plain.keras")


def test_a_mask_that_is_a_layer_of_the_model_becomes_an_identity(tmp_path):
    first = layers.Conv2D(3, 1)
    model = keras.Sequential([keras.Input((12, 12, 3)), first, GradientMask(name="mask")])
    before = predict(model)
    remove_gradient_mask(model)
    assert type(model.get_layer("mask")) is layers.Identity
    with exact_gradients():  # which it no longer follows
        pass
    np.testing.assert_array_equal(predict(model), before)
    model.compile("sgd", "mse")
    model.fit(IMAGES, IMAGES, verbose=0)  # `training` is no longer passed to it
    model.save(tmp_path / "plain.keras")
    assert "keras_lateral" not in config_in(tmp_path / "plain.keras")


@pytest.mark.slow
def test_plain_model_is_loaded_without_this_library(tmp_path):
    masked = apply_gradient_mask(sequential(), layers=[layers.Conv2D, "relu"])
    remove_gradient_mask(masked).save(tmp_path / "plain.keras")
    code = (
        "import sys, keras; keras.models.load_model(sys.argv[1]);"
        "assert not any(name.startswith('keras_lateral') for name in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "plain.keras")]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def config_in(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("config.json").decode()


def test_every_convolution_of_keras_is_replaced_by_its_masked_form():
    assert {plain.__name__ for plain in MASKED} == {
        *("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D"),
        *("SeparableConv1D", "SeparableConv2D"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    }
    for plain, masked in MASKED.items():
        assert masked.__name__ == f"GradientMask{plain.__name__}"
        assert issubclass(masked, plain)


def test_the_output_of_other_layers_goes_through_a_mask():
    model = apply_gradient_mask(sequential(), "relu", sigma=1.5, threshold=0.25)
    assert [layer.name for layer in model.layers] == ["conv", "norm", "relu", "pool", "head"]
    relu = model.get_layer("relu")
    assert isinstance(relu, layers.ReLU)
    assert (relu.gradient_mask.sigma, relu.gradient_mask.threshold) == (1.5, 0.25)


def test_a_nested_model_used_twice_is_masked_once_and_stays_shared():
    model = apply_gradient_mask(functional(), "inner_relu", threshold=0.5)
    assert list(find_gradient_masks(model)) == ["inner_relu"]


def test_layers_are_chosen_by_type_name_predicate_and_lists_of_these():
    def masked_names(choice):
        return list(find_gradient_masks(apply_gradient_mask(sequential(), choice)))

    assert masked_names("norm") == ["norm"]
    assert masked_names(layers.Conv2D) == ["conv"]
    assert masked_names(lambda layer: layer.name == "relu") == ["relu"]
    assert masked_names([layers.Conv2D, "relu"]) == ["conv", "relu"]


def test_scope_reaches_the_replaced_layers():
    masked = apply_gradient_mask(sequential(), scope="weights", threshold=0.5)
    assert masked.get_layer("conv").scope == "weights"
    assert masked.get_layer("conv").gradient_mask.threshold == 0.5


@pytest.mark.parametrize("scope", ["all", "weights"])
def test_a_model_that_was_masked_trains_like_one_that_was_built_with_masks(scope):
    mask = {"threshold": 1.5, "scope": scope}
    built = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3),
            GradientMaskConv2D(4, 3, **mask),
            layers.Flatten(),
        ]
    )
    changed = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3),
            layers.Conv2D(4, 3, name="second"),
            layers.Flatten(),
        ]
    )
    built.set_weights(changed.get_weights())
    for model in (built, changed):
        model.compile(keras.optimizers.SGD(0.5), "mse")
    y = np.random.default_rng(2).normal(size=(2, 256)).astype("float32")
    # A compiled function is there already when the model is masked, and when it is unmasked.
    plain = changed.get_weights()
    changed.fit(IMAGES, y, verbose=0)
    one_step = changed.get_weights()
    changed.set_weights(plain)
    apply_gradient_mask(changed, "second", **mask)
    for model in (built, changed):
        model.fit(IMAGES, y, verbose=0)
    for ours, theirs in zip(changed.get_weights(), built.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    assert not np.array_equal(changed.get_weights()[2], one_step[2])
    remove_gradient_mask(changed)
    changed.set_weights(plain)
    changed.fit(IMAGES, y, verbose=0)
    for ours, theirs in zip(changed.get_weights(), one_step, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)


def test_compilation_and_optimizer_with_its_state_stay():
    model = with_random_weights(sequential())
    optimizer = keras.optimizers.SGD(0.125, momentum=0.5)
    model.compile(optimizer, "mse", metrics=["mae"])
    model.fit(IMAGES, np.ones((2, 3)), verbose=0)
    apply_gradient_mask(model, threshold=3.0)
    assert model.optimizer is optimizer
    assert int(optimizer.iterations) == 1
    assert "mae" in model.fit(IMAGES, np.ones((2, 3)), verbose=0).history
    assert int(optimizer.iterations) == 2


def test_frozen_layers_and_models_stay_frozen():
    model = functional()
    model.get_layer("block").trainable = False
    trainable = len(model.trainable_weights)
    apply_gradient_mask(model)
    assert not model.get_layer("block").trainable
    assert len(model.trainable_weights) == trainable


def test_unbuilt_sequential_model_is_masked_too():
    model = keras.Sequential([layers.Conv2D(4, 3)])
    masked = apply_gradient_mask(model, threshold=0.5)
    assert isinstance(masked.layers[0], GradientMaskConv2D)
    assert masked(IMAGES).shape == (2, 10, 10, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": "nope"}, "No layer is named 'nope'"),
        ({"layers": layers.LSTM}, "No layer of model 'plain' matches"),
        (
            {"layers": layers.ReLU, "scope": "weights"},
            "`scope`. Expected 'all' for layers other than Keras' own convolutions",
        ),
        ({"layers": layers.Dense}, "one, two or three spatial axes"),
        ({"feature_sets": 3}, "must divide the 4 channels"),
        ({"sigma": -1.0}, "Invalid value for argument `sigma`"),
        ({"scope": "some"}, "Invalid value for argument `scope`"),
        ({"sgima": 1.0}, "sgima"),
    ],
)
def test_what_cannot_be_masked_is_refused(arguments, message):
    model = sequential()
    config = model.get_config()
    with pytest.raises((ValueError, TypeError), match=message):
        apply_gradient_mask(model, **arguments)
    assert model.get_config() == config


def test_masking_twice_is_refused():
    with pytest.raises(ValueError, match="already has gradient masks"):
        apply_gradient_mask(apply_gradient_mask(sequential()))


def test_a_name_that_no_layer_has_is_named_first():
    model = apply_gradient_mask(sequential())
    with pytest.raises(ValueError, match="No layer is named 'c9'"):
        apply_gradient_mask(model, "c9")


def test_masks_that_are_there_are_kept_or_replaced():
    model = apply_gradient_mask(sequential(), "conv", threshold=0.25)
    apply_gradient_mask(model, ["conv", "relu"], existing="keep", threshold=0.5)
    thresholds = {name: mask.threshold for name, mask in find_gradient_masks(model).items()}
    assert thresholds == {"conv": 0.25, "relu": 0.5}
    apply_gradient_mask(model, "conv", existing="replace", scope="weights", threshold=0.75)
    thresholds = {name: mask.threshold for name, mask in find_gradient_masks(model).items()}
    assert thresholds == {"conv": 0.75, "relu": 0.5}
    assert model.get_layer("conv").scope == "weights"
    assert isinstance(model.get_layer("conv"), GradientMaskConv2D)


def test_a_convolution_of_ones_own_with_a_mask_cannot_be_made_plain():
    class Mine(GradientMaskConv2D):
        pass

    model = keras.Sequential([keras.Input((12, 12, 3)), Mine(2, 3, name="mine"), layers.ReLU()])
    with pytest.raises(ValueError, match=r"'mine' \(class Mine\).*enabled = False"):
        remove_gradient_mask(model)


@pytest.mark.home
def test_resnet50_is_masked_and_unmasked_bit_for_bit():
    model = keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3), classes=4)
    x = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype("float32")
    before = keras.ops.convert_to_numpy(model(x))
    for change in (apply_gradient_mask, remove_gradient_mask):
        change(model)
        masked = sum(isinstance(layer, MaskedLayer) for layer in model.layers)
        assert masked == (53 if change is apply_gradient_mask else 0)
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(x)), before)
