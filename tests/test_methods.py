import json
import pickle

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import (
    FrameRegularizer,
    Method,
    all_combinations,
    find_gradient_masks,
    find_regularizers,
    gradient_mask_method,
    receptive_field_freeze_method,
    regularizer_method,
)
from keras_lateral.methods import known_methods, methods_of

IMAGES = np.random.default_rng(0).uniform(size=(3, 8, 8, 1)).astype("float32")
NAMES = [line.name for line in known_methods()]


def model_with_stages() -> keras.Model:
    image = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(2, 3, padding="same")(image)
    x = keras.layers.MaxPooling2D()(x)
    y = keras.layers.Conv2D(2, 3, padding="same", name="expands")(x)
    x = keras.layers.Flatten()(keras.layers.Add()([x, y]))
    model = keras.Model(image, keras.layers.Dense(2)(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize("name", NAMES)
def test_every_method_applies_keeps_the_weights_and_can_be_sent_to_a_worker(name):
    method = pickle.loads(pickle.dumps(methods_of([name])[0]))
    json.dumps(method.settings)
    model = model_with_stages()
    before = model.get_weights()
    same = model_with_stages()
    same.set_weights(before)
    changed = method.change(model)
    assert changed.compiled
    assert method.name == name
    if method.starts_from == "outputs":
        found, expected = (ops.convert_to_numpy(m(IMAGES)) for m in (changed, same))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
        return
    for first, second in zip(before, changed.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_each_method_does_what_it_is_named_for():
    masked = gradient_mask_method(sigma=2.0).change(model_with_stages())
    assert {mask.sigma for mask in find_gradient_masks(masked).values()} == {2.0}
    method = regularizer_method(FrameRegularizer(upper=3.0), "expands", name="one layer")
    (only,) = find_regularizers(method.change(model_with_stages())).values()
    assert only.upper == 3.0
    method = receptive_field_freeze_method("paper", [1])
    (freeze,) = method.callbacks()
    assert (freeze.layers, freeze.epochs) == ("paper", [1])
    assert method.callbacks()[0] is not freeze


def test_settings_are_the_same_in_every_call_and_tell_settings_apart():
    for line in known_methods():
        assert line.method().settings == line.method().settings
    assert gradient_mask_method(sigma=2.0).settings != gradient_mask_method().settings
    strong, weak = (
        regularizer_method(FrameRegularizer(factor=factor), name="frame") for factor in (0.1, 0.01)
    )
    assert strong.settings != weak.settings


def test_frame_regularizer_is_a_hundredth_as_strong_in_a_comparison_as_by_itself():
    found = methods_of("frame_regularizer")[0].settings
    assert found["factor"] == FrameRegularizer().factor / 100
    assert {**found, "factor": 0.01} == regularizer_method(FrameRegularizer(), name="f").settings


def test_combinations_are_all_subsets():
    assert all_combinations("abc") == ["a", "b", "c", "a+b", "a+c", "b+c", "a+b+c"]
    found = methods_of(["gradient_mask+frame_regularizer"])[0]
    model = found.change(model_with_stages())
    assert len(find_gradient_masks(model)) == len(find_regularizers(model)) == 2


def test_one_method_needs_no_list():
    assert [method.name for method in methods_of("gradient_mask")] == ["gradient_mask"]
    own = Method("own")
    assert methods_of(own) == [own]


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        (["gradient_masks"], r"'gradient_masks'. Did you mean 'gradient_mask'\?"),
        (["magic"], "Expected names among {gradient_mask, "),
        ([lambda model: model], "or objects of class Method, such as"),
        (["gradient_mask+gradient_mask"], "several different methods .* twice"),
        ([""], "Expected names among"),
        ([], "Expected one method or more"),
        (["gradient_mask", "gradient_mask"], "name of its own. Received: 'gradient_mask' twice"),
        (
            ["mixup+gradient_mask", "gradient_mask+mixup"],
            "gradient_mask' and 'gradient_mask\\+mixup', the same methods in another order",
        ),
    ],
)
def test_unknown_doubled_and_missing_methods_are_refused(methods, message):
    with pytest.raises(ValueError, match=message):
        methods_of(methods)


def test_a_model_without_what_a_method_changes_is_refused():
    dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    dense.compile("adam", "mse")
    for name in ("gradient_mask", "receptive_field_freeze"):
        with pytest.raises(ValueError, match="Expected a model with convolutions|No layer"):
            methods_of([name])[0].change(dense)
