"""Nine backbones of KerasHub, small and with random weights: composite layers and nested models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import apply_gradient_mask
from tests.conformance.whole_models import check_fields_and_rules, check_saving, check_training

SHAPE = (32, 32, 3)


def resnet(models: Any, pre_activation: bool = True) -> keras.Model:
    return models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[7],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[2, 2],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        use_pre_activation=pre_activation,
        image_shape=SHAPE,
    )


def densenet(models: Any) -> keras.Model:
    return models.DenseNetBackbone(stackwise_num_repeats=[2, 2], growth_rate=8, image_shape=SHAPE)


def mobilenet(models: Any) -> keras.Model:
    return models.MobileNetBackbone(
        stackwise_expansion=[[8], [16, 16]],
        stackwise_num_blocks=[1, 2],
        stackwise_num_filters=[[8], [16, 16]],
        stackwise_kernel_size=[[3], [5, 5]],
        stackwise_num_strides=[[2], [2, 1]],
        stackwise_se_ratio=[[0.25], [None, 0.25]],
        stackwise_activation=[["relu"], ["hard_swish", "hard_swish"]],
        stackwise_padding=[[1], [2, 2]],
        input_num_filters=8,
        output_num_filters=32,
        depthwise_filters=8,
        depthwise_stride=2,
        depthwise_residual=False,
        input_activation="hard_swish",
        output_activation="hard_swish",
        last_layer_filter=32,
        squeeze_and_excite=0.5,
        image_shape=SHAPE,
    )


def efficientnet(models: Any) -> keras.Model:
    return models.EfficientNetBackbone(
        stackwise_kernel_sizes=[3, 3],
        stackwise_num_repeats=[2, 2],
        stackwise_input_filters=[8, 16],
        stackwise_output_filters=[16, 24],
        stackwise_expansion_ratios=[1, 4],
        stackwise_squeeze_and_excite_ratios=[0.25, 0.25],
        stackwise_strides=[1, 2],
        stackwise_block_types=["fused", "unfused"],
        width_coefficient=1.0,
        depth_coefficient=1.0,
        num_features=32,
        dropout=0.0,
        input_shape=SHAPE,
    )


def csp_darknet(models: Any) -> keras.Model:
    return models.CSPNetBackbone(
        stem_filters=16,
        stem_kernel_size=3,
        stem_strides=1,
        stackwise_depth=[1, 2],
        stackwise_strides=[1, 2],
        stackwise_num_filters=[16, 32],
        block_type="dark_block",
        stage_type="dark",
        image_shape=SHAPE,
    )


def vgg(models: Any) -> keras.Model:
    return models.VGGBackbone(
        stackwise_num_repeats=[2, 2], stackwise_num_filters=[8, 16], image_shape=SHAPE
    )


def mix_transformer(models: Any) -> keras.Model:
    return models.MiTBackbone(
        layerwise_depths=[1, 1],
        num_layers=2,
        layerwise_num_heads=[1, 2],
        layerwise_sr_ratios=[4, 2],
        layerwise_patch_sizes=[7, 3],
        layerwise_strides=[4, 2],
        max_drop_path_rate=0.0,
        hidden_dims=[8, 16],
        image_shape=SHAPE,
    )


def hgnet(models: Any) -> keras.Model:
    return models.HGNetV2Backbone(
        depths=[1, 1],
        embedding_size=8,
        hidden_sizes=[16, 32],
        stem_channels=[3, 8, 8],
        hidden_act="relu",
        use_learnable_affine_block=True,
        stackwise_stage_filters=[(8, 8, 16, 1, 1, 3), (16, 8, 32, 1, 2, 3)],
        apply_downsample=[False, True],
        use_lightweight_conv_block=[False, True],
        image_shape=SHAPE,
    )


def deeplab(models: Any) -> keras.Model:
    return models.DeepLabV3Backbone(
        image_encoder=resnet(models, pre_activation=False),  # its last normalization is left out
        spatial_pyramid_pooling_key="P3",
        low_level_feature_key="P2",
        upsampling_size=2,
        dilation_rates=[2, 4],
        projection_filters=8,
        image_shape=SHAPE,
    )


BACKBONES = [
    *(resnet, densenet, mobilenet, efficientnet, csp_darknet, vgg),
    *(mix_transformer, hgnet, deeplab),
]


@pytest.fixture(scope="module")
def models() -> Any:
    return pytest.importorskip("keras_hub").models


X = np.random.default_rng(0).uniform(0, 1, (2, *SHAPE)).astype("float32")


@pytest.mark.slow
@pytest.mark.parametrize("build", BACKBONES, ids=lambda build: build.__name__)
def test_all_convolutions_of_a_backbone_are_masked_regularized_and_frozen(
    build: Callable[[Any], keras.Model], models: Any
) -> None:
    model = build(models)
    check_fields_and_rules(model)  # layers made of layers are refused by name
    check_training(model, X)


@pytest.mark.slow
@pytest.mark.parametrize("build", BACKBONES, ids=lambda build: build.__name__)
def test_a_masked_backbone_saves_and_loads(
    build: Callable[[Any], keras.Model], models: Any, tmp_path: Path
) -> None:
    file = tmp_path / "model.keras"
    plain = build(models)
    plain.save(file)
    try:
        keras.models.load_model(file)
    except (ValueError, UserWarning) as error:
        pytest.skip(f"its own file does not load without masks either: {error}"[:200])
    check_saving(apply_gradient_mask(plain), X, file, holds_masks=False)
