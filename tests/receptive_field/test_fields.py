"""Calculated receptive fields equal what single bright pixels change, and published values."""

from __future__ import annotations

from random import Random
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

from keras_lateral import ReceptiveField, receptive_fields
from tests.backends import BACKEND, computes_dilated_transposed, fewer
from tests.receptive_field.random_networks import LENGTH, RandomNetwork
from tests.receptive_field.seen_pixels import assert_sees, positive

CHANNELS_FIRST_ON_CPU = BACKEND != "tensorflow"


def last_field(model: keras.Model) -> ReceptiveField:
    return receptive_fields(model).layers[-1].field


def chain(*stack: Any, image: tuple[int | None, ...] = (40, 40, 1)) -> keras.Model:
    return keras.Sequential([keras.Input(image), *stack])


@settings(max_examples=5 if BACKEND == "jax" else 40)
@given(st.randoms(use_true_random=False), st.sampled_from([1, 1, 2, 2, 3]), st.integers(1, 5))
def test_a_unit_sees_the_pixels_that_change_it(random: Random, axes: int, depth: int) -> None:
    model = RandomNetwork(random, axes, depth).model
    assert_sees(model, last_field(model), (LENGTH[axes],) * axes)


@pytest.mark.slow
def test_units_of_many_random_networks_see_the_pixels_that_change_them() -> None:
    checked = 0
    for seed in range(300):
        random = Random(seed)
        axes = (1, 1, 2, 2, 3)[seed % 5]
        model = RandomNetwork(random, axes, random.randint(1, 5)).model
        checked += assert_sees(model, last_field(model), (LENGTH[axes],) * axes)
    assert checked > 1000


SINGLE: dict[str, tuple[Any, tuple[int, ...]]] = {
    "causal": (lambda: layers.Conv1D(1, 3, padding="causal", dilation_rate=2), (40,)),
    "causal, strides": (lambda: layers.Conv1D(1, 3, padding="causal", strides=2), (40,)),
    "transposed, output padding": (
        lambda: layers.Conv2DTranspose(1, (3, 4), 2, padding="same", output_padding=1),
        (20, 20),
    ),
    "transposed, valid, output padding": (
        lambda: layers.Conv1DTranspose(1, 2, 3, output_padding=2),
        (20,),
    ),
    "transposed, same, odd": (lambda: layers.Conv1DTranspose(1, 3, 2, padding="same"), (20,)),
    "transposed, same, even": (lambda: layers.Conv1DTranspose(1, 4, padding="same"), (20,)),
    "transposed, dilated": (lambda: layers.Conv1DTranspose(1, 3, dilation_rate=3), (20,)),
    "time distributed": (
        lambda: layers.TimeDistributed(layers.Conv2D(1, (3, 2), strides=2)),
        (15, 20, 20),
    ),
    "resized by 3 / 2, nearest": (lambda: layers.Resizing(30, 45, "nearest"), (20, 30)),
    "resized by 3 / 2, bilinear": (lambda: layers.Resizing(30, 45), (20, 30)),
    "resized by 2 / 3": (lambda: layers.Resizing(20, 30), (30, 45)),
    "upsampled, bicubic": (
        lambda: layers.UpSampling2D((2, 3), interpolation="bicubic"),
        (20, 20),
    ),
    "center crop": (lambda: layers.CenterCrop(11, 14), (20, 20)),
    "cropped at one side": (lambda: layers.Cropping2D(((3, 0), (0, 2))), (20, 20)),
    "padded at one side": (lambda: layers.ZeroPadding2D(((3, 0), (0, 2))), (20, 20)),
}
for _name in ("AdaptiveAveragePooling1D", "AdaptiveMaxPooling1D"):
    if hasattr(layers, _name):  # since Keras 3.12
        SINGLE[_name] = (lambda name=_name: getattr(layers, name)(8), (20,))


@pytest.mark.parametrize("case", SINGLE)
def test_a_unit_of_one_layer_sees_the_pixels_that_change_it(case: str) -> None:
    if case == "transposed, dilated" and not computes_dilated_transposed():
        pytest.skip("TensorFlow computes no dilated transposed convolution on this processor")
    make, lengths = SINGLE[case]
    layer = make()
    model = chain(layer, image=(*lengths, 1))
    positive(layer)
    assert assert_sees(model, last_field(model), lengths) > 3


OPERATIONS: dict[str, Any] = {
    "x + 1": lambda x: ops.relu(x) * 2 + x,
    "slices": lambda x: x[:, 3:-2:2, ..., 1:-1, :],
    "pad": lambda x: ops.pad(x, ((0, 0), (2, 0), (1, 3), (0, 0))),
    "reshaped and back": lambda x: ops.reshape(ops.reshape(x, (-1, 20, 1, 20)), (-1, 20, 20, 1)),
    "expanded and squeezed": lambda x: ops.squeeze(ops.expand_dims(x, 1), 1),
    "transposed twice": lambda x: layers.Permute((2, 1, 3))(ops.transpose(x, (0, 2, 1, 3))),
    "concatenated": lambda x: ops.concatenate([x, ops.relu(x)], axis=-1),
    "channels added": lambda x: ops.sum(x, axis=-1, keepdims=True),
    "resized": lambda x: ops.image.resize(x, (30, 40), "nearest"),
}


@pytest.mark.parametrize("case", OPERATIONS)
def test_a_unit_of_an_operation_sees_the_pixels_that_change_it(case: str) -> None:
    image = keras.Input((20, 20, 1))
    conv = layers.Conv2D(1, (3, 2), kernel_initializer="ones")
    model = keras.Model(image, OPERATIONS[case](conv(image) if "resh" not in case else image))
    assert assert_sees(model, last_field(model), (20, 20)) > 3


@pytest.mark.skipif(not CHANNELS_FIRST_ON_CPU, reason="TensorFlow has it on GPUs only")
def test_channels_may_come_first() -> None:
    image = keras.Input((1, 20, 24))
    conv = layers.Conv2D(2, (3, 5), (1, 2), data_format="channels_first")
    up = layers.UpSampling2D(2, data_format="channels_first")
    fields = receptive_fields(keras.Model(image, up(conv(image))))
    assert fields.image == (20, 24)
    assert fields[conv.name] == ReceptiveField((3, 5), (1, 2), (0, 0))
    assert fields[up.name].size == (3, 5)


def alexnet(image: int | None = 224) -> keras.Model:
    """The network of the published tables: alexnet_v2 up to its last pooling."""
    conv, pool = layers.Conv2D, layers.MaxPooling2D
    stack = [
        conv(64, 11, 4, name="conv1"),
        pool(3, 2, name="pool1"),
        conv(192, 5, padding="same", name="conv2"),
        pool(3, 2, name="pool2"),
        conv(384, 3, padding="same", name="conv3"),
        conv(384, 3, padding="same", name="conv4"),
        conv(256, 3, padding="same", name="conv5"),
        pool(3, 2, name="pool5"),
    ]
    return chain(*stack, image=(image, image, 3))


def test_alexnet_has_the_published_values() -> None:
    expected = ReceptiveField((195, 195), (32, 32), (64, 64))
    assert receptive_fields(alexnet())["pool5"] == expected


def test_the_last_pooling_of_alexnet_sees_the_published_sizes_of_each_layer() -> None:
    model = alexnet()
    seen = [last_field(keras.Model(layer.input, model.outputs[0])) for layer in model.layers[::-1]]
    sizes = [1, *(field.size[0] for field in seen)]
    assert sizes == [1, 3, 5, 7, 9, 19, 23, 47, 195]


PUBLISHED = {
    "VGG16": ("block5_pool", (212, 32, 90)),
    "MobileNet": ("conv_pw_13_relu", (315, 32, 126)),
    # The published P0 is 239: Keras' network pads its stem's pooling with a layer, by one pixel of
    # stride 2 more.
    "ResNet50": ("conv5_block3_out", (483, 32, 241)),
    "ResNet101": ("conv5_block3_out", (1027, 32, 513)),
    "ResNet152": ("conv5_block3_out", (1507, 32, 753)),
    "InceptionV3": ("mixed10", (1311, 32, 618)),
    "InceptionResNetV2": ("conv_7b_ac", (3039, 32, 1482)),
}


def assert_published(name: str) -> None:
    last, (size, stride, padding) = PUBLISHED[name]
    model = getattr(keras.applications, name)(weights=None)
    expected = ReceptiveField((size,) * 2, (stride,) * 2, (padding,) * 2)
    fields = receptive_fields(model)
    assert fields[last] == expected
    assert not fields.not_aligned
    for record in fields.layers:  # the lengths follow from the rules too
        layer = next((own for own in model.layers if own.name == record.name), None)
        if layer is not None and record.field.stride[0]:
            assert record.output_shape == tuple(layer.output.shape)


@pytest.mark.home
@pytest.mark.parametrize("name", fewer(["VGG16", "MobileNet"]))
def test_models_have_the_published_values(name: str) -> None:
    assert_published(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(PUBLISHED) - {"VGG16", "MobileNet"}))
def test_large_models_have_the_published_values(name: str) -> None:
    assert_published(name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size", "local"),
    [
        ("MobileNetV2", 491, True),
        ("DenseNet121", 2071, True),
        ("Xception", 1083, True),
        ("NASNetMobile", 2407, True),
        ("ConvNeXtTiny", 1688, True),
        ("ResNet50V2", 483, True),
        ("EfficientNetB0", 851, False),
        ("EfficientNetV2B0", 763, False),
        ("MobileNetV3Small", 639, False),
    ],
)
def test_squeeze_and_excitation_also_sees_the_whole_image(
    name: str, size: int, local: bool
) -> None:
    fields = receptive_fields(getattr(keras.applications, name)(weights=None))
    last = [record.field for record in fields.layers if record.field.stride[0]][-1]
    assert (last.size, last.stride, last.whole) == ((size,) * 2, (32, 32), not local)


def test_one_dimension_and_rectangles_keep_their_axes_separate() -> None:
    model = chain(layers.Conv2D(1, (5, 1), (2, 1)), layers.Conv2D(1, (1, 3), (1, 3)))
    assert last_field(model) == ReceptiveField((5, 3), (2, 3), (0, 0))
    wave = chain(*[layers.Conv1D(1, 2, dilation_rate=2**n) for n in range(5)], image=(99, 1))
    assert last_field(wave) == ReceptiveField((32,), (1,), (0,))


def test_global_pooling_and_dense_layers_see_the_whole_image() -> None:
    model = chain(
        layers.Conv2D(2, 3),
        layers.Flatten(name="flat"),
        layers.Dense(3, name="dense"),
        image=(9, 7, 1),
    )
    for name in ("flat", "dense"):
        field = receptive_fields(model)[name]
        assert (field.size, field.stride, field.whole) == ((9, 7), (0, 0), True)
        assert field.region(5) == ((0, 8), (0, 6))
    pooled = chain(layers.Conv2D(2, 3), layers.GlobalMaxPooling2D(), image=(9, 7, 1))
    assert last_field(pooled).region(0) == ((0, 8), (0, 6))


def test_a_dense_layer_on_maps_is_pointwise() -> None:
    model = chain(layers.Conv2D(2, 3), layers.Dense(3))
    assert last_field(model) == ReceptiveField((3, 3), (1, 1), (0, 0))


def test_an_excited_map_keeps_its_place_and_sees_the_whole_image() -> None:
    image = keras.Input((20, 20, 3))
    x = layers.Conv2D(4, 3)(image)
    gate = layers.GlobalAveragePooling2D()(x)
    gate = layers.Reshape((1, 1, 4))(layers.Dense(4, "sigmoid")(gate))
    model = keras.Model(image, layers.Multiply()([x, gate]))
    assert last_field(model) == ReceptiveField((3, 3), (1, 1), (0, 0), whole=True)
    assert receptive_fields(model).layers[-1].aligned is None


def test_normalization_over_space_sees_the_whole_image() -> None:
    for layer, whole in [
        (layers.LayerNormalization(), False),
        (layers.LayerNormalization(axis=[1, 2, 3]), True),
        (layers.GroupNormalization(2), True),
        (layers.UnitNormalization(axis=-1), False),
        (layers.Softmax(axis=(1, 2)), True),
        (layers.BatchNormalization(), False),
    ]:
        field = last_field(chain(layers.Conv2D(4, 3), layer))
        assert (field.size, field.whole) == ((3, 3), whole)


def test_sequences_and_attention_see_all_steps() -> None:
    image = keras.Input((12, 4))
    x = layers.Conv1D(4, 3)(image)
    for layer in (layers.LSTM(3, return_sequences=True), layers.GRU(2)):
        assert last_field(keras.Model(image, layer(x))).region(2) == ((0, 11),)
    attended = keras.Model(image, layers.MultiHeadAttention(1, 2)(x, x))
    assert last_field(attended).whole


def test_paths_of_different_strides_are_an_error_that_names_them() -> None:
    image = keras.Input((20, 20, 3))
    a = layers.Conv2D(4, 3, strides=2, padding="same", name="strided")(image)
    b = layers.Cropping2D(5, name="cropped")(layers.Conv2D(4, 3, padding="same")(image))
    model = keras.Model(image, layers.Add(name="sum")([a, b]))
    with pytest.raises(ValueError, match="'sum' have different strides: 'strided' .*'cropped'"):
        receptive_fields(model)


def test_merges_of_different_centers_are_reported() -> None:
    image = keras.Input((20, 20, 3))
    even = layers.Conv2D(4, 2, padding="same")(image)
    same = layers.Conv2D(4, 3, padding="same")(image)
    merged = layers.Add(name="shifted")([even, same])
    fields = receptive_fields(keras.Model(image, layers.Add(name="straight")([merged, merged])))
    assert fields.not_aligned == ("shifted",)
    assert fields.record("straight").aligned is True
    assert fields["shifted"] == ReceptiveField((3, 3), (1, 1), (1, 1))


@pytest.mark.parametrize("n", range(224, 232))
def test_padding_of_strided_layers_follows_the_image(n: int) -> None:
    def model(length: int | None) -> keras.Model:
        stack = [layers.Conv2D(2, k, 2, padding="same") for k in (7, 3, 3)]
        return chain(*stack, image=(length, length, 1))

    field, open_one = last_field(model(n)), model(None)
    name = open_one.layers[-1].name
    assert receptive_fields(open_one, (n, n))[name] == field
    unknown = receptive_fields(open_one)[name]
    assert (unknown.size, unknown.padding) == (field.size, (None, None))
    with pytest.raises(ValueError, match="input_shape"):
        unknown.region((0, 0))


def test_without_strides_nothing_depends_on_the_image() -> None:
    open_one = alexnet(None)
    assert receptive_fields(open_one)["conv1"] == receptive_fields(alexnet())["conv1"]
    fields = receptive_fields(chain(layers.Conv2D(1, 3, padding="same"), image=(None, 9, 1)))
    assert fields.layers[-1].field == ReceptiveField((3, 3), (1, 1), (1, 1))
    assert fields.image == (None, 9)
    whole = receptive_fields(chain(layers.GlobalMaxPooling2D(), image=(None, 9, 1)))
    assert whole.layers[-1].field.size == (None, 9)


def test_nested_and_shared_models_are_walked_through() -> None:
    block = chain(layers.Conv2D(2, 3, name="conv"), layers.ReLU(name="relu"), image=(None, None, 2))
    block.name = "block"
    image = keras.Input((20, 20, 2))
    model = keras.Model(image, block(block(image)))
    fields = receptive_fields(model)
    assert fields["block/conv"].size == (3, 3)
    assert fields["block#2/relu"] == ReceptiveField((5, 5), (1, 1), (0, 0))
    assert fields.record("block#2/relu").output_shape == (None, 16, 16, 2)


@pytest.mark.slow
def test_settings_beside_an_image_see_none_of_it() -> None:
    image, number = keras.Input((20, 20, 2)), keras.Input((2,), name="number")
    x = layers.Conv2D(2, 3)(image) * layers.Reshape((1, 1, 2), name="row")(number)
    fields = receptive_fields(keras.Model([image, number], x))
    assert fields.layers[-1].field == ReceptiveField((3, 3), (1, 1), (0, 0))
    assert fields["number"].region(0) == ((0, -1), (0, -1))


def test_numbers_beside_an_image_have_no_field_and_their_path_has_none() -> None:
    image, numbers = keras.Input((16, 16, 3), name="image"), keras.Input((5,), name="numbers")
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, name="conv")(image))
    x = layers.Concatenate(name="both")([x, layers.Dense(3, name="dense")(numbers)])
    fields = receptive_fields(keras.Model([numbers, image], layers.Dense(1, name="out")(x)))
    assert fields["conv"] == ReceptiveField((3, 3), (1, 1), (0, 0))
    for name in ("numbers", "dense"):
        assert (fields[name].size, fields[name].whole) == ((0, 0), False)
    assert fields["both"].size == fields["out"].size == (16, 16)
    lines = str(fields).splitlines()
    assert [line.split()[0] for line in lines if "sees no image" in line] == ["numbers", "dense"]


def two_images() -> keras.Model:
    small, large = keras.Input((10, 10, 2), name="small"), keras.Input((20, 20, 2), name="large")
    x = layers.Conv2D(2, 3, padding="same", name="narrow")(small)
    y = layers.Conv2D(2, 5, padding="same", name="wide")(large)
    x = layers.Concatenate(name="both")([layers.UpSampling2D(2, name="up")(x), y])
    return keras.Model([small, large], x)


def test_of_images_of_different_sizes_one_is_named() -> None:
    model = two_images()
    listed = r"'small' \(None, 10, 10, 2\), 'large' \(None, 20, 20, 2\)"
    with pytest.raises(ValueError, match=f"different sizes.*{listed}.*input='small'"):
        receptive_fields(model)
    for wrong in ("narrow", 2, -3, True, 0.0):
        with pytest.raises(
            ValueError, match=f"argument `input`.*{listed}. Received: input={wrong!r}"
        ):
            receptive_fields(model, input=wrong)
    for small in ("small", 0, -2):
        fields = receptive_fields(model, input=small)
        assert (fields.image, fields["narrow"].size, fields["wide"].size) == (
            (10, 10),
            (3, 3),
            (0, 0),
        )
        assert (fields["both"].size, fields["both"].stride) == ((3, 3), (0.5, 0.5))
    for large in ("large", 1, -1):
        assert receptive_fields(model, input=large)["both"].size == (5, 5)


def test_a_sequence_beside_an_image_is_meant_if_it_is_named() -> None:
    words, image = keras.Input((7, 3), name="words"), keras.Input((9, 9, 3), name="image")
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(3, 2, name="pairs")(words))
    model = keras.Model([words, image], x + layers.GlobalMaxPooling2D()(image))
    fields = receptive_fields(model, input="words")
    assert (fields.image, fields["pairs"].size) == ((7,), (2,))


def test_maps_concatenated_in_space_are_an_error() -> None:
    image = keras.Input((20, 20, 2))
    model = keras.Model(image, layers.Concatenate(axis=1, name="stack")([image, image]))
    with pytest.raises(ValueError, match="'stack'.*spatial axis 1"):
        receptive_fields(model)


def test_resizing_needs_the_size_of_the_image() -> None:
    model = chain(layers.Resizing(10, 10, name="resize"), image=(None, None, 3))
    with pytest.raises(ValueError, match="'resize'.*input_shape"):
        receptive_fields(model)
    assert receptive_fields(model, (20, 20))["resize"].stride == (2, 2)


def test_an_image_size_that_does_not_fit_the_model_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"lengths \(224, 224\). Received: input_shape=\(9, 9\)"):
        receptive_fields(alexnet(), (9, 9))
    with pytest.raises(ValueError, match="each of the 2 spatial axes"):
        receptive_fields(alexnet(None), 224)


def test_masked_convolutions_see_what_keras_own_do() -> None:
    from keras_lateral import apply_gradient_mask

    model = alexnet(99)
    masked = apply_gradient_mask(model)
    ours, theirs = receptive_fields(masked), receptive_fields(model)
    assert all(ours[name] == theirs[name] for name in theirs if name in ours)
    assert ours["pool5"] == theirs["pool5"]


def test_grey_images_without_channels_have_two_axes() -> None:
    model = chain(layers.Reshape((28, 28, 1)), layers.Conv2D(4, (3, 5)), image=(28, 28))
    assert last_field(model) == ReceptiveField((3, 5), (1, 1), (0, 0))


def test_a_wrapped_layer_leaves_the_first_axis_alone() -> None:
    for layer, size in [
        (layers.Flatten(), (3, 6, 5)),
        (layers.Permute((2, 1, 3)), (3, 1, 1)),
        (layers.GlobalAveragePooling2D(), (3, 6, 5)),
        (layers.LayerNormalization(axis=[1, 2, 3]), (3, 1, 1)),
        (layers.Conv2D(1, (2, 3)), (3, 2, 3)),
    ]:
        wide = layers.Conv3D(2, (3, 1, 1))
        field = last_field(chain(wide, layers.TimeDistributed(layer), image=(9, 6, 5, 1)))
        assert (field.size, field.stride[0]) == (size, 1)


def test_a_wrapped_layer_counts_its_own_axes() -> None:
    turned = layers.TimeDistributed(layers.Permute((2, 1, 3)))
    model = chain(turned, layers.Conv3D(1, (1, 5, 1)), image=(9, 6, 7, 1))
    assert last_field(model).size == (1, 1, 5)
    for axis, whole in [(3, False), (2, True)]:
        layer = layers.TimeDistributed(layers.LayerNormalization(axis=axis))
        assert last_field(chain(layer, image=(9, 6, 7, 1))).whole == whole


def test_one_unit_that_is_spread_over_a_map_has_no_position_on_it() -> None:
    image = keras.Input((12, 12, 2))
    unit = layers.Conv2D(2, 12)(image)
    field = last_field(keras.Model(image, layers.Conv2D(2, 3)(image) * unit))
    assert field == ReceptiveField((3, 3), (1, 1), (0, 0), whole=True)
    both = last_field(keras.Model(image, unit + layers.MaxPooling2D(12)(image)))
    assert (both.region(0), both.stride) == (((0, 11), (0, 11)), (0, 0))


def test_the_model_is_only_read() -> None:
    model = chain(layers.Conv2D(2, 3), layers.BatchNormalization())
    before = model.get_weights()
    receptive_fields(model)
    np.testing.assert_equal(model.get_weights(), before)
