"""Masked layers in the models and exports of users."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import GradientMask, GradientMaskConv2D
from keras_lateral.testing import layer_gradients
from tests.gradient_mask.cases import JIT, MASK, masked, normal

BACKEND = keras.config.backend()
X, TARGET = normal((4, 6, 6, 2), 0), normal((4, 3), 1)

on_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="exports with TensorFlow")


def conv(**kwargs: Any) -> GradientMaskConv2D:
    return GradientMaskConv2D(4, 3, activation="relu", **{**MASK, **kwargs})


def sequential() -> keras.Model:
    head = [layers.GlobalAveragePooling2D(), layers.Dense(3)]
    return keras.Sequential([keras.Input((6, 6, 2)), conv(), GradientMask(**MASK), *head])


def functional(sizes: Any = (6, 6)) -> keras.Model:
    inputs = keras.Input((*sizes, 2))
    x = GradientMask(**MASK)(conv(scope="weights")(inputs))
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalMaxPooling2D()(x)))


@keras.saving.register_keras_serializable(package="tests")
class Subclassed(keras.Model):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv, self.mask = conv(), GradientMask(**MASK)
        self.pool, self.head = layers.GlobalMaxPooling2D(), layers.Dense(3)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        x = self.mask(self.conv(inputs, training=training), training=training)
        return self.head(self.pool(x))


BUILDERS = [sequential, functional, Subclassed]


def trained(model: keras.Model, **how: Any) -> keras.Model:
    how = how or {"jit_compile": JIT[0]}
    model.compile(keras.optimizers.SGD(0.1), "mean_squared_error", **how)
    model.fit(X, TARGET, batch_size=4, epochs=2, verbose=0)
    return model


def outputs(model: keras.Model) -> np.ndarray:
    return ops.convert_to_numpy(model(ops.convert_to_tensor(X), training=False))


@pytest.mark.parametrize("build", BUILDERS)
def test_trained_model_is_saved_and_loaded_bit_for_bit(build: Any, tmp_path: Any) -> None:
    model = trained(build())
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(outputs(loaded), outputs(model))


@pytest.mark.parametrize("build", BUILDERS)
def test_eager_training_equals_compiled_training(build: Any) -> None:
    runs = []
    for how in ({"run_eagerly": True}, {"jit_compile": JIT[0]}):
        keras.utils.set_random_seed(1)
        runs.append(trained(build(), **how).get_weights())
    for weights, others in zip(*runs, strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-4, atol=1e-5)


def test_training_with_one_seed_repeats_bit_for_bit() -> None:
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(1)
        runs.append(trained(functional(), jit_compile=JIT[0]).get_weights())
    for weights, others in zip(*runs, strict=True):
        np.testing.assert_array_equal(weights, others)


def test_predictions_do_not_depend_on_the_mask() -> None:
    model = functional()
    before = outputs(model)
    for layer in model.layers:
        mask = layer if isinstance(layer, GradientMask) else getattr(layer, "gradient_mask", None)
        if mask is not None:
            mask.enabled = False
    np.testing.assert_array_equal(outputs(model), before)


@pytest.mark.parametrize("scope", ["all", "weights"])
def test_layer_called_twice_adds_up_both_masked_gradients(scope: str) -> None:
    layer, plain = conv(scope=scope), layers.Conv2D(4, 3, activation="relu")
    for convolution in (layer, plain):
        convolution.build((None, 6, 6, 2))
    plain.set_weights(layer.get_weights())
    first, second = keras.Input((6, 6, 2)), keras.Input((6, 6, 2))
    both = keras.Model([first, second], layers.Add()([layer(first), layer(second)]))
    both.compile(keras.optimizers.SGD(1.0), loss=summed, jit_compile=JIT[0])
    before = np.array(layer.get_weights()[0])
    a, b, g = normal((4, 6, 6, 2), 5), normal((4, 6, 6, 2), 6), normal((4, 4, 4, 4), 7)
    both.fit([a, b], g, batch_size=4, verbose=0)
    expected = sum(layer_gradients(plain, x, masked(g))[1][0] for x in (a, b))
    np.testing.assert_allclose(before - layer.get_weights()[0], expected, rtol=1e-4, atol=1e-4)


def summed(upstream: Any, y: Any) -> Any:
    """The loss whose gradient for y is `upstream` (Keras averages over the batch: four)."""
    return 4 * ops.sum(upstream * y, axis=(1, 2, 3))


def test_nested_model_trains_with_its_masks_and_can_be_saved(tmp_path: Any) -> None:
    inner = keras.Sequential([keras.Input((6, 6, 2)), conv(), GradientMask(**MASK)])
    inputs = keras.Input((6, 6, 2))
    x = layers.GlobalMaxPooling2D()(inner(layers.Conv2D(2, 1)(inputs)))
    model = trained(keras.Model(inputs, layers.Dense(3)(x)))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(outputs(loaded), outputs(model))


@on_tensorflow
@pytest.mark.parametrize("jit", [False, True])
def test_sizes_known_only_from_the_data_train_as_known_sizes_do(jit: bool) -> None:
    import tensorflow as tf

    weights = []
    for sizes in ((6, 6), (None, None)):
        keras.utils.set_random_seed(1)
        model = functional(sizes)
        model.compile(keras.optimizers.SGD(0.1), "mean_squared_error", jit_compile=jit)
        signature = (
            tf.TensorSpec((None, *sizes, 2), "float32"),
            tf.TensorSpec((None, 3), "float32"),
        )
        data = tf.data.Dataset.from_generator(lambda: [(X, TARGET)], output_signature=signature)
        model.fit(data.repeat(2), steps_per_epoch=2, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    for known, unknown in zip(*weights, strict=True):
        np.testing.assert_allclose(unknown, known, rtol=1e-4, atol=1e-5)


@on_tensorflow
@pytest.mark.parametrize("build", [sequential, functional])
def test_saved_model_serves_the_same_outputs(build: Any, tmp_path: Any) -> None:
    import tensorflow as tf

    model = build()
    model.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "saved")
    np.testing.assert_allclose(loaded.serve(X).numpy(), outputs(model), rtol=1e-5, atol=1e-6)


@on_tensorflow
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_tflite_gives_the_same_outputs(tmp_path: Any) -> None:
    import tensorflow as tf

    if not hasattr(tf.lite, "TFLiteConverter"):
        pytest.skip("this TensorFlow brings no TFLite converter")
    model = functional()
    model.export(tmp_path / "saved", verbose=False)
    content = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved")).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    (where,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(where["index"], X.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(where["index"], X)
    interpreter.invoke()
    found = interpreter.get_tensor(result["index"])
    np.testing.assert_allclose(found, outputs(model), rtol=1e-4, atol=1e-5)
