"""Pretrained networks: their pixels, their weights, and two phases in one training."""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import CosineLearningRate, Method, ReceptiveFieldFreeze, compare, network_builder
from keras_lateral.models import pretrained
from keras_lateral.models.applications import application_names
from keras_lateral.models.fine_tuning import HEAD, FineTuning, frozen_epochs_of
from tests.comparison.tiny import tiny_images

MODULES = {
    "Xception": "xception",
    "VGG16": "vgg16",
    "ResNet50": "resnet",
    "ResNet152": "resnet",
    "ResNet50V2": "resnet_v2",
    "InceptionV3": "inception_v3",
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "DenseNet121": "densenet",
    "NASNetMobile": "nasnet",
    "EfficientNetB0": "efficientnet",
    "EfficientNetV2S": "efficientnet_v2",
    "ConvNeXtTiny": "convnext",
    "MobileNetV3Small": "mobilenet_v3",
}


@pytest.mark.home
@pytest.mark.parametrize("name", MODULES)
def test_pixels_are_what_the_network_s_own_preprocessing_makes(name: str) -> None:
    module = importlib.import_module(f"keras.applications.{MODULES[name]}")
    x = np.random.default_rng(0).random((2, 3, 3, 3), "float32")
    expected = module.preprocess_input(255 * x.copy())
    found = np.asarray(keras.ops.convert_to_numpy(pretrained._preprocessed(name, x)))
    if pretrained.takes_blue_first(name):
        found = found[..., ::-1]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-3)
    assert application_names()[name.lower()] == name


def tiny_application(
    include_top: bool = True,
    weights: str | None = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: Any = None,
) -> keras.Model:
    """A network like those of `keras.applications`, small enough for a test."""
    if weights == "imagenet":
        raise OSError("URL fetch failure")
    inputs = keras.Input(input_shape) if input_tensor is None else input_tensor
    x = layers.Conv2D(3, 3, name="conv")(inputs)
    x = layers.ReLU()(layers.BatchNormalization(name="norm")(x))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, name="second")(x))
    source = keras.utils.get_source_inputs(inputs)[0] if input_tensor is not None else inputs
    return keras.Model(source, x)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Weights of a base that has been trained somewhere."""
    monkeypatch.setattr(keras.applications, "VGG16", tiny_application)
    pretrained._trained_weights.cache_clear()
    base = tiny_application(False, None, input_shape=(6, 6, 3))
    generator = np.random.default_rng(0)
    base.set_weights([generator.uniform(0.1, 1, w.shape) for w in base.get_weights()])
    path = tmp_path / "base.weights.h5"
    base.save_weights(path)
    return str(path)


def test_the_base_is_the_saved_one_and_grey_images_are_repeated(file: str) -> None:
    model = network_builder("VGG16", (6, 6, 1), 2, weights=file)()
    base = tiny_application(False, None, input_shape=(6, 6, 3))
    base.load_weights(file)
    x = np.random.default_rng(1).random((3, 6, 6, 1), "float32")
    caffe = keras.applications.vgg16.preprocess_input(255 * np.repeat(x, 3, -1))
    features = np.asarray(keras.ops.convert_to_numpy(base(caffe)))
    W, b = model.get_layer(HEAD).get_weights()
    scores = np.asarray(keras.ops.convert_to_numpy(model(x, training=True)))
    np.testing.assert_allclose(scores, features @ W + b, rtol=1e-4, atol=1e-3)
    assert model.get_layer("norm").trainable is False


def weights_by_epoch(seen: list[Any]) -> Any:
    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            seen.append([np.array(w) for w in self.model.get_weights()])

    return Watch()


def test_first_the_head_trains_alone_and_then_all_layers_at_a_smaller_rate(file: str) -> None:
    build = network_builder("VGG16", (6, 6, 1), 2, 0.01, weights=file, frozen_epochs=2)
    data, model, seen = tiny_images().scaled(), build(), []
    (recipe,) = build.callbacks()  # type: ignore[attr-defined]
    cosine, freeze = CosineLearningRate(), ReceptiveFieldFreeze("second", epochs=[1, 2])
    model.fit(
        data.x_train,
        data.y_train,
        epochs=4,
        verbose=0,
        callbacks=[recipe, cosine, freeze, weights_by_epoch(seen)],
    )
    seen.append(model.get_weights())
    assert changed(model, seen[0], seen[2]) == {HEAD}
    assert changed(model, seen[2], seen[3]) == {"conv", HEAD}  # the other callback's epoch
    assert changed(model, seen[3], seen[4]) == {"conv", "second", HEAD}
    shares = np.array([1, 1, 0.1, 0.1]) * cosine.rates
    np.testing.assert_allclose(recipe.rates, shares, rtol=1e-5)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


def changed(model: keras.Model, first: Any, second: Any) -> set[str]:
    names = [w.path.split("/")[0] for w in model.weights]
    pairs = zip(names, first, second, strict=True)
    return {name for name, a, b in pairs if not np.array_equal(a, b)}


def darker(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> Any:
    return x * generator.uniform(0.5, 1), y, None


@pytest.mark.slow
@pytest.mark.home
def test_two_phases_are_compared_as_pairs(file: str) -> None:
    build = network_builder("VGG16", (6, 6, 1), 2, weights=file, fine_tuning_rate=5e-4)
    assert pickle.loads(pickle.dumps(build)) == build
    found = compare(
        build,
        tiny_images(),
        [Method("darker", batches=darker), Method("nothing")],
        seeds=2,
        epochs=3,
        callbacks=lambda: [CosineLearningRate()],
        progress=False,
    )
    assert found.without_effect == ("nothing",)
    assert found.settings["phases"] == {"frozen_epochs": "a third", "factor": 0.5}
    assert len(found.settings["initial_weights"]) == 16


@pytest.mark.home
def test_the_number_of_frozen_epochs_is_a_third_unless_given() -> None:
    assert [frozen_epochs_of(n, None) for n in (1, 2, 3, 30)] == [0, 1, 1, 10]
    assert frozen_epochs_of(3, 7) == 7


@pytest.mark.home
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": "imagenet"}, "cannot: OSError: URL fetch failure. Without a connection, give"),
        ({"weights": "nowhere.h5"}, "which does not exist"),
        ({"weights": "TEXT"}, "Expected the weights of VGG16 without its top"),
        ({"weights": "OTHER"}, "Expected the weights of VGG16 without its top"),
        ({"weights": "FILE", "frozen_epochs": -1}, "`frozen_epochs`. Expected a whole number"),
        ({"weights": "FILE", "fine_tuning_rate": 0}, "`fine_tuning_rate`. Expected a number"),
        ({"frozen_epochs": 1}, "It goes with trained weights"),
        ({"weights": "FILE", "name": "small"}, "goes with a network of keras.applications"),
        ({"weights": "FILE", "image_shape": (6, 6, 2)}, "images with one or three channels"),
    ],
)
def test_what_can_be_wrong_is_said(
    file: str, tmp_path: Path, arguments: dict[str, Any], words: str
) -> None:
    text = tmp_path / "text.weights.h5"
    text.write_text("no weights")
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((2,)), layers.Dense(1)]).save_weights(other)
    files = {"FILE": file, "TEXT": str(text), "OTHER": str(other)}
    given = {"name": "VGG16", "image_shape": (6, 6, 3), "classes": 2, **arguments}
    given = {k: files.get(str(v), v) for k, v in given.items()}
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        network_builder(**given)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.home
def test_a_model_without_the_head_or_with_a_schedule_is_refused() -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="other")])
    model.compile("sgd", "mse")
    x = np.ones((2, 2))
    with pytest.raises(ValueError, match="a layer named 'classifier'"):
        model.fit(x, x[:, :1], verbose=0, callbacks=[FineTuning()])
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    model.compile(keras.optimizers.SGD(schedule), "mse")
    with pytest.raises(ValueError, match="a number as `learning_rate`"):
        model.fit(x, x[:, :1], verbose=0, callbacks=[FineTuning("other")])
