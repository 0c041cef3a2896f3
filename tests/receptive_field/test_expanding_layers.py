"""The rules name the layers that the paper froze, and say why."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral import expanding_layers


def names(model: keras.Model, rule: Any = "paper") -> list[str]:
    return [layer.name for layer in expanding_layers(model, rule)]


def base_network() -> keras.Model:
    """The paper's table 3; its layers 7 and 13 are the convolutions conv3 and conv5."""
    stack: list[Any] = [keras.Input((32, 32, 3))]
    for block, (filters, pooled) in enumerate([(32, True), (64, True), (64, False)]):
        first, second = 2 * block + 1, 2 * block + 2
        stack += [
            layers.Conv2D(filters, 3, padding="same", name=f"conv{first}"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(filters, 3, padding="same", name=f"conv{second}"),
            layers.ReLU(),
        ]
        stack += [layers.MaxPooling2D(name=f"pool{block + 1}")] if pooled else []
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(64), layers.Dense(8)])


def test_the_papers_rule_names_what_it_froze_in_its_base_network() -> None:
    model = base_network()
    found = expanding_layers(model)
    assert [layer.layer for layer in found] == [model.get_layer("conv3"), model.get_layer("conv5")]
    assert [model.layers.index(layer.layer) + 1 for layer in found] == [7, 13]
    assert str(found[0]) == "conv3: first convolution after pooling 'pool1', at stride 2"


@pytest.mark.home
def test_the_papers_rule_names_what_it_froze_in_resnet50() -> None:
    model = keras.applications.ResNet50(weights=None)
    found = expanding_layers(model)
    assert [layer.name for layer in found] == [f"conv{n}_block1_1_conv" for n in (2, 3, 4, 5)]
    # Counted from 1, as the paper does.
    assert [model.layers.index(layer.layer) + 1 for layer in found] == [8, 40, 82, 144]
    assert "pool1_pool" in found[0].why
    assert found[1].why == "strided convolution, at stride 8"


def test_the_other_rules_name_their_layers_in_resnet50() -> None:
    model = keras.applications.ResNet50(weights=None)
    ends = ("1_conv", "0_conv")
    strided = [f"conv{n}_block1_{end}" for n in (3, 4, 5) for end in ends]
    assert sorted(names(model, "strided")) == sorted(["conv1_conv", *strided])
    assert names(model, "after_pooling") == ["conv2_block1_1_conv"]
    wide = [f"conv{n}_block1_2_conv" for n in (2, 3, 4, 5)]
    assert names(model, "first_kernel_above_one") == wide


def residual(x: Any, filters: int, stride: int, name: str) -> Any:
    """A block whose shortcut is the map itself where its stride is 1."""
    y = layers.Conv2D(filters, 3, stride, padding="same", name=f"{name}_1")(x)
    y = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2")(y)
    if stride > 1:
        x = layers.Conv2D(filters, 1, stride, name=f"{name}_shortcut")(x)
    return layers.Add()([x, y])


def small_resnet() -> keras.Model:
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 7, 2, padding="same", name="stem")(image)
    x = layers.MaxPooling2D(3, 2, padding="same", name="pool")(x)
    for name, stride in [("a", 1), ("b", 1), ("c", 2), ("d", 1)]:
        x = residual(x, 8, stride, name)
    return keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))


def test_a_shortcut_of_pooled_maps_makes_no_later_block_the_first() -> None:
    assert names(small_resnet()) == ["a_1", "c_1"]
    assert names(small_resnet(), "after_pooling") == ["a_1"]


def test_a_strided_shortcut_around_a_pooling_is_not_the_main_path() -> None:
    """As in Xception, where it stands at the new resolution before any other convolution."""
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(image)
    y = layers.SeparableConv2D(8, 3, padding="same", name="deep")(x)
    y = layers.MaxPooling2D(name="pool")(y)
    x = layers.Add()([layers.Conv2D(8, 1, 2, name="shortcut")(x), y])
    x = layers.SeparableConv2D(8, 3, padding="same", name="after")(x)
    assert names(keras.Model(image, x)) == ["after"]


def test_layers_of_one_dimension_and_of_three_expand() -> None:
    for axes in (1, 3):
        conv, pool = (getattr(layers, f"{kind}{axes}D") for kind in ("Conv", "AveragePooling"))
        image = keras.Input((12,) * axes + (1,))
        x = conv(1, 1, 2, name="strided")(pool(2)(conv(1, 3, padding="same")(image)))
        assert names(keras.Model(image, x)) == ["strided"]


def test_strides_along_one_axis_at_a_time_each_make_a_new_resolution() -> None:
    image = keras.Input((32, 32, 1))
    x = layers.Conv2D(1, 3, name="stem")(image)
    x = layers.Conv2D(1, 3, (2, 1), name="rows")(x)
    x = layers.Conv2D(1, 3, (1, 2), name="columns")(x)
    found = expanding_layers(keras.Model(image, x))
    assert [layer.name for layer in found] == ["rows", "columns"]
    assert found[0].why == "strided convolution, at stride 2 x 1"


def test_a_decoder_expands_nothing() -> None:
    image = keras.Input((32, 32, 1))
    down = layers.Conv2D(2, 3, padding="same", name="stem")(image)
    x = layers.Conv2D(2, 3, 2, padding="same", name="down")(down)
    x = layers.Conv2D(2, 3, padding="same", name="deep")(x)
    x = layers.Conv2DTranspose(2, 3, 2, padding="same", name="up")(x)
    x = layers.Concatenate()([x, down])
    x = layers.Conv2D(2, 3, padding="same", name="decoder")(x)
    assert names(keras.Model(image, x)) == ["down"]


def test_layers_of_nested_and_wrapped_models_are_found() -> None:
    inner = keras.Sequential([keras.Input((16, 16, 2)), layers.Conv2D(2, 3, 2, name="deep")])
    inner.name = "inner"
    image = keras.Input((32, 32, 1))
    x = inner(layers.MaxPooling2D()(layers.Conv2D(2, 3, padding="same")(image)))
    (found,) = expanding_layers(keras.Model(image, x))
    assert (found.name, found.layer) == ("inner/deep", inner.layers[0])


@pytest.mark.home
def test_a_shortcut_of_one_tap_around_a_pooling_is_never_chosen() -> None:
    """The U-Net of Keras' tutorial: behind its last pooling are transposed convolutions only."""
    image = keras.Input((32, 32, 3))
    before = x = layers.Conv2D(4, 3, 2, padding="same", name="stem")(image)
    for filters in (4, 8):
        x = layers.SeparableConv2D(filters, 3, padding="same", name=f"deep{filters}")(x)
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{filters}")(x)
        shortcut = layers.Conv2D(filters, 1, 2, padding="same", name=f"shortcut{filters}")
        before = x = layers.Add()([x, shortcut(before)])
    for filters in (8, 4):
        x = layers.Conv2DTranspose(filters, 3, padding="same", name=f"up{filters}")(x)
        x = layers.UpSampling2D(2)(x)
        shortcut = layers.Conv2D(filters, 1, padding="same", name=f"back{filters}")
        before = x = layers.Add()([x, shortcut(layers.UpSampling2D(2)(before))])
    model = keras.Model(image, x)
    assert names(model) == names(model, "after_pooling") == ["deep8", "up8"]
    assert names(model, "strided") == ["stem", "shortcut4", "shortcut8"]


@pytest.mark.home
@pytest.mark.parametrize("pool", ["AveragePooling2D", "MaxPooling2D"])
@pytest.mark.parametrize("size", [None, 16])
def test_a_pooling_over_the_whole_map_lowers_no_resolution(pool: str, size: int | None) -> None:
    """Of an open size it cannot be known."""
    stack = [
        layers.Conv2D(2, 3, padding="same", name="first"),
        layers.MaxPooling2D(name="pool"),
        layers.Conv2D(2, 3, padding="same", name="second"),
        getattr(layers, pool)(8, name="global"),
        layers.Conv2D(3, 1, name="classes"),
    ]
    model = keras.Sequential([keras.Input((size, size, 1)), *stack])
    assert names(model) == ["second", *(["classes"] if size is None else [])]


@pytest.mark.home
def test_an_excitation_right_behind_a_pooling_is_not_the_main_path() -> None:
    image = keras.Input((16, 16, 2))
    x = layers.MaxPooling2D(name="pool")(layers.Conv2D(2, 3, padding="same")(image))
    for gate in (layers.GlobalAveragePooling2D(keepdims=True), layers.AveragePooling2D(8)):
        x = x * layers.Conv2D(2, 1)(layers.Conv2D(2, 1)(gate(x)))
    x = layers.Conv2D(2, 3, padding="same", name="next")(x)
    assert names(keras.Model(image, x)) == ["next"]


class Block(layers.Layer):
    """A strided convolution and another one, as users write them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.convolutions = [
            layers.Conv2D(2, 3, stride, padding="same", name=name)
            for name, stride in [("down", 2), ("same", 1)]
        ]

    def call(self, x: Any) -> Any:
        for convolution in self.convolutions:
            x = keras.ops.relu(convolution(x))
        return x


def block_model(block: Any) -> keras.Model:
    image = keras.Input((16, 16, 2))
    return keras.Model(image, block(layers.Conv2D(2, 3, padding="same", name="stem")(image)))


def test_layers_made_of_layers_are_looked_into() -> None:
    block = Block(name="block")
    model = block_model(block)
    (found,) = expanding_layers(model)
    assert (found.name, found.layer) == ("block/down", block.convolutions[0])
    for choice in ("block/same", ["block/same"], ["same"]):
        assert [own.layer for own in expanding_layers(model, choice)] == [block.convolutions[1]]
    with pytest.raises(ValueError, match="'other' inside 'block'"):
        expanding_layers(model, "block/other")


def test_a_layer_whose_code_needs_values_is_named() -> None:
    class Deciding(Block):
        def call(self, x: Any) -> Any:
            return super().call(x) if float(keras.ops.max(x)) > 0 else x

        def build(self, shape: Any) -> None:
            for convolution in self.convolutions:
                convolution.build(shape)

        def compute_output_spec(self, x: Any) -> Any:
            return keras.KerasTensor((x.shape[0], 8, 8, 2))

    with pytest.raises(ValueError, match=r"not run without values: block \(Deciding\).*Name"):
        expanding_layers(block_model(Deciding(name="block")))


def test_unknown_layers_do_not_matter() -> None:
    class Unknown(layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential(
        [keras.Input((32, 1)), layers.Conv1D(1, 3), Unknown(), layers.Conv1D(1, 3, 2, name="down")]
    )
    assert names(model) == ["down"]


def test_layers_may_be_named_or_chosen() -> None:
    model = base_network()
    assert names(model, ["conv2", "conv6"]) == ["conv2", "conv6"]
    assert names(model, lambda layer: getattr(layer, "filters", 0) == 32) == ["conv1", "conv2"]
    assert names(model, "conv4") == ["conv4"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("papr", "Expected one of .*'after_pooling'.*Received: rule='papr'"),
        (["conv2", "conv99"], "'conv99'"),
        ("pool1", "without any: .*'pool1'"),
        (lambda layer: False, "No layer"),
        ("strided", "No layer of model .* by rule='strided'"),
    ],
)
def test_a_rule_that_matches_no_layer_is_an_error(rule: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expanding_layers(base_network(), rule)


@pytest.mark.parametrize("rule", ["paper", "conv"])
def test_a_model_that_is_not_built_is_an_error(rule: str) -> None:
    model = keras.Sequential([layers.Conv2D(2, 3, name="conv")])
    with pytest.raises(ValueError, match="not built"):
        expanding_layers(model, rule)


def test_a_subclassed_model_is_an_error() -> None:
    class Subclassed(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(ValueError, match="functional or Sequential"):
        expanding_layers(Subclassed())


APPLICATIONS: dict[str, list[str]] = {
    "VGG16": [f"block{n}_conv1" for n in (2, 3, 4, 5)],
    "MobileNet": [f"conv_dw_{n}" for n in (2, 4, 6, 12)],
    "MobileNetV2": [f"block_{n}_depthwise" for n in (1, 3, 6, 13)],
    "DenseNet121": [f"conv{n}_block1_1_conv" for n in (2, 3, 4, 5)],
    "EfficientNetB0": [f"block{n}a_dwconv" for n in (2, 3, 4, 6)],
    "Xception": [f"block{n}_sepconv1" for n in (3, 4, 5, 14)],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_papers_rule_on_keras_models(name: str) -> None:
    assert names(getattr(keras.applications, name)(weights=None)) == APPLICATIONS[name]
