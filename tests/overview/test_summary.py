"""A summary says what is in a model, and leaves the model as it is."""

import json
import math
import warnings
from typing import Any

import keras
import numpy as np
import pytest

import keras_lateral as kl
from keras_lateral import summary

layers = keras.layers


def small() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            kl.GradientMaskConv2D(4, 3, sigma=1.5, threshold=0.2, feature_sets=2, name="masked"),
            layers.MaxPooling2D(name="pool"),
            layers.Conv2D(
                6, 3, kernel_regularizer=kl.FrameRegularizer(0.25, 4.0, 0.1), name="conv"
            ),
            layers.Flatten(name="flat"),
            layers.Dense(3, kernel_regularizer="l2", name="dense"),
        ],
        name="small",
    )


def nested() -> keras.Model:
    shared = layers.Conv2D(2, 3, padding="same", name="shared")
    inner = keras.Sequential([keras.Input((8, 8, 2)), shared, layers.ReLU()], name="inner")
    image = keras.Input((8, 8, 2), name="image")
    return keras.Model(image, shared(inner(image)), name="outer")


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.blocks = [layers.Conv2D(2, 3, name="first"), kl.GradientMask(name="mask")]
        self.never = layers.Dense(2, name="never")
        self.scale = self.add_weight(shape=(2,), name="scale")

    def call(self, x: Any, training: bool | None = None) -> Any:
        for block in self.blocks:
            x = block(x)
        return x * self.scale


def subclassed() -> keras.Model:
    model = Subclassed()
    with warnings.catch_warnings():  # of the layer that is never called
        warnings.simplefilter("ignore")
        model(np.ones((1, 6, 6, 2), "float32"))
    return model


def wrapped() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((3, 8, 8, 1)),
            layers.TimeDistributed(kl.GradientMaskConv2D(2, 3, name="conv"), name="frames"),
            layers.TimeDistributed(layers.Flatten(), name="flat"),
            layers.Bidirectional(layers.LSTM(2), name="both"),
            layers.Dense(1, name="dense"),
        ],
        name="wrapped",
    )


def quantized() -> keras.Model:
    dense = [layers.Dense(4, name="hidden"), layers.Dense(2, name="last")]
    model = keras.Sequential([layers.Flatten(), *dense], name="quantized")
    model.build((None, 4, 4, 1))
    for layer in dense:
        layer.quantize("int8")
    return model


MODELS = [small, nested, subclassed, wrapped, quantized]
models = pytest.mark.parametrize("build", MODELS, ids=lambda build: build.__name__)


def everything_of(model: keras.Model) -> tuple[Any, ...]:
    """What a model is, in values that can be compared."""
    found = [model, *model._flatten_layers(include_self=False)]
    return (
        [np.asarray(keras.ops.convert_to_numpy(v)).tobytes() for v in model.variables],
        [(type(layer), layer.trainable, layer.built) for layer in found],
        [(id(v), v.trainable, id(v.regularizer), id(v.constraint)) for v in model.variables],
        [json.dumps(layer.get_config(), default=repr) for layer in found[1:]],
        id(getattr(model, "train_function", None)),
        len(model.losses),
    )


@models
def test_nothing_in_the_model_changes(build) -> None:
    model = build()
    before = everything_of(model)
    str(summary(model, frame_bounds=True))
    assert everything_of(model) == before


@models
def test_the_rows_count_every_weight_once(build) -> None:
    model = build()
    record = summary(model)
    assert record.parameters == model.count_params()
    assert sum(layer.parameters for layer in record.layers) == model.count_params()
    trained = sum(math.prod(v.shape) for v in model.trainable_weights)
    assert record.trained == trained


@models
def test_the_masks_are_those_that_are_found_by_their_variables(build) -> None:
    model, expected = build(), 0
    if build in (small, subclassed, wrapped):
        expected = len(kl.find_gradient_masks(model))
    assert len(summary(model).masked) == expected


@models
def test_no_line_is_wider_than_the_terminal_and_every_layer_is_named(build) -> None:
    record = summary(build())
    for width in (40, 60, 80, 100, 300):
        text = record.text(width)
        assert max(map(len, text.splitlines())) <= width
        for layer in record.layers:
            assert layer.name[-8:] in text


def test_the_settings_are_those_of_the_layers() -> None:
    record = summary(small())
    mask = record["masked"].mask
    assert (mask.sigma, mask.threshold, mask.threshold_mode, mask.feature_sets) == (
        *(1.5, 0.2, "mean", 2),
    )
    (frame,) = record["conv"].penalties
    assert (frame.name, frame.lower, frame.upper, frame.factor, frame.ours) == (
        *("FrameRegularizer", 0.25, 4.0, 0.1, True),
    )
    (l2,) = record["dense"].penalties
    assert (l2.name, l2.factor, l2.ours) == ("L2", pytest.approx(0.01), False)
    assert record.regularized == ("conv",)


def test_attached_regularizers_are_found_with_what_is_beside_them() -> None:
    model = small()
    attached = kl.attach_regularizer(model, kl.SoftOrthogonality(0.5), "dense")
    assert list(kl.find_regularizers(model)) == list(summary(model).regularized)
    assert [p.name for p in summary(model)["dense"].penalties] == ["SoftOrthogonality", "L2"]
    attached["dense"].scale = 0.25
    assert "0.5 x 0.25" in summary(model).text(200)
    kl.detach_regularizer(model)
    assert summary(model).regularized == ()


def test_sparsity_is_counted_in_the_kernel_itself() -> None:
    model = small()
    kl.prune(model, 0.5, layers="dense")
    conv = model.get_layer("conv")
    kernel = keras.ops.convert_to_numpy(conv.kernel).copy()
    kernel[..., 0] = 0
    conv.kernel.assign(kernel)
    record = summary(model)
    for name in ("masked", "conv", "dense"):
        kernel = keras.ops.convert_to_numpy(model.get_layer(name).kernel)
        assert record[name].zeros == np.count_nonzero(kernel == 0)
        assert record[name].kernel_weights == kernel.size
    assert record["conv"].held == 0
    assert record["dense"].held == record["dense"].zeros > 0
    assert record.pruned == ("dense",)
    assert "zero: % of the kernel's weights; held: those" in str(record)
    alone = str(summary(model, layers="conv"))  # whose zeros nothing holds
    assert "zero: % of the kernel's weights\n" in f"{alone}\n"
    assert "held:" not in alone


def test_frame_bounds_are_the_extreme_singular_values() -> None:
    model = small()
    record = summary(model, layers="dense", frame_bounds=True)
    kernel = keras.ops.convert_to_numpy(model.get_layer("dense").kernel).astype("float64")
    values = np.linalg.svd(kernel, compute_uv=False) ** 2
    bounds = record["dense"].bounds
    np.testing.assert_allclose([bounds.lower, bounds.upper], [values[-1], values[0]], rtol=1e-6)
    assert record["conv"].bounds is None


def test_receptive_fields_are_those_of_their_own_table() -> None:
    model = small()
    record, fields = summary(model), kl.receptive_fields(model)
    for layer in record.layers:
        (call,) = layer.fields
        assert (call.field, call.output_shape) == (
            fields[layer.name],
            fields.record(layer.name).output_shape,
        )


def test_a_shared_layer_has_one_row_and_a_field_for_each_call() -> None:
    record = summary(nested())
    (row,) = [layer for layer in record.layers if layer.layer_class == "Conv2D"]
    assert [call.field.size for call in row.fields] == [(3, 3), (5, 5)]
    assert "3 / 5" in record.text(200)


def test_receptive_fields_of_a_subclassed_model_are_said_to_be_unknown() -> None:
    record = summary(subclassed())
    assert all(layer.fields == () for layer in record.layers)
    assert "receptive fields unknown: the layers are called by the code" in str(record.notes)
    assert "not built" in record["never"].notes
    assert record["subclassed"].parameters == 2
    assert "field" not in record.text(200).splitlines()[1]


def test_what_cannot_be_counted_is_said() -> None:
    record = summary(quantized(), frame_bounds=True)
    assert record["hidden"].notes == ("int8",)
    assert (record["hidden"].kernels, record["hidden"].bounds) == ((), None)


def test_weights_that_are_not_finite_are_said() -> None:
    model = small()
    kernel = model.get_layer("conv").kernel
    kernel.assign(np.full(kernel.shape, np.nan, "float32"))
    record = summary(model, frame_bounds=True)
    assert record["conv"].notes == ("weights not finite",)
    assert record["conv"].bounds is None
    assert record["dense"].bounds is not None


def test_layers_that_do_not_train_or_are_off_are_said() -> None:
    model = small()
    model.get_layer("masked").gradient_mask.enabled = False
    model.get_layer("dense").trainable = False
    record = summary(model)
    assert record["masked"].state == ("mask off",)
    assert record["dense"].state == ("not trainable",)
    assert record["flat"].trainable is None
    assert record.masked == ()
    assert record["conv"].state == ("expands",)
    assert record.expanding == tuple(found.name for found in kl.expanding_layers(model))


def test_callbacks_are_shown_where_they_act() -> None:
    model = small()
    record = summary(
        model,
        callbacks=[
            kl.GradientMaskSchedule(warmup_epochs=2),
            kl.RegularizerSchedule(warmup_epochs=2),
            kl.ReceptiveFieldFreeze("dense", epochs=[1]),
            keras.callbacks.TerminateOnNaN(),
        ],
    )
    assert record["masked"].mask.scheduled == ("threshold",)
    assert record["conv"].penalties[0].scheduled
    assert record["dense"].state == ("to be frozen",)
    assert "0.2 mean *" in record.text(200)
    assert "ReceptiveFieldFreeze, epochs=[1]" in record.text(200)


def test_a_freeze_is_seen_while_it_holds() -> None:
    model = small()
    model.compile("sgd", "mse")
    seen = {}

    class Look(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            seen[len(seen)] = summary(self.model)

    x, y = np.ones((2, 16, 16, 1)), np.ones((2, 3))
    freeze = kl.ReceptiveFieldFreeze(epochs=[1])
    model.fit(x, y, epochs=3, verbose=0, callbacks=[Look(), freeze])
    assert [seen[epoch]["conv"].frozen_now for epoch in range(3)] == [False, True, False]
    assert [seen[epoch].frozen for epoch in range(3)] == [0, 4 * 9 * 6 + 6, 0]
    assert not seen[1]["dense"].frozen_now
    with kl.frozen(model, "dense"):
        assert "frozen now" in summary(model)["dense"].state
        model.train_on_batch(x, y)


def test_a_model_without_anything_of_the_library_says_so() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    assert "Nothing of keras_lateral is in this model" in str(summary(model))
    for build in (small, subclassed, wrapped):
        assert "Nothing of" not in str(summary(build()))


@pytest.mark.parametrize(
    "model",
    [keras.Sequential([layers.Dense(2)]), Subclassed()],
    ids=["sequential", "subclassed"],
)
def test_a_model_that_is_not_built_is_an_error_that_says_what_to_do(model) -> None:
    with pytest.raises(ValueError, match=r"is not built.*keras.Input"):
        summary(model)


def test_what_is_no_model_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expected a Keras model. Received: model=<Dense"):
        summary(layers.Dense(2))


def test_chosen_layers_are_shown_and_the_totals_are_those_of_the_model() -> None:
    model = small()
    record = summary(model, layers=[keras.layers.Conv2D])
    assert record.shown == ("masked", "conv")
    assert record.parameters == model.count_params()
    assert "dense" not in record.text(200)
    assert json.loads(record.to_json())["parameters"] == model.count_params()


def test_layers_of_one_name_have_rows_of_their_own() -> None:
    parts = [keras.Sequential([keras.Input((4,)), layers.Dense(4, name="d")]) for _ in range(2)]
    model = keras.Sequential([*parts, layers.Dense(1, name="d")])
    model.build((None, 4))
    names = [layer.name for layer in summary(model).layers]
    assert len(set(names)) == len(names)
    assert sum(name.split("/")[-1].startswith("d") for name in names) == 3


def test_one_callback_needs_no_list_and_what_is_none_is_an_error() -> None:
    model, freeze = small(), kl.ReceptiveFieldFreeze("conv", epochs=[1])
    assert str(summary(model, callbacks=freeze)) == str(summary(model, callbacks=[freeze]))
    with pytest.raises(ValueError, match="argument `callbacks`.*Received: 'x' of type str"):
        summary(model, callbacks=["x"])


def test_a_layer_is_found_by_the_end_of_its_name_where_it_is_the_only_one() -> None:
    twice = [
        keras.Sequential([keras.Input((4,)), layers.Dense(4, name=name)], name=f"in{i}")
        for i, name in enumerate("cdc")
    ]
    record = summary(keras.Sequential([keras.Input((4,)), *twice]))
    assert record["d"] is record["in1/d"]
    with pytest.raises(KeyError, match="Several layers are called.*in0/c.*in2/c"):
        record["c"]
    with pytest.raises(ValueError, match="No layer is named 'e'.*'in1/d'"):
        summary(keras.Sequential([keras.Input((4,)), *twice]), layers="e")


def test_a_layer_that_sees_vectors_alone_and_single_zeros_are_said_rightly() -> None:
    image, vector = keras.Input((8, 8, 1)), keras.Input((4,))
    seen = layers.Flatten()(layers.Conv2D(40, 5, name="conv")(image))
    x = layers.Concatenate()([seen, layers.Dense(3, name="head")(vector)])
    model = keras.Model([image, vector], layers.Dense(40, name="last")(x))
    kernel = np.ones(model.get_layer("last").kernel.shape)
    kernel[0, 0] = 0
    model.get_layer("last").kernel.assign(kernel)
    text = summary(model).text(120)
    (row,) = [line for line in text.splitlines() if line.startswith("head")]
    assert row.split()[-2:] == ["none", "-"]
    assert "none: a unit sees nothing of an input with positions, only vectors" in text
    assert summary(model).zeros == 1
    assert "zero" not in text


def test_settings_given_as_numpys_numbers_are_written_as_json() -> None:
    model = small()
    mask = {"feature_sets": np.int64(2), "sigma": np.float32(1.5), "inhibition_size": np.int64(11)}
    kl.apply_gradient_mask(model, "conv", existing="replace", **mask)
    numbers = {"lower": np.float32(0.5), "factor": np.float32(0.1), "groups": np.int64(1)}
    kl.attach_regularizer(model, kl.FrameRegularizer(**numbers), "conv", existing="replace")
    assert json.loads(kl.summary(model).to_json())
    assert json.dumps(model.get_config())


def test_pruned_weights_that_were_written_over_are_counted() -> None:
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, name="dense")])
    weights = model.get_weights()
    kl.prune(model, 0.5)
    assert "50.0 % of kernel weights zero, 32 of them held there" in str(summary(model))
    model.set_weights(weights)
    said = " ".join(str(summary(model)).split())
    assert "0.0 % of kernel weights zero, 32 held there: 32 of these are not zero now" in said
    kl.reapply_pruning(model)
    assert "not zero now" not in str(summary(model))
