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
    return keras.ops.convert_to_numpy(model(IMAGES))


def assert_same_weights_and_outputs(model, other):
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(predict(model), predict(other))


@pytest.mark.parametrize("build", [sequential, functional])
def test_masked_copy_has_the_same_names_weights_and_outputs(build):
    model = with_random_weights(build())
    masked = apply_gradient_mask(model, threshold=0.5)
    assert [layer.name for layer in masked.layers] == [layer.name for layer in model.layers]
    assert masked.name == model.name
    assert_same_weights_and_outputs(masked, model)
    assert has_gradient_mask(masked)
    assert not has_gradient_mask(model)


@pytest.mark.parametrize("build", [sequential, functional])
@pytest.mark.parametrize("chosen", [layers.Conv2D, layers.ReLU])
def test_removing_masks_restores_the_plain_model(build, chosen):
    model = with_random_weights(build())
    plain = remove_gradient_mask(apply_gradient_mask(model, chosen, threshold=0.5))
    assert plain.get_config() == config_of_copy(model)
    assert_same_weights_and_outputs(plain, model)


def config_of_copy(model):
    """Returns the configuration that Keras' own copy of the model has."""
    return remove_gradient_mask_silently(model).get_config()


def remove_gradient_mask_silently(model):
    with pytest.warns(UserWarning, match="has no gradient masks"):
        return remove_gradient_mask(model)


def test_nothing_of_this_library_is_in_the_file_of_a_plain_model(tmp_path):
    masked = apply_gradient_mask(sequential(), layers=[layers.Conv2D, "relu"])
    masked.save(tmp_path / "masked.keras")
    remove_gradient_mask(masked).save(tmp_path / "plain.keras")
    assert "keras_lateral" in config_in(tmp_path / "masked.keras")
    assert "keras_lateral" not in config_in(tmp_path / "plain.keras")
    assert "GradientMask" not in config_in(tmp_path / "plain.keras")


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


def test_other_layers_are_followed_by_a_mask():
    masked = apply_gradient_mask(sequential(), "relu", sigma=1.5, threshold=0.25)
    names = [layer.name for layer in masked.layers]
    assert names == ["conv", "norm", "relu", "relu_gradient_mask", "pool", "head"]
    mask = masked.get_layer("relu_gradient_mask")
    assert (mask.sigma, mask.threshold) == (1.5, 0.25)


def test_a_nested_model_used_twice_is_masked_once_and_stays_shared():
    model = functional()
    masked = apply_gradient_mask(model, "inner_relu", threshold=0.5)
    block = masked.get_layer("block")
    names = [layer.name for layer in block.layers]
    assert names == ["inner_conv", "inner_relu", "inner_relu_gradient_mask"]
    assert len(masked.get_weights()) == len(model.get_weights())


def test_layers_are_chosen_by_type_name_predicate_and_lists_of_these():
    def masked_names(choice):
        masked = apply_gradient_mask(sequential(), choice)
        return [x.name for x in masked.layers if isinstance(x, (GradientMask, MaskedLayer))]

    assert masked_names("norm") == ["norm_gradient_mask"]
    assert masked_names(layers.Conv2D) == ["conv"]
    assert masked_names(lambda layer: layer.name == "relu") == ["relu_gradient_mask"]
    assert masked_names([layers.Conv2D, "relu"]) == ["conv", "relu_gradient_mask"]


def test_scope_reaches_the_replaced_layers():
    masked = apply_gradient_mask(sequential(), scope="weights", threshold=0.5)
    assert masked.get_layer("conv").scope == "weights"
    assert masked.get_layer("conv").gradient_mask.threshold == 0.5


def test_copy_is_compiled_as_the_model_was_and_trains_with_masks():
    model = with_random_weights(sequential())
    model.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    masked = apply_gradient_mask(model, threshold=3.0)
    assert float(masked.optimizer.learning_rate) == 0.125
    assert masked.optimizer is not model.optimizer
    y = np.ones((2, 3), "float32")
    for network in (model, masked):
        keras.utils.set_random_seed(0)
        network.fit(IMAGES, y, verbose=0)
    assert not np.array_equal(model.get_weights()[0], masked.get_weights()[0])


def test_frozen_layers_and_models_stay_frozen():
    model = functional()
    model.get_layer("block").trainable = False
    masked = apply_gradient_mask(model)
    assert not masked.get_layer("block").trainable
    assert len(masked.trainable_weights) == len(model.trainable_weights)


def test_unbuilt_sequential_model_is_masked_too():
    model = keras.Sequential([layers.Conv2D(4, 3)])
    masked = apply_gradient_mask(model, threshold=0.5)
    assert isinstance(masked.layers[0], GradientMaskConv2D)
    assert masked(IMAGES).shape == (2, 10, 10, 4)


def test_model_with_several_named_inputs_keeps_their_names():
    a, b = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
    y = layers.Conv2D(2, 3, name="conv")(a) + layers.Conv2D(2, 3, name="other")(b)
    model = keras.Model({"left": a, "right": b}, y)
    masked = apply_gradient_mask(model, "conv")
    x = dict.fromkeys(("left", "right"), IMAGES[:, :8, :8, :1])
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(m(x)) for m in (model, masked)))
    assert {layer.name for layer in masked.layers} >= {"left", "right"}


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
    with pytest.raises((ValueError, TypeError), match=message):
        apply_gradient_mask(sequential(), **arguments)


def test_masking_twice_is_refused():
    with pytest.raises(ValueError, match="already has gradient masks"):
        apply_gradient_mask(apply_gradient_mask(sequential()))


def test_subclassed_model_is_refused():
    class Own(keras.Model):
        def call(self, x):
            return x

    for function in (apply_gradient_mask, remove_gradient_mask):
        with pytest.raises(ValueError, match="functional or Sequential"):
            function(Own())


@pytest.mark.home
def test_resnet50_is_masked_and_unmasked_bit_for_bit():
    model = keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3), classes=4)
    masked = apply_gradient_mask(model, threshold=0.5)
    assert sum(isinstance(layer, MaskedLayer) for layer in masked.layers) == 53
    x = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype("float32")
    outputs = [
        keras.ops.convert_to_numpy(m(x)) for m in (model, masked, remove_gradient_mask(masked))
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    np.testing.assert_array_equal(outputs[0], outputs[2])
