import pickle

import keras
import numpy as np
import pytest

from keras_lateral import network_builder, resnet18, small_network
from keras_lateral.models.applications import application_names
from tests.models.sizes import trainable


@pytest.mark.parametrize("name", ["small", pytest.param("mobilenetv2", marks=pytest.mark.home)])
def test_a_builder_survives_a_pickle_and_builds_a_compiled_model_of_logits(name: str) -> None:
    shape = (32, 32, 1)
    model = pickle.loads(pickle.dumps(network_builder(name, shape, 5)))()
    assert model.compiled
    assert model.output_shape == (None, 5)
    x = np.random.default_rng(0).random((4, *shape), "float32")
    logits = keras.ops.convert_to_numpy(model(x))
    assert (logits < 0).any()
    loss, accuracy = model.evaluate(x, np.arange(4), verbose=0)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(loss, -np.log(p[range(4), range(4)]).mean(), rtol=1e-4)
    np.testing.assert_allclose(accuracy, (logits.argmax(axis=1) == range(4)).mean(), rtol=1e-6)


def test_each_build_draws_anew_and_a_seed_fixes_it() -> None:
    build = network_builder("small", (8, 8, 1), 3)
    starts = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        starts.append(build().get_weights()[0])
    np.testing.assert_array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0], starts[2])


def test_the_learning_rate_arrives() -> None:
    model = network_builder("small", (8, 8, 1), 3, learning_rate=0.25)()
    assert float(model.optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
    ("name", "meant"), [("ResNet18x", "'resnet18'"), ("mobilnetv2", "'MobileNetV2'")]
)
def test_a_misspelt_name_is_answered_with_the_one_that_was_meant(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"name={name!r}. Did you mean {meant}") as said:
        network_builder(name, (8, 8, 1), 3)
    assert "EfficientNet" not in str(said.value)


@pytest.mark.parametrize("name", ["large", "__name__", ""])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(
        ValueError, match=f"small, resnet18, resnet34, .*MobileNetV2.*name={name!r}"
    ):
        network_builder(name, (8, 8, 1), 3)


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("small", (3, 8, 1), "at least 4 x 4"),
        ("MobileNetV2", (31, 31, 3), "at least 32x32"),
        ("xception", (64, 64, 3), "at least 71x71.*larger images or another network"),
    ],
)
def test_images_that_are_too_small_are_refused_before_training(
    name: str, shape: tuple[int, int, int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        network_builder(name, shape, 3)


def test_the_small_network_has_six_convolutions_and_nothing_that_draws() -> None:
    model = small_network((32, 32, 3), 10)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == 6
    assert kinds.count("MaxPooling2D") == 2
    assert "Dropout" not in kinds
    weights = sum(9 * a * b for a, b in [(3, 32), (32, 32), (32, 64), (64, 64), (64, 128)])
    weights += 9 * 128 * 128
    assert trainable(model) == weights + 2 * 2 * (32 + 64 + 128) + 128 * 10 + 10


def test_a_stride_that_is_given_wins_over_the_images_size() -> None:
    first = small_network((28, 28, 1), 2, stride=2).layers[1]
    assert (first.strides, first.kernel_size) == ((2, 2), (5, 5))
    assert small_network((7, 7, 1), 2, stride=2).layers[-3].output.shape[1:3] == (1, 1)
    with pytest.raises(ValueError, match="at least 7 x 7"):
        small_network((6, 6, 1), 2, stride=2)


@pytest.mark.parametrize(("side", "map_side"), [(4, 4), (48, 48), (64, 32), (96, 48), (224, 56)])
def test_the_small_network_works_on_maps_of_at_most_56_pixels(side: int, map_side: int) -> None:
    first = small_network((side, side, 1), 2).layers[1]
    assert first.output.shape[1] == map_side
    assert first.kernel_size[0] > first.strides[0] - 1  # no pixel is skipped


@pytest.mark.home
def test_resnet18_has_the_published_numbers_of_parameters() -> None:
    """11,173,962 on CIFAR-10, as in the common PyTorch version; 11,689,512 on ImageNet."""
    assert trainable(resnet18((32, 32, 3), 10)) == 11_173_962
    assert trainable(resnet18((224, 224, 3), 1000)) == 11_689_512


@pytest.mark.home
@pytest.mark.parametrize("name", ["EfficientNetB0", "MobileNetV3Small"])
def test_a_network_gets_pixels_in_its_own_range(name: str) -> None:
    model = network_builder(name, (32, 32, 3), 2)()
    (rescaling, *_) = (layer for layer in model.layers if isinstance(layer, keras.layers.Rescaling))
    black, white = keras.ops.convert_to_numpy(rescaling(np.array([0.0, 1.0])))
    assert (black, white) == ((0, 255) if name == "EfficientNetB0" else (-1, 1))


def test_every_network_of_keras_has_a_name() -> None:
    names = application_names()
    assert len(names) >= 35
    assert names["resnet50"] == "ResNet50"
