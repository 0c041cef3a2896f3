"""Models of the user's own files: built by a function, or saved."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import network_builder
from keras_lateral.models import from_file
from keras_lateral.models.compiled import compiled_by_head
from tests.comparison.tiny import tiny_images

SHAPE = (6, 6, 1)

FILE = """
import keras
from keras import layers

def network(image_shape, classes):
    return keras.Sequential([
        keras.Input(image_shape), layers.Flatten(), layers.Dense(classes), layers.Softmax()
    ])

def compiled():
    model = keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.25, momentum=0.5), loss, metrics=["accuracy"])
    return model

def with_rate(classes=2, *, learning_rate, **others):
    model = compiled()
    model.optimizer.learning_rate = 2 * learning_rate
    return model

def needs(width, image_shape):
    return compiled()

def tanh():
    return keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(2, "tanh")])

def fails():
    return keras.Sequential([layers.Dense(-1)])

def none():
    pass

three = network((6, 6, 1), 3)
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "my_model.py"
    path.write_text(FILE)
    return str(path)


def test_a_network_is_compiled_and_a_compiled_model_keeps_its_own(file: str) -> None:
    model = network_builder(f"{file}:network", SHAPE, 2)()
    assert isinstance(model.loss, keras.losses.SparseCategoricalCrossentropy)
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)
    own = network_builder(f"{file}:compiled", SHAPE, 2)()
    assert float(own.optimizer.learning_rate) == 0.25
    asked = network_builder(f"{file}:compiled", SHAPE, 2, 0.125)()
    assert float(asked.optimizer.learning_rate) == 0.125
    assert isinstance(asked.optimizer, keras.optimizers.SGD)
    assert asked.optimizer.momentum == 0.5
    told = network_builder(f"{file}:with_rate", SHAPE, 2, 0.125)()
    assert float(told.optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
    ("last", "loss", "from_logits"),
    [
        ([layers.Dense(1, "sigmoid")], keras.losses.BinaryCrossentropy, False),
        ([layers.Dense(1)], keras.losses.BinaryCrossentropy, True),
        ([layers.Dense(3, "softmax")], keras.losses.SparseCategoricalCrossentropy, False),
        ([layers.Dense(3)], keras.losses.SparseCategoricalCrossentropy, True),
    ],
)
def test_the_head_tells_the_loss(last: list[Any], loss: Any, from_logits: bool) -> None:
    model = keras.Sequential([layers.Flatten(), *last])
    found = compiled_by_head(model, SHAPE, 0.5).loss
    assert isinstance(found, loss)
    assert found.get_config()["from_logits"] == from_logits
    assert np.isfinite(model.train_on_batch(np.ones((2, *SHAPE)), np.array([0, 1]))[0])


@pytest.mark.home
def test_the_code_of_a_file_is_part_of_what_its_model_is(file: str) -> None:
    build = network_builder(f"{file}:network", SHAPE, 2)
    copy = pickle.loads(pickle.dumps(build))
    keras.utils.set_random_seed(3)
    first = build().get_weights()
    keras.utils.set_random_seed(3)
    for a, b in zip(first, copy().get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    before = copy.identity["model_code"]
    assert build.identity["model_code"] == before  # type: ignore[attr-defined]
    Path(file).write_text("# moved\n" + FILE)
    assert build.identity == copy.identity  # type: ignore[attr-defined]
    Path(file).write_text(FILE.replace("layers.Softmax()", "layers.Dropout(0.5), layers.Softmax()"))
    assert build.identity["model_code"] != before  # type: ignore[attr-defined]
    assert len(build().layers) == 4


@pytest.mark.home
@pytest.mark.parametrize(
    ("word", "shape", "words"),
    [
        ("nowhere.py:build", SHAPE, "nowhere.py'. It does not exist"),
        ("FILE:build", SHAPE, "has no 'build'. It defines: compiled, fails, needs, network, none"),
        ("FILE:needs", SHAPE, "by these names. Received one that needs width"),
        ("FILE:three", SHAPE, "expected a function that returns a model"),
        ("FILE:none", SHAPE, "returns None"),
        ("FILE:tanh", SHAPE, "its end does not tell which loss"),
        ("FILE:fails", SHAPE, "`return keras.Sequential([layers.Dense(-1)])`"),
        ("FILE:compiled", (8, 8, 1), r"cannot take images of shape (8, 8, 1)"),
        ("nowhere.keras", SHAPE, "does not exist"),
        ("FILE:compiled", (6, 6, 1, 3), "Expected a model of 3 classes, as the images have"),
    ],
)
def test_what_can_be_wrong_is_said(file: str, word: str, shape: Any, words: str) -> None:
    classes = 2 if len(shape) == 3 else shape[3]
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        network_builder(word.replace("FILE", file), shape[:3], classes)
    assert words in str(raised.value)


def saved_model(path: Path) -> keras.Model:
    normalization = layers.Normalization()
    normalization.adapt(tiny_images().x_train / 255.0)
    model = keras.Sequential(
        [
            keras.Input(SHAPE),
            normalization,
            layers.Conv2D(2, 3),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(2, "softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.SGD(0.5, momentum=0.25), loss, metrics=["accuracy"])
    model.fit(tiny_images().x_train / 255.0, tiny_images().y_train, epochs=1, verbose=0)
    model.save(path)
    return model


def test_a_model_saved_before_any_training_is_read_without_a_warning(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.save(tmp_path / "new.keras")
    assert network_builder(str(tmp_path / "new.keras"), SHAPE, 2)().compiled  # a warning raises


def test_a_saved_model_begins_anew_or_from_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "mine.keras"
    saved = saved_model(path)
    build = network_builder(str(path), SHAPE, 2)
    starts = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        model = build()
        starts.append(model.get_weights())
    for a, b in zip(starts[0], starts[1], strict=True):
        np.testing.assert_array_equal(a, b)
    kernels = [2 + 1, -2]  # of the convolution, behind the normalization's three; of the head
    for place in kernels:
        assert not np.array_equal(starts[0][place], starts[2][place])
        assert not np.array_equal(starts[0][place], saved.get_weights()[place])
    for a, b in zip(starts[0][:2], saved.get_weights()[:2], strict=True):
        np.testing.assert_array_equal(a, b)  # mean and variance of the data
    assert (model.optimizer.momentum, int(model.optimizer.iterations)) == (0.25, 0)
    assert float(model.optimizer.learning_rate) == 0.5
    trained = network_builder(str(path), SHAPE, 2, 0.125, pretrained=True)
    for a, b in zip(trained().get_weights(), saved.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert float(trained().optimizer.learning_rate) == 0.125
    assert set(trained.identity) == {"initial_weights"}  # type: ignore[attr-defined]
    assert build.identity == {}  # type: ignore[attr-defined]


@pytest.mark.home
def test_the_first_model_of_a_process_is_that_of_any_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.keras"
    saved_model(path)
    build = pickle.loads(pickle.dumps(network_builder(str(path), SHAPE, 2)))
    starts = []
    for _ in range(2):
        from_file._loaded.cache_clear()  # as in a worker
        keras.utils.set_random_seed(3)
        starts.append(build().get_weights())
    keras.utils.set_random_seed(3)
    starts.append(build().get_weights())
    for weights in zip(*starts, strict=True):
        np.testing.assert_array_equal(weights[0], weights[1])
        np.testing.assert_array_equal(weights[0], weights[2])


@pytest.mark.home
def test_a_saved_model_that_cannot_begin_anew_is_refused(tmp_path: Path) -> None:
    frozen = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(2, "softmax")])
    frozen.layers[-1].trainable = False
    frozen.save(tmp_path / "frozen.keras")
    with pytest.raises(ValueError, match=r"the layers \['dense\w*'\] do not train"):
        network_builder(str(tmp_path / "frozen.keras"), SHAPE, 2)
    assert network_builder(str(tmp_path / "frozen.keras"), SHAPE, 2, pretrained=True)().compiled
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(
        ValueError, match=r"text.keras' is damaged, or no model that Keras has saved"
    ):
        network_builder(str(tmp_path / "text.keras"), SHAPE, 2)
    with zipfile.ZipFile(tmp_path / "text.keras", "w") as file:
        file.writestr("config.json", "{}")
    with pytest.raises(ValueError, match="cannot be read as a saved model. Keras says"):
        network_builder(str(tmp_path / "text.keras"), SHAPE, 2)
    custom = keras.Sequential([keras.Input(SHAPE), layers.Lambda(lambda x: x), layers.Flatten()])
    custom.save(tmp_path / "own.keras")
    with pytest.raises(ValueError, match="does not hold the code of .* FILE.py:FUNCTION") as said:
        network_builder(str(tmp_path / "own.keras"), SHAPE, 2)
    assert "\n" not in str(said.value)
    with pytest.raises(ValueError, match="can load the file and give it another last layer"):
        network_builder(str(tmp_path / "frozen.keras"), SHAPE, 3, pretrained=True)
    frozen.save_weights(tmp_path / "some.weights.h5")
    with pytest.raises(ValueError, match="holds weights alone"):
        network_builder(str(tmp_path / "some.weights.h5"), SHAPE, 2)
