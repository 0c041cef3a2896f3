"""Custom layers register what they read, or are named in an error."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers, ops

from keras_lateral import ReceptiveField, receptive_fields, register_receptive_field
from keras_lateral.receptive_field.rules import of_layers as receptive_field_rules
from tests.receptive_field.seen_pixels import assert_sees


class Halves(layers.Layer):
    """Sums of two neighbours, with stride 2."""

    def call(self, x: Any) -> Any:
        return x[:, :-1:2] + x[:, 1::2]


class Mirrored(layers.Layer):
    """What it reads cannot be found out from its code."""

    def call(self, x: Any) -> Any:
        return ops.flip(x, 1)


class Values(layers.Layer):
    """Its code does not run without values."""

    def call(self, x: Any) -> Any:
        return (
            ops.convert_to_tensor(ops.convert_to_numpy(x))
            if isinstance(x, keras.KerasTensor)
            else x
        )


class Shift(Halves):
    """A subclass that has another rule."""

    def call(self, x: Any) -> Any:
        return x[:, 3:]


class Gate(layers.Layer):
    """Two inputs at the same positions."""

    def call(self, inputs: Any) -> Any:
        a, b = inputs
        return a * b


@pytest.fixture(autouse=True)
def _no_rules_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receptive_field_rules, "_registered", {})


def model_of(*stack: Any, image: tuple[int | None, ...] = (24, 1)) -> keras.Model:
    return keras.Sequential([keras.Input(image), *stack])


def test_a_registered_layer_sees_the_pixels_that_change_it() -> None:
    register_receptive_field(Halves, lambda layer: ReceptiveField((2,), (2,), (0,)))
    register_receptive_field(Shift, lambda layer: ReceptiveField((1,), (1,), (-3,)))
    model = model_of(Halves(), Shift(), layers.Conv1D(1, 2, kernel_initializer="ones"))
    fields = receptive_fields(model)
    field = fields.layers[-1].field
    assert field == ReceptiveField((4,), (2,), (-6,))
    assert_sees(model, field, (24,))
    assert fields.layers[-1].output_shape == model.output_shape


def test_a_registered_layer_has_its_length_for_images_of_any_size() -> None:
    register_receptive_field(Halves, lambda layer: ReceptiveField((2,), (2,), (0,)))
    conv = layers.Conv1D(1, 3, 2, padding="same", name="conv")
    stack = [Halves(), conv]
    open_one = model_of(*stack, image=(None, 1))
    for n in (24, 26):
        assert (
            receptive_fields(open_one, n)["conv"]
            == receptive_fields(model_of(*stack, image=(n, 1)))["conv"]
        )
    assert receptive_fields(open_one)["conv"].padding == (None,)


def test_a_rule_may_say_pointwise_or_whole() -> None:
    image = keras.Input((24, 1))
    wide = layers.Conv1D(1, 5, padding="same")(image)
    model = keras.Model(image, Gate(name="gate")([image, wide]))
    register_receptive_field(Gate, lambda layer: "pointwise")
    assert receptive_fields(model)["gate"].size == (5,)
    register_receptive_field(Gate, lambda layer: "whole")
    assert receptive_fields(model)["gate"].region(0) == ((0, 23),)


def test_a_registered_rule_replaces_keras_own() -> None:
    model = model_of(layers.Conv1D(1, 3, name="conv"))
    register_receptive_field(layers.Conv1D, lambda layer: "pointwise")
    assert receptive_fields(model)["conv"].size == (1,)


def test_unknown_layers_are_named_all_at_once() -> None:
    model = model_of(Mirrored(name="a"), layers.Conv1D(1, 1), Values(name="b"))
    message = r"a/flip\w* \(Flip\), b \(Values\).*register_receptive_field.* 'b' cannot be looked"
    with pytest.raises(ValueError, match=message):
        receptive_fields(model)
    register_receptive_field(Mirrored, lambda layer: "whole")
    register_receptive_field(Values, lambda layer: "pointwise")
    assert receptive_fields(model)["b"].whole
    inner = keras.Sequential([keras.Input((None, 1)), layers.Conv1D(1, 3)])
    wrapped = model_of(layers.TimeDistributed(inner, name="wrapper"), image=(None, 6, 1))
    with pytest.raises(ValueError, match=r"wrapper \(TimeDistributed\).*number of its steps"):
        receptive_fields(wrapped)
    image = keras.Input((8, 8, 1))
    with pytest.raises(ValueError, match=r"\(Flip\)"):
        receptive_fields(keras.Model(image, keras.ops.flip(image, 1)))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("all", "'a' .*Halves.*'pointwise' and 'whole', but 'all'"),
        (ReceptiveField((2, 2), (2, 2), (0, 0)), "'a' .*2 axes, but its input has 1"),
    ],
)
def test_a_rule_with_an_invalid_result_is_an_error(answer: Any, message: str) -> None:
    register_receptive_field(Halves, lambda layer: answer)
    with pytest.raises(ValueError, match=message):
        receptive_fields(model_of(Halves(name="a")))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((Halves(), lambda layer: "whole"), "layer_class"), ((Halves, "whole"), "rule")],
)
def test_what_is_not_a_class_or_a_rule_is_an_error(arguments: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"Invalid value for argument `{name}`"):
        register_receptive_field(*arguments)


def test_every_layer_of_keras_has_a_rule_or_is_known_to_have_none() -> None:
    """A layer that a new version brings shows up here."""
    names = {
        name
        for name, value in vars(layers).items()
        if isinstance(value, type) and issubclass(value, layers.Layer)
    }
    known = set(receptive_field_rules.LAYERS)
    missing = {name for name in names if getattr(layers, name) not in known}
    assert missing <= NO_RULE


NO_RULE = {
    # bases, inputs, code that is not Keras', and the insides of other layers
    *("Layer", "Wrapper", "InputLayer", "Lambda", "Pipeline", "FlaxLayer", "JaxLayer"),
    *("TFSMLayer", "TorchModuleWrapper", "GRUCell", "LSTMCell", "SimpleRNNCell"),
    *("StackedRNNCells", "ReversibleEmbedding"),
    # wrappers, which `find_rule` looks into
    *("SpectralNormalization", "TimeDistributed"),
    # for data other than images
    *("CategoryEncoding", "Discretization", "HashedCrossing", "Hashing", "IntegerLookup"),
    *("StringLookup", "TextVectorization", "MaxNumBoundingBoxes"),
    # what has no rule yet
    *("EinsumDense", "MelSpectrogram", "STFTSpectrogram", "CutMix", "MixUp", "RandomCrop"),
    *("Equalization", "ContrastLimitedAdaptiveHistogramEqualization"),
}
