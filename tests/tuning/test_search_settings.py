import keras
import numpy as np
import pytest

from keras_lateral.tuning.search_settings import (
    claim_folder,
    fingerprint_of_arrays,
    fingerprint_of_model,
)


def model(filters=2, activation="relu", rate=0.1, loss="mse", rest=()):
    layers = [keras.Input((6, 6, 1)), keras.layers.Conv2D(filters, 3, activation=activation)]
    built = keras.Sequential([*layers, *rest, keras.layers.Flatten(), keras.layers.Dense(2)])
    built.compile(keras.optimizers.SGD(rate), loss)
    return built


def test_the_same_model_made_twice_is_the_same_whatever_keras_calls_its_layers():
    first, second = model(), model()
    assert first.layers[0].name != second.layers[0].name
    assert fingerprint_of_model(first) == fingerprint_of_model(second)


@pytest.mark.parametrize(
    "other",
    [{"filters": 3}, {"activation": "tanh"}, {"rate": 0.2}, {"loss": "mae"}]
    + [{"rest": [keras.layers.Dropout(0.5)]}],
)
def test_another_model_is_another(other):
    assert fingerprint_of_model(model(**other)) != fingerprint_of_model(model())


def test_arrays_differ_by_values_shape_and_type():
    x = np.arange(6.0)
    others = [x + 1, x.reshape(2, 3), x.astype("float32"), x[:5]]
    assert fingerprint_of_arrays(x[::-1][::-1]) == fingerprint_of_arrays(x)
    assert len({fingerprint_of_arrays(array) for array in [x, *others]}) == 5


def test_a_folder_is_claimed_once_and_says_what_differs(tmp_path):
    settings = {"epochs": 30, "seeds": (0, 1), "tuner": "random"}
    claim_folder(tmp_path / "search", settings)
    claim_folder(tmp_path / "search", settings)
    other = {**settings, "epochs": 10, "tuner": "bayesian"}
    words = "epochs was 30, is now 10; tuner was 'random', is now 'bayesian'. Choose another"
    with pytest.raises(ValueError, match=words):
        claim_folder(tmp_path / "search", other)
