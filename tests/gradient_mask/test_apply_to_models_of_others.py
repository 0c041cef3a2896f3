"""A model of anybody's making is masked in place, and keeps all that is its own."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import apply_gradient_mask, find_gradient_masks, remove_gradient_mask
from keras_lateral.gradient_mask.apply import has_gradient_mask

IMAGES = np.random.default_rng(0).normal(100, 20, size=(4, 8, 8, 3)).astype("float32")


def predict(model, x=IMAGES):
    return ops.convert_to_numpy(model(x))


def small(*first):
    return keras.Sequential(
        [keras.Input((8, 8, 3)), *first, layers.Conv2D(2, 3), layers.GlobalAveragePooling2D()]
    )


def adapted_normalization():
    layer = layers.Normalization()
    layer.adapt(IMAGES)
    return layer


class Doubled(layers.Layer):
    """A layer without `get_config`, which needs an argument."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor


@pytest.mark.parametrize(
    "first",
    [adapted_normalization, lambda: layers.Lambda(lambda x: x / 2), lambda: Doubled(2.0)],
    ids=["adapted normalization", "lambda", "no get_config"],
)
def test_outputs_stay_whatever_a_layer_keeps_besides_weights(first):
    model = small(first())
    before = predict(model)
    np.testing.assert_array_equal(predict(apply_gradient_mask(model)), before)
    np.testing.assert_array_equal(predict(remove_gradient_mask(model)), before)


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="only TensorFlow has strings")
def test_a_lookup_keeps_its_table():
    word, image = keras.Input((1,), dtype="string"), keras.Input((8, 8, 3))
    lookup = layers.StringLookup(vocabulary=["cat", "dog"], output_mode="one_hot")
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(image))
    model = keras.Model([word, image], layers.Concatenate()([lookup(word), pooled]))
    import tensorflow as tf

    x = [tf.constant([["dog"], ["cow"], ["cat"], ["dog"]]), tf.constant(IMAGES)]
    before = predict(model, x)
    np.testing.assert_array_equal(predict(apply_gradient_mask(model), x), before)


class Net(keras.Model):
    """A functional model with a constructor, a training step and an attribute of its own."""

    def __init__(self, width=2):
        image = keras.Input((8, 8, 3))
        hidden = layers.GlobalAveragePooling2D()(layers.Conv2D(width, 3, name="conv")(image))
        super().__init__(image, layers.Dense(1)(hidden))
        self.notes = {"width": width}

    def train_step(self, *args, **kwargs):
        found = super().train_step(*args, **kwargs)
        logs = found[0] if isinstance(found, tuple) else found  # on JAX with the state
        logs["mine"] = ops.ones(())
        return found


def test_a_class_of_ones_own_keeps_its_training_step_and_attributes():
    model = Net()
    model.compile("sgd", "mse")
    apply_gradient_mask(model)
    assert type(model) is Net
    assert model.notes == {"width": 2}
    assert "mine" in model.fit(IMAGES, np.ones((4, 1)), verbose=0).history


class Unbuilt(keras.Model):
    """A subclassed model, whose layers are called by code, one of them in a list."""

    def __init__(self):
        super().__init__()
        self.blocks = [layers.Conv2D(3, 3, name="first"), layers.Conv2D(2, 3, name="second")]
        self.head = layers.Dense(1)

    def call(self, x, training=None):
        for block in self.blocks:
            x = block(x, training=training)  # JAX passes it to nothing else
        return self.head(ops.mean(x, axis=(1, 2)))


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("scope", ["all", "weights"])
def test_a_subclassed_model_is_masked_before_it_is_built_and_after(built, scope):
    model = Unbuilt()
    if built:
        before = predict(model)
    apply_gradient_mask(model, scope=scope, threshold=1.5)
    if built:
        np.testing.assert_array_equal(predict(model), before)
    model.compile("sgd", "mse")
    model.fit(IMAGES, np.ones((4, 1)), verbose=0)
    masks = find_gradient_masks(model)
    assert list(masks) == ["first", "second"]
    assert all(mask.saw_gradient for mask in masks.values())


@keras.saving.register_keras_serializable("tests_apply")
class Block(layers.Layer):
    """A layer made of layers, which builds one itself."""

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.conv = layers.Conv2D(filters, 3, padding="same", name="conv")

    def build(self, shape):
        self.conv.build(shape)
        self.built = True

    def call(self, x):
        return self.conv(x)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


def in_layers():
    image = keras.Input((2, 8, 8, 3))
    hidden = layers.TimeDistributed(layers.Conv2D(3, 3, name="each"))(image)
    hidden = ops.mean(hidden, axis=1)
    hidden = keras.Sequential([Block(2, name="block")], name="nested")(hidden)
    return keras.Model(image, layers.GlobalAveragePooling2D()(hidden))


def test_convolutions_inside_layers_and_wrappers_are_masked():
    model, x = in_layers(), np.stack([IMAGES, IMAGES / 2], axis=1)
    before = predict(model, x)
    apply_gradient_mask(model, threshold=0.5)
    assert list(find_gradient_masks(model)) == ["each", "conv"]
    np.testing.assert_array_equal(predict(model, x), before)
    model.compile("sgd", "mse")
    model.fit(x, np.ones((4, 2)), verbose=0)
    assert all(mask.saw_gradient for mask in find_gradient_masks(model).values())
    remove_gradient_mask(model)
    assert not has_gradient_mask(model)
    model.fit(x, np.ones((4, 2)), verbose=0)


def test_a_layer_inside_a_layer_is_chosen_by_its_place():
    model = apply_gradient_mask(in_layers(), "nested/block/conv")
    assert list(find_gradient_masks(model)) == ["conv"]
    with pytest.raises(ValueError, match="No layer is named 'con' inside 'nested/block'"):
        apply_gradient_mask(in_layers(), "nested/block/con")


def test_a_file_and_a_copy_that_lose_masks_say_so(tmp_path):
    image = keras.Input((8, 8, 3))
    hidden = Block(2, name="block")(layers.Conv2D(3, 3, name="outer")(image))
    model = apply_gradient_mask(keras.Model(image, hidden))
    with pytest.warns(UserWarning, match=r"gradient masks.*\['conv'\] in Block 'block'.*apply_"):
        model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert list(find_gradient_masks(again)) == ["outer"]
    apply_gradient_mask(again, existing="keep")
    assert list(find_gradient_masks(again)) == ["outer", "conv"]
    with pytest.warns(UserWarning, match=r"gradient masks.*\['conv'\] in Block 'block'"):
        keras.models.clone_model(model)
    model.save_weights(tmp_path / "model.weights.h5")  # holds all there is to hold
    remove_gradient_mask(model).save(tmp_path / "model.keras")


def test_what_convolves_without_being_a_convolution_of_keras_is_named():
    video = keras.Input((2, 8, 8, 3))
    frames = layers.TimeDistributed(layers.Conv2D(2, 3, name="each"))(video)
    model = keras.Model(video, layers.ConvLSTM2D(2, 3, name="over_time")(frames))
    with pytest.warns(UserWarning, match=r"1 layers.*not masked.*\['over_time'\]"):
        apply_gradient_mask(model)
    apply_gradient_mask(model, "over_time", existing="keep")
    assert list(find_gradient_masks(model)) == ["each", "over_time"]


def test_weight_files_fit_the_model_with_masks_and_without(tmp_path):
    model, file = small(layers.Conv2D(3, 3)), tmp_path / "model.weights.h5"
    plain = predict(model)
    model.save_weights(file)
    apply_gradient_mask(model)
    model.set_weights([0 * weight for weight in model.get_weights()])
    model.load_weights(file)
    np.testing.assert_array_equal(predict(model), plain)
    model.save_weights(file)
    remove_gradient_mask(model)
    model.set_weights([0 * weight for weight in model.get_weights()])
    model.load_weights(file)
    np.testing.assert_array_equal(predict(model), plain)


@keras.saving.register_keras_serializable("tests_apply")
class Backbone(keras.Model):
    """A functional model whose `get_config` holds the arguments of its constructor only."""

    def __init__(self, width, **kwargs):
        image = keras.Input((8, 8, 3))
        hidden = layers.Conv2D(width, 3, name="second")(layers.Conv2D(width, 3)(image))
        super().__init__(image, hidden, **kwargs)
        self.width = width

    def get_config(self):
        return {"width": self.width, "name": self.name}


def test_a_model_class_that_forgets_its_masks_still_loads(tmp_path):
    model = apply_gradient_mask(Backbone(2))
    with pytest.warns(UserWarning, match="gradient masks of some layers are not saved"):
        model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again) is Backbone
    np.testing.assert_array_equal(predict(again), predict(model))
    apply_gradient_mask(again, existing="keep")


class OwnLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)


class OwnMetric(keras.metrics.Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        return super().update_state(ops.abs(y_true - y_pred))


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1


class OwnRegularizer(keras.regularizers.Regularizer):
    def __call__(self, kernel):
        return 0.01 * ops.sum(ops.square(kernel))


def test_objects_that_are_registered_nowhere_are_used_as_they_are():
    conv = layers.Conv2D(2, 3, kernel_regularizer=OwnRegularizer())
    model = keras.Sequential([keras.Input((8, 8, 3)), conv, layers.GlobalAveragePooling2D()])
    optimizer, loss = keras.optimizers.AdamW(OwnSchedule()), OwnLoss()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, loss, metrics=[OwnMetric(name="mine")])
    apply_gradient_mask(model)
    assert model.optimizer is optimizer
    assert model.loss is loss
    assert len(model.losses) == 1
    assert "mine" in model.fit(IMAGES, np.ones((4, 2)), verbose=0).history


class Maybe(layers.Layer):
    def call(self, x, extra=None):
        return x if extra is None else x + ops.sum(extra)

    def compute_output_shape(self, x_shape, extra_shape=None):
        return x_shape


def test_an_optional_input_stays_optional():
    image, extra = keras.Input((8, 8, 3)), keras.Input((5,), optional=True)
    model = keras.Model([image, extra], Maybe()(layers.Conv2D(2, 3)(image), extra))
    before = predict(model, [IMAGES, None])
    np.testing.assert_array_equal(predict(apply_gradient_mask(model), [IMAGES, None]), before)


def test_several_named_inputs_keep_their_names():
    a, b = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    model = keras.Model({"left": a, "right": b}, layers.Conv2D(2, 3)(a) + layers.Conv2D(2, 3)(b))
    x = {"left": IMAGES, "right": IMAGES / 2}
    before = predict(model, x)
    np.testing.assert_array_equal(predict(apply_gradient_mask(model), x), before)


def test_adapted_layers_stay_so():
    conv = layers.Conv2D(2, 3, name="conv")
    model = keras.Sequential([keras.Input((8, 8, 3)), conv, layers.GlobalAveragePooling2D()])
    conv.enable_lora(1)
    before = predict(model)
    apply_gradient_mask(model)
    np.testing.assert_array_equal(predict(model), before)
    model.compile("sgd", "mse")
    model.fit(IMAGES, np.ones((4, 2)), verbose=0)
    assert [v.name for v in model.trainable_variables] == ["bias", "lora_kernel_a", "lora_kernel_b"]
