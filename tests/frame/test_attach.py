"""Regularizers attach to built models with each layer's settings, act, save, load and detach."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    FrameRegularizer,
    GradientMaskConv2D,
    SoftOrthogonality,
    apply_gradient_mask,
    attach_regularizer,
    detach_regularizer,
    find_regularizers,
)

X, Y = np.zeros((4, 9, 9, 4), "float32"), np.zeros((4, 3), "float32")
BOUNDS = {"lower": 0.25, "upper": 1.0, "factor": 0.01}
KERNELS = {
    "conv": {"kind": "convolution", "strides": (2, 1), "dilation_rate": (1, 1), "groups": 2},
    "spread": {"kind": "convolution", "strides": (1, 1), "dilation_rate": (2, 2), "groups": 1},
    "depthwise": {"kind": "depthwise", "strides": (1, 1), "dilation_rate": (1, 1), "groups": 1},
    "separable/depthwise": {
        "kind": "depthwise",
        "strides": (1, 1),
        "dilation_rate": (1, 1),
        "groups": 1,
    },
    "separable/pointwise": {
        "kind": "convolution",
        "strides": 1,
        "dilation_rate": 1,
        "groups": 1,
    },
    "transposed": {"kind": "transposed", "strides": (2, 2), "dilation_rate": (1, 1), "groups": 1},
}


def convolutions() -> list[layers.Layer]:
    return [
        layers.Conv2D(6, 3, strides=(2, 1), groups=2, padding="same", name="conv"),
        layers.Conv2D(4, 2, dilation_rate=2, padding="same", name="spread"),
        layers.DepthwiseConv2D(3, padding="same", name="depthwise"),
        layers.SeparableConv2D(4, 3, padding="same", name="separable"),
        layers.Conv2DTranspose(3, 3, strides=2, padding="same", name="transposed"),
        layers.GlobalAveragePooling2D(name="pool"),
        layers.Dense(3, name="dense"),
    ]


def new_model(kinds: slice = slice(None)) -> keras.Model:
    """All kinds of layers, or some and the last two."""
    *some, pool, dense = convolutions()
    model = keras.Sequential([keras.Input((9, 9, 4)), *some[kinds], pool, dense])
    model.compile(keras.optimizers.SGD(0.0), loss="mse")
    return model


TWO = slice(2)  # for what does not depend on the kind of layer
NAMES = ["conv", "spread"]


def loss_in_fit(model: keras.Model) -> float:
    return model.fit(X, Y, batch_size=4, verbose=0).history["loss"][0]


def number(tensor: object) -> float:
    return float(keras.ops.convert_to_numpy(tensor))


def penalties(model: keras.Model) -> float:
    return sum(number(loss) for loss in model.losses)


def test_each_layers_own_settings_are_read() -> None:
    attached = attach_regularizer(new_model(), FrameRegularizer(**BOUNDS))
    settings = {name: one.get_config() for name, one in attached.items()}
    assert list(settings) == list(KERNELS)
    for name, expected in KERNELS.items():
        assert {key: settings[name][key] for key in expected} == expected


def test_the_penalty_is_that_of_a_regularizer_given_these_settings_by_hand() -> None:
    model = new_model(TWO)
    attach_regularizer(model, FrameRegularizer(**BOUNDS), layers="conv")
    by_hand = FrameRegularizer(**BOUNDS, **KERNELS["conv"])
    expected = by_hand(model.get_layer("conv").kernel)
    np.testing.assert_allclose(penalties(model), number(expected), rtol=1e-6)
    without_settings = FrameRegularizer(**BOUNDS)(model.get_layer("conv").kernel)
    assert abs(number(without_settings) / number(expected) - 1) > 0.01  # the settings matter


def test_a_compiled_model_that_has_trained_is_regularized_from_then_on() -> None:
    model = new_model(TWO)
    before = loss_in_fit(model)
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    added = penalties(model)
    assert added > 1e-4
    np.testing.assert_allclose(loss_in_fit(model), before + added, rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), before + added, rtol=1e-5)


def test_a_factor_set_later_reaches_the_compiled_step() -> None:
    model = new_model(TWO)
    before = loss_in_fit(model)
    attached = attach_regularizer(model, FrameRegularizer(**BOUNDS))
    loss_in_fit(model)
    for regularizer in attached.values():
        regularizer.factor = 0.0
    np.testing.assert_allclose(loss_in_fit(model), before, rtol=1e-6)


def test_a_regularizer_alone_moves_the_layers_it_is_attached_to() -> None:
    model = new_model(TWO)
    model.compile(keras.optimizers.SGD(1.0), loss=lambda y, p: 0.0 * keras.ops.sum(p, -1))
    attach_regularizer(model, FrameRegularizer(**BOUNDS), layers="spread")
    before = {w.path: w.numpy().copy() for w in model.trainable_weights}
    loss_in_fit(model)
    moved = [w.path for w in model.trainable_weights if np.any(before[w.path] != w.numpy())]
    assert moved == [model.get_layer("spread").kernel.path]


def test_weights_are_those_of_the_plain_model() -> None:
    plain, model = new_model(TWO), new_model(TWO)
    attach_regularizer(model, FrameRegularizer(**BOUNDS, every=2))
    assert [w.shape for w in model.get_weights()] == [w.shape for w in plain.get_weights()]


def test_detaching_leaves_no_trace() -> None:
    model = new_model(TWO)
    before, variables = loss_in_fit(model), [id(v) for v in model.variables]
    attach_regularizer(model, FrameRegularizer(**BOUNDS, every=2))
    loss_in_fit(model)
    assert detach_regularizer(model) == NAMES
    assert [id(v) for v in model.variables] == variables
    assert model.losses == []
    np.testing.assert_allclose(loss_in_fit(model), before, rtol=1e-6)
    assert all(layer.get_config().get("kernel_regularizer") is None for layer in model.layers)


def test_detaching_some_layers_keeps_the_others() -> None:
    model = new_model()
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    assert detach_regularizer(model, layers=["conv", "spread"]) == ["conv", "spread"]
    assert list(find_regularizers(model)) == list(KERNELS)[2:]


def test_a_saved_model_loads_with_its_regularizers(tmp_path: Path) -> None:
    model = new_model(TWO)
    attached = attach_regularizer(model, FrameRegularizer(**BOUNDS, seed=7))
    attached["conv"].factor = 0.5
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    found = find_regularizers(loaded)
    assert {k: v.get_config() for k, v in found.items()} == {
        k: v.get_config() for k, v in attached.items()
    }
    np.testing.assert_allclose(loss_in_fit(loaded), loss_in_fit(model), rtol=1e-5)
    detach_regularizer(loaded)
    assert loaded.losses == []


def test_an_earlier_regularizer_stays_in_effect_and_remains_after_detaching(tmp_path: Path) -> None:
    def with_l2() -> keras.Model:
        conv = layers.Conv2D(4, 3, kernel_regularizer=keras.regularizers.L2(0.25), name="conv")
        return keras.Sequential([keras.Input((9, 9, 4)), conv])

    model = with_l2()
    own = penalties(model)
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    both = penalties(model)
    frame = number(FrameRegularizer(**BOUNDS)(model.get_layer("conv").kernel))
    np.testing.assert_allclose(both, own + frame, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(penalties(model), both, rtol=1e-5)
    detach_regularizer(model)
    np.testing.assert_allclose(penalties(model), own, rtol=1e-6)
    assert isinstance(model.get_layer("conv").kernel.regularizer, keras.regularizers.L2)


def test_a_regularizer_that_a_bias_shares_with_the_kernel_stays_with_the_bias() -> None:
    shared = keras.regularizers.L2(0.25)
    conv = layers.Conv2D(4, 3, kernel_regularizer=shared, bias_regularizer=shared)
    model = keras.Sequential([keras.Input((9, 9, 4)), conv])
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    assert conv.bias.regularizer is shared
    detach_regularizer(model)
    assert conv.bias.regularizer is shared


def test_models_in_models_and_subclassed_models_are_reached() -> None:
    class Block(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.conv = layers.Conv2D(4, 3, padding="same", name="in_block")

        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return self.conv(x)

    class Model(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            inner = layers.Conv2D(4, 3, padding="same", name="in_model")
            self.inner = keras.Sequential([inner])
            self.blocks = [Block()]

        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return self.blocks[0](self.inner(x))

    model = Model()
    model(X)
    attached = attach_regularizer(model, FrameRegularizer(**BOUNDS))
    assert sorted(attached) == ["in_block", "in_model"]
    assert len(model.losses) == 2


def test_layers_that_are_not_built_yet_are_regularized_once_they_are() -> None:
    model = keras.Sequential([layers.Conv2D(4, 3, strides=2, name="conv"), layers.Flatten()])
    attach_regularizer(model, FrameRegularizer(**BOUNDS))
    model(X)
    assert len(model.losses) == 1
    assert find_regularizers(model)["conv"].geometry.strides == (2, 2)


def test_masked_convolutions_take_a_regularizer_and_masks_keep_it() -> None:
    masked = keras.Sequential([keras.Input((9, 9, 4)), GradientMaskConv2D(4, 3, name="conv")])
    assert list(attach_regularizer(masked, FrameRegularizer(**BOUNDS))) == ["conv"]
    plain = new_model(TWO)
    attach_regularizer(plain, FrameRegularizer(**BOUNDS))
    assert list(find_regularizers(apply_gradient_mask(plain, layers="conv"))) == NAMES


def test_a_model_of_dense_layers_has_all_of_them_regularized() -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4, name="a"), layers.Dense(3)])
    assert len(attach_regularizer(model, FrameRegularizer(**BOUNDS))) == 2
    kinds = [regularizer.geometry.kind for regularizer in find_regularizers(model).values()]
    assert kinds == ["dense", "dense"]


def test_the_copies_draw_different_numbers() -> None:
    attached = attach_regularizer(new_model(), FrameRegularizer(**BOUNDS, seed=0))
    assert len({regularizer.seed for regularizer in attached.values()}) == len(KERNELS)


@pytest.mark.parametrize(
    ("layers_", "message"),
    [
        ("nowhere", "No layer is named 'nowhere'"),
        ("pool", r"Received: \['pool'\], which have no known kernel"),
        (layers.Conv3D, "No layer of model"),
    ],
)
def test_choices_without_a_layer_to_regularize_are_refused(layers_: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        attach_regularizer(new_model(TWO), FrameRegularizer(**BOUNDS), layers=layers_)


def test_settings_that_do_not_fit_a_layer_are_refused_before_anything_changes() -> None:
    model = new_model(TWO)
    with pytest.raises(ValueError, match="of layer 'conv'"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS, side="columns"))
    assert model.losses == []


def test_a_second_regularizer_of_this_library_is_refused() -> None:
    model = new_model(TWO)
    attach_regularizer(model, FrameRegularizer(**BOUNDS), layers="conv")
    with pytest.raises(ValueError, match="Layer 'conv' already has a FrameRegularizer"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS))


def test_a_regularizer_of_keras_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a regularizer of this library"):
        attach_regularizer(new_model(TWO), keras.regularizers.L2(0.1))


def test_frozen_layers_are_named_in_a_warning() -> None:
    model = new_model(TWO)
    model.get_layer("conv").trainable = False
    with pytest.warns(UserWarning, match=r"The layers \['conv'\] are not trainable"):
        attach_regularizer(model, FrameRegularizer(**BOUNDS), layers=["conv", "spread"])


def test_what_is_returned_is_shown_in_one_line() -> None:
    model = keras.Sequential([keras.Input((9, 9, 2))])
    for number in range(6):
        model.add(keras.layers.Conv2D(2, 1, strides=1 + (number == 1), name=f"c{number}"))
    attached = attach_regularizer(model, SoftOrthogonality(1e-3))
    one = "SoftOrthogonality(factor=0.001, kind='convolution')"
    two = one.replace(")", ", strides=(2, 2))")
    text = f"{{'c0': {one}, 'c1': {two}, 'c2': {one}, ... and of 3 more layers}}"
    assert repr(attached) == repr(find_regularizers(model)) == text
    assert dict(attached) == attached


def test_detaching_where_nothing_is_attached_says_so() -> None:
    model = new_model(TWO)
    with pytest.warns(UserWarning, match="has no regularizers of this library: it stays"):
        assert detach_regularizer(model) == []
    attach_regularizer(model, FrameRegularizer(**BOUNDS), layers="conv")
    with pytest.warns(UserWarning, match="no regularizers of this library among the layers 'sp"):
        assert detach_regularizer(model, layers="spread") == []
    with pytest.raises(ValueError, match="No layer is named 'spraed'"):
        detach_regularizer(model, layers="spraed")
    assert len(find_regularizers(model)) == 1


def test_a_model_without_any_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="no convolution and no dense layer"):
        attach_regularizer(keras.Sequential([layers.ReLU()], name="m"), FrameRegularizer())


def test_recurrent_and_attention_layers_that_are_left_out_are_named() -> None:
    x = keras.Input((4, 8))
    y = layers.MultiHeadAttention(2, 4, name="attention")(x, x)
    y = layers.Bidirectional(layers.LSTM(3), name="both_ways")(y)
    model = keras.Model(x, layers.Dense(2, name="top")(y))
    with pytest.warns(
        UserWarning, match=r"Only the dense layers .*'top'.*'attention', 'both_ways'"
    ):
        attached = attach_regularizer(model, FrameRegularizer())
    assert list(attached) == ["top"]
