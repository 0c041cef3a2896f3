"""Receptive fields and costs equal the public table of Araujo, Norris and Sim.

The values are those of `RECEPTIVE_FIELD_TABLE.md` of google-research/receptive_field, calculated
there from TensorFlow-Slim's networks: r0, S0, P0, and FLOPs.
"""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral import ReceptiveFields, receptive_fields
from tests.backends import fewer

Values = tuple[int, int, int]


def built(*stack: Any, image: int = 224) -> keras.Model:
    return keras.Sequential([keras.Input((image, image, 3)), *stack])


def alexnet_v2(image: int = 224) -> keras.Model:
    conv, pool = layers.Conv2D, layers.MaxPooling2D
    return built(
        conv(64, 11, 4, name="conv1"),
        pool(3, 2, name="pool1"),
        conv(192, 5, padding="same", name="conv2"),
        pool(3, 2, name="pool2"),
        conv(384, 3, padding="same", name="conv3"),
        conv(384, 3, padding="same", name="conv4"),
        conv(256, 3, padding="same", name="conv5"),
        pool(3, 2, name="pool5"),
        image=image,
    )


def vgg_a() -> keras.Model:
    stack: list[Any] = []
    for block, (filters, convs) in enumerate([(64, 1), (128, 1), (256, 2), (512, 2), (512, 2)], 1):
        for n in range(1, convs + 1):
            conv = layers.Conv2D(filters, 3, padding="same", name=f"block{block}_conv{n}")
            stack.append(conv)
        stack.append(layers.MaxPooling2D(name=f"block{block}_pool"))
    return built(*stack)


ALEXNET: dict[str, Values] = {
    "conv1": (11, 4, 0),
    "pool1": (19, 8, 0),
    "conv2": (51, 8, 16),
    "conv3": (99, 16, 32),
    "conv4": (131, 16, 48),
    "conv5": (163, 16, 64),
    "pool5": (195, 32, 64),
}
VGG_A: dict[str, Values] = {
    "block1_conv1": (3, 1, 1),
    "block1_pool": (4, 2, 1),
    "block2_conv1": (8, 2, 3),
    "block2_pool": (10, 4, 3),
    "block3_conv1": (18, 4, 7),
    "block3_conv2": (26, 4, 11),
    "block3_pool": (30, 8, 11),
    "block4_conv1": (46, 8, 19),
    "block4_conv2": (62, 8, 27),
    "block4_pool": (70, 16, 27),
    "block5_conv1": (102, 16, 43),
    "block5_conv2": (134, 16, 59),
    "block5_pool": (150, 32, 59),
}
VGG_16: dict[str, Values] = {
    "block1_conv1": (3, 1, 1),
    "block1_pool": (6, 2, 2),
    "block2_conv1": (10, 2, 4),
    "block2_pool": (16, 4, 6),
    "block3_conv1": (24, 4, 10),
    "block3_conv2": (32, 4, 14),
    "block3_pool": (44, 8, 18),
    "block4_conv1": (60, 8, 26),
    "block4_conv2": (76, 8, 34),
    "block4_pool": (100, 16, 42),
    "block5_conv1": (132, 16, 58),
    "block5_conv2": (164, 16, 74),
    "block5_pool": (212, 32, 90),
}
MOBILENET: dict[str, Values] = {
    "conv1": (3, 2, 0),
    "conv_pw_1": (7, 2, 2),
    "conv_pw_2": (11, 4, 2),
    "conv_pw_3": (19, 4, 6),
    "conv_pw_4": (27, 8, 6),
    "conv_pw_5": (43, 8, 14),
    "conv_pw_6": (59, 16, 14),
    "conv_pw_7": (91, 16, 30),
    "conv_pw_8": (123, 16, 46),
    "conv_pw_9": (155, 16, 62),
    "conv_pw_10": (187, 16, 78),
    "conv_pw_11": (219, 16, 94),
    "conv_pw_12": (251, 32, 94),
    "conv_pw_13": (315, 32, 126),
}
INCEPTION_V3: dict[str, Values] = {
    "mixed0": (63, 8, 18),
    "mixed1": (95, 8, 34),
    "mixed2": (127, 8, 50),
    "mixed3": (159, 16, 58),
    "mixed4": (351, 16, 154),
    "mixed5": (543, 16, 250),
    "mixed6": (735, 16, 346),
    "mixed7": (927, 16, 442),
    "mixed8": (1055, 32, 490),
    "mixed9": (1183, 32, 554),
    "mixed10": (1311, 32, 618),
}
INCEPTION_RESNET_V2: dict[str, Values] = {
    "mixed_5b": (63, 8, 18),
    "mixed_6a": (415, 16, 186),
    "block17_20_ac": (2335, 16, 1146),
    "mixed_7a": (2399, 32, 1162),
    "conv_7b_ac": (3039, 32, 1482),
}


def assert_values(fields: ReceptiveFields, published: dict[str, Values]) -> None:
    found = {
        name: tuple({*values} for values in (field.size, field.stride, field.padding))
        for name, field in fields.items()
        if name in published
    }
    assert found == {name: tuple({value} for value in row) for name, row in published.items()}


@pytest.mark.parametrize("image", [224, 321])
def test_alexnet_has_the_published_values(image: int) -> None:
    assert_values(receptive_fields(alexnet_v2(image)), ALEXNET)


def test_vgg_a_has_the_published_values() -> None:
    assert_values(receptive_fields(vgg_a()), VGG_A)


APPLICATIONS: dict[str, dict[str, Values]] = {
    "VGG16": VGG_16,
    "MobileNet": MOBILENET,
    "InceptionV3": INCEPTION_V3,
    "InceptionResNetV2": INCEPTION_RESNET_V2,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_keras_applications_have_the_published_values(name: str) -> None:
    model = getattr(keras.applications, name)(weights=None, include_top=False)
    assert_values(receptive_fields(model, (224, 224)), APPLICATIONS[name])


RESNETS: dict[str, tuple[int, int, int, int]] = {
    "ResNet50": (35, 99, 291, 483),
    "ResNet101": (35, 99, 835, 1027),
    "ResNet152": (35, 163, 1315, 1507),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RESNETS)
def test_the_blocks_of_resnets_have_the_published_sizes(name: str) -> None:
    """Slim's blocks end with the stride with which Keras' begin, so only sizes are compared."""
    fields = receptive_fields(getattr(keras.applications, name)(weights=None))
    ends = [
        [own for own in fields if own.startswith(f"conv{n}_") and own.endswith("_out")][-1]
        for n in (2, 3, 4, 5)
    ]
    assert [fields[end].size[0] for end in ends] == list(RESNETS[name])
    assert fields[ends[-1]].stride == (32, 32)


COSTS = {
    "alexnet_v2": (
        alexnet_v2,
        {"conv1": 0.136, "pool1": 0.136, "conv2": 0.552, "conv3": 0.743, "conv4": 1.125},
    ),
    "vgg_a": (
        vgg_a,
        {
            "block1_conv1": 0.177,
            "block2_conv1": 2.031,
            "block3_conv2": 7.583,
            "block5_pool": 14.984,
        },
    ),
}


@pytest.mark.parametrize("name", fewer(list(COSTS)))
def test_twice_the_multiply_adds_and_what_is_not_counted_are_the_published_flops(name: str) -> None:
    """The table counts a convolution's biases and each value that a pooling looks at, too."""
    make, published = COSTS[name]
    total, found = 0, {}
    for record in receptive_fields(make()).layers:
        _, h, w, c = record.output_shape
        outputs = h * w * c  # type: ignore[operator]
        values = {"Conv2D": 1, "MaxPooling2D": 9 if name == "alexnet_v2" else 4}
        total += 2 * record.multiply_adds + outputs * values.get(record.layer_class, 0)  # type: ignore[operator]
        found[record.name] = round(total / 1e9, 3)
    assert {layer: found[layer] for layer in published} == published
