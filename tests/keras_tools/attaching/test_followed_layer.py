"""A layer's output goes through another layer, while the layer stays the same object."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.keras_tools.attaching.followed_layer import (
    class_without_following,
    exchanged_class,
    follow,
    followed_by,
    unfollow,
)

X = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype("float32")


def model():
    """Returns a model with a merge, of several inputs, and a layer that is called twice."""
    image = keras.Input((4, 4, 3))
    relu = layers.ReLU(name="relu")
    merged = layers.Add(name="add")([relu(layers.Conv2D(3, 1)(image)), relu(image)])
    return keras.Model(image, layers.Dropout(0.5, name="drop")(merged))


def predict(model, **kwargs):
    x = [X] if isinstance(model.input, list) else X  # what Keras 3.10 clones takes a list
    return ops.convert_to_numpy(model(x, **kwargs))


@pytest.mark.parametrize("name", ["relu", "add", "drop"])
def test_whoever_calls_the_layer_gets_what_follows(name):
    followed, plain = model(), model()
    followed.set_weights(plain.get_weights())
    layer = followed.get_layer(name)
    follow(layer, "then", layers.Rescaling(3.0))
    np.testing.assert_allclose(predict(followed), 3 * predict(plain), rtol=1e-6)
    np.testing.assert_allclose(followed.predict(X, verbose=0), 3 * predict(plain), rtol=1e-6)
    assert isinstance(layer, class_without_following(layer))
    assert type(layer).__name__ == class_without_following(layer).__name__


def test_training_reaches_both_layers():
    followed = model()
    follow(followed.get_layer("drop"), "then", layers.Dropout(0.5))
    kept = np.mean(predict(followed, training=True) != 0)
    assert 0.05 < kept < 0.45  # of ReLU's share a quarter, and of one dropout alone a half
    assert np.mean(predict(followed) != 0) > 0.6


def test_saved_loaded_and_cloned_it_is_the_same_layer(tmp_path):
    followed = model()
    for name in ("relu", "add"):
        follow(followed.get_layer(name), "then", layers.Rescaling(3.0))
    follow(followed.get_layer("add"), "again", layers.Rescaling(1.0, offset=1.0))
    followed.save(tmp_path / "followed.keras")
    loaded = keras.models.load_model(tmp_path / "followed.keras")
    clone = keras.models.clone_model(followed)
    clone.set_weights(followed.get_weights())
    for other in (loaded, clone):
        np.testing.assert_array_equal(predict(other), predict(followed))
        assert followed_by(other.get_layer("add")) == ("then", "again")


def test_undone_in_any_order_it_is_the_layer_that_it_was():
    for names in (("then", "again"), ("again", "then")):
        followed = model()
        before, config = predict(followed), followed.get_config()
        layer = followed.get_layer("add")
        follow(layer, "then", layers.Rescaling(3.0))
        follow(layer, "again", layers.Rescaling(1.0, offset=1.0))
        for name in names:
            unfollow(layer, name)
        assert type(layer) is layers.Add
        assert followed.get_config() == config
        np.testing.assert_array_equal(predict(followed), before)
        assert not {"then", "again"} & vars(layer).keys()


def test_the_class_beneath_is_exchanged():
    layer = layers.ReLU()
    follow(layer, "then", layers.Rescaling(3.0))
    new = exchanged_class(layer, layers.LeakyReLU)
    assert issubclass(new, layers.LeakyReLU)
    assert not issubclass(new, layers.ReLU)


def test_state_of_what_follows_is_the_layers():
    layer = layers.Dense(2)
    layer.build((None, 3))
    following = layers.Dense(2)
    following.build((None, 2))
    follow(layer, "then", following)
    assert len(layer.trainable_weights) == 4
    unfollow(layer, "then")
    assert len(layer.trainable_weights) == 2
