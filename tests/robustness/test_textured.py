"""The conditions measure the same as the record of a shortcut."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import Textured, evaluate, shortcut_reliance
from keras_lateral.datasets import TexturePatches, synthetic_shapes, texture_shortcut


def test_each_condition_measures_what_the_cue_of_the_shortcut_does() -> None:
    shortcut = texture_shortcut(synthetic_shapes(2, 20, size=12), size=6, strength=0.8, seed=3)
    keras.utils.set_random_seed(0)
    flat, dense = layers.Flatten(), layers.Dense(4, kernel_initializer="normal")
    model = keras.Sequential([keras.Input((12, 12, 1)), flat, dense])
    record = shortcut_reliance(model, shortcut)
    cues = ("aligned", "absent", "random", "conflicting")
    conditions = [Textured(cue, shortcut.patches) for cue in cues]  # type: ignore[arg-type]
    evaluation = evaluate(model, shortcut.dataset("absent"), conditions)
    for result, (cue, accuracy) in zip(evaluation.results, record.accuracy.items(), strict=True):
        assert result.name == f"texture-{cue}-6px-0.8"
        assert result.accuracy == accuracy
        assert json.loads(json.dumps(result.settings))["cue"] == cue
    assert evaluation.results[-1].details["follows_texture"] == record.follows_texture
    assert evaluation.results[1].accuracy == evaluation.accuracy


def test_settings_recreate_the_condition() -> None:
    patches = TexturePatches(3, 4, 0.5, 2.5, 7)
    settings = Textured("random", patches).settings()
    assert Textured(settings.pop("cue"), TexturePatches(**settings)) == Textured("random", patches)


def test_pixels_are_mixed_within_the_range_of_values() -> None:
    class Keeps(keras.Model):
        def call(self, x: np.ndarray) -> np.ndarray:
            return keras.ops.concatenate([x[:, :1, 0, 0], 255 - x[:, :1, 0, 0]], axis=-1)

    x, y = np.full((8, 4, 4, 1), 255, "float32"), np.zeros(8, int)
    result = Textured("conflicting", TexturePatches(2, 4)).measure(Keeps(), x, y, (0, 255))
    assert 0 < result.accuracy < 1  # half of a wave is below the midpoint of 0 and 255


def test_an_unknown_cue_is_refused() -> None:
    with pytest.raises(ValueError, match="`cue`. Expected one of"):
        Textured("other", TexturePatches(2, 4))  # type: ignore[arg-type]
