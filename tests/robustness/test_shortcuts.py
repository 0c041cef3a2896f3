"""A model that sees only the texture relies on it completely, one that sees only the shape not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import ShortcutReliance, shortcut_reliance
from keras_lateral.datasets import (
    ImageDataset,
    TexturePatches,
    TextureShortcut,
    synthetic_shapes,
    texture_shortcut,
)
from keras_lateral.datasets.synthetic.texture_shortcut import textures_for

CLASSES = 4
Y = np.tile(np.arange(CLASSES, dtype="int32"), 25)
NAMES = tuple("abcd")


def two_pixel_shortcut() -> TextureShortcut:
    """Returns images of two pixels: one is the class, the other the texture, or -1 for none."""

    def images(textures: Any) -> np.ndarray:
        return np.stack([Y, textures], axis=-1).astype("float32").reshape(-1, 1, 2, 1)

    tests = {}
    for cue in ("aligned", "absent", "random", "conflicting"):
        textures = textures_for(cue, Y, CLASSES, seed=1)  # type: ignore[arg-type]
        tests[cue] = (images(textures), textures)
    data = ImageDataset("two", images(Y), Y, tests["absent"][0], Y, NAMES, 3.0)
    return TextureShortcut(data, Y, tests, TexturePatches(CLASSES, 2))  # type: ignore[arg-type]


def sees(pixel: int) -> keras.Model:
    """Returns a model that predicts the class given by one pixel, or the last one for -1."""

    def scores(x: Any) -> Any:
        return ops.one_hot(ops.cast(x[:, 0, pixel, 0], "int32") % CLASSES, CLASSES)

    inputs = keras.Input((1, 2, 1))
    outputs = layers.Lambda(scores, output_shape=(CLASSES,))(inputs)
    return keras.Model(inputs, outputs, name=f"sees_{pixel}")


def test_a_model_that_sees_only_the_shape_does_not_rely_on_the_texture() -> None:
    record = shortcut_reliance(sees(0), two_pixel_shortcut())
    assert set(record.accuracy.values()) == {1.0}
    assert (record.reliance, record.follows_texture, record.shape_bias) == (0, 0, 1)


def test_a_model_that_sees_only_the_texture_relies_on_it_completely() -> None:
    shortcut = two_pixel_shortcut()
    record = shortcut_reliance(sees(1), shortcut, batch_size=7)
    assert (record.accuracy["aligned"], record.accuracy["conflicting"]) == (1, 0)
    assert record.accuracy["absent"] == np.mean(Y == 3)  # -1 is classified as 3
    assert record.accuracy["random"] == np.mean(shortcut.tests["random"][1] == Y)
    assert (record.reliance, record.follows_texture, record.shape_bias) == (1, 1, 0)


def test_a_model_that_always_predicts_one_class_relies_on_nothing() -> None:
    shortcut = two_pixel_shortcut()
    constant = keras.Sequential([keras.Input((1, 2, 1)), layers.Flatten(), layers.Dense(CLASSES)])
    constant.layers[-1].set_weights([np.zeros((2, CLASSES)), np.eye(CLASSES)[2]])
    record = shortcut_reliance(constant, shortcut)
    assert record.reliance == 0
    assert record.accuracy["random"] == 0.25
    textures = shortcut.tests["conflicting"][1]
    assert record.follows_texture == np.mean(textures == 2)


def test_a_network_trained_on_textures_that_predict_the_class_relies_on_them() -> None:
    shapes = synthetic_shapes(40, 30, size=16, seed=1)
    shortcut = texture_shortcut(shapes, size=8, wavelength=4, share=1, seed=1)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Conv2D(16, 5, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(CLASSES),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss)
    model.fit(shortcut.images.x_train, shortcut.images.y_train, epochs=5, verbose=0)
    record = shortcut_reliance(model, shortcut)
    chance, images = 1 / CLASSES, record.images
    far = 4 * (chance * (1 - chance) / images) ** 0.5  # four standard deviations
    assert record.accuracy["aligned"] > chance + far
    assert record.follows_texture > (1 - record.accuracy["conflicting"]) / (CLASSES - 1) + far
    assert record.reliance > far


def test_a_different_number_of_classes_is_refused() -> None:
    model = keras.Sequential([keras.Input((1, 2, 1)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ValueError, match=r"Expected scores of 4 classes. .* returns 3"):
        shortcut_reliance(model, two_pixel_shortcut())


def test_an_undefined_shape_bias_is_not_printed_and_is_null_in_json(tmp_path: Path) -> None:
    accuracy: Any = {"aligned": 0.5, "absent": 0.5, "random": 0.25, "conflicting": 0.0}
    record = ShortcutReliance(accuracy, 0.0, 4, 4)
    values = json.loads(record.to_json(tmp_path / "record.json"))
    assert values == json.loads((tmp_path / "record.json").read_text())
    assert values["shape_bias"] is None
    assert (values["reliance"], values["accuracy"]) == (0.5, accuracy)
    assert "shape bias" not in str(record)
    assert "reliance on the texture: 50.0 points" in str(record)
