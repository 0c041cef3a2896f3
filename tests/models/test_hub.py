"""Backbones of KerasHub, where it is installed; and what is said where it is not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import network_builder
from keras_lateral.models.fine_tuning import HEAD


@pytest.mark.home
def test_without_the_package_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(ImportError, match="pip install keras-hub"):
        network_builder("keras_hub:resnet_18_imagenet", (32, 32, 3), 2)


@pytest.fixture
def preset(tmp_path: Path) -> tuple[str, keras.Model]:
    hub: Any = pytest.importorskip("keras_hub")
    backbone = hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 16],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=(None, None, 3),
    )
    backbone.save_to_preset(str(tmp_path / "mine"))
    scale, offset = [1 / 255, 1 / 127, 1 / 64], [0.1, 0.2, 0.3]
    converter = hub.layers.ResNetImageConverter(image_size=(32, 32), scale=scale, offset=offset)
    converter.save_to_preset(str(tmp_path / "mine"))
    return f"keras_hub:{tmp_path / 'mine'}", backbone


@pytest.mark.home
def test_a_preset_gets_its_own_pixels_and_a_new_head(preset: tuple[str, keras.Model]) -> None:
    name, backbone = preset
    build = network_builder(name, (32, 32, 3), 4, pretrained=True, frozen_epochs=1)
    model, x = build(), np.random.default_rng(0).random((2, 32, 32, 3), "float32")
    pixels = 255 * x * np.array([1 / 255, 1 / 127, 1 / 64], "float32")
    maps = np.asarray(keras.ops.convert_to_numpy(backbone(pixels + np.float32([0.1, 0.2, 0.3]))))
    W, b = model.get_layer(HEAD).get_weights()
    found = np.asarray(keras.ops.convert_to_numpy(model(x)))
    np.testing.assert_allclose(found, maps.mean((1, 2)) @ W + b, rtol=1e-4, atol=1e-5)
    assert [recipe.number for recipe in build.callbacks()] == [1]  # type: ignore[attr-defined]
    scratch = network_builder(name, (32, 32, 1), 4)
    starts = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        starts.append(scratch().get_weights()[0])
    np.testing.assert_array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0], starts[2])
    assert not scratch.callbacks()  # type: ignore[attr-defined]


@pytest.mark.home
def test_a_preset_that_is_not_there_is_said(tmp_path: Path) -> None:
    pytest.importorskip("keras_hub")
    with pytest.raises(ValueError, match=r"preset '.*nowhere' cannot be read.*KerasHub says"):
        network_builder(f"keras_hub:{tmp_path / 'nowhere'}", (32, 32, 3), 2)
