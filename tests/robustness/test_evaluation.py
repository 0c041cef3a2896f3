from dataclasses import dataclass

import keras
import numpy as np
import pytest
from sklearn.metrics import log_loss

from keras_lateral import ConditionResult, Evaluation, calibration_error, evaluate
from keras_lateral.datasets import ImageDataset


@dataclass(frozen=True)
class Seen:
    """Records what it receives."""

    name: str = "seen"
    log: tuple = ()

    def settings(self):
        return {}

    def measure(self, model, x, y, value_range):
        details = {"x": x, "y": y, "range": value_range}
        return ConditionResult(self.name, 0.25, len(y), self.settings(), details)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [keras.Input((3, 3, 1)), keras.layers.Flatten(), keras.layers.Dense(4, "softmax")]
    )


X = np.random.default_rng(0).random((20, 3, 3, 1)).astype("float32")
Y = np.arange(20) % 4


def test_clean_measures_are_those_of_the_probabilities(model):
    found = evaluate(model, (X, Y))
    p = np.asarray(model.predict(X, verbose=0), "float64")
    assert found.accuracy == np.mean(p.argmax(axis=1) == Y)
    assert found.loss == pytest.approx(log_loss(Y, p / p.sum(axis=1, keepdims=True)), rel=1e-6)
    assert found.calibration_error == pytest.approx(calibration_error(p, Y), abs=1e-6)
    assert (found.images, found.results) == (20, ())


def test_conditions_get_the_requested_number_of_images_of_each_class(model):
    found = evaluate(model, (X, Y), [Seen()], images_per_class=3, seed=1)
    seen = found["seen"].details
    assert np.bincount(seen["y"]).tolist() == [3, 3, 3, 3]
    places = [int(np.flatnonzero((image == X).all(axis=(1, 2, 3)))[0]) for image in seen["x"]]
    np.testing.assert_array_equal(Y[places], seen["y"])
    right = model.predict(X[places], verbose=0).argmax(axis=1) == Y[places]
    assert found.accuracy_of_tested == right.mean()
    other = evaluate(model, (X, Y), [Seen()], images_per_class=3, seed=2)
    assert not np.array_equal(other["seen"].details["x"], seen["x"])


def test_the_value_range_defaults_to_that_of_the_dataset(model):
    images = (255 * X).astype("uint8")
    data = ImageDataset("few", images[:8], Y[:8], images[8:], Y[8:], tuple("abcd"))
    found = evaluate(model, data, [Seen()])
    assert found["seen"].details["range"] == (0.0, 255.0)
    assert found.images == 12
    assert found["seen"].details["x"].dtype == "float32"


def test_every_condition_is_printed_and_found_by_name():
    results = (
        ConditionResult("fog-3", 0.5, 10, {}),
        ConditionResult("pgd", 0.1, 10, {}, {"attack_success_rate": 0.875}),
    )
    found = Evaluation(0.8, 0.7, 0.05, 20, 0.75, results)
    lines = str(found).splitlines()
    assert lines[0] == "Clean, 20 images: accuracy 80.0 %, loss 0.700, calibration error 5.0 %"
    assert [line.split()[-2] for line in lines[2:]] == ["75.0", "50.0", "87.5"]
    assert found["fog-3"].accuracy == 0.5
    assert found.to_dict()["results"][1]["name"] == "pgd"
    with pytest.raises(KeyError, match="No condition is called 'rain'"):
        found["rain"]


@pytest.mark.parametrize(
    ("data", "arguments", "message"),
    [
        ((X[..., 0], Y), {}, r"shape \(images, height, width, channels\)"),
        ((X, Y[:3]), {}, "as many integer labels"),
        ((X, Y.astype(float)), {}, "as many integer labels"),
        ((X, Y + 1), {}, "Expected labels from 0 to 3"),
        ((255 * X, Y), {}, "argument `value_range`.*which range from"),
        ((X, Y), {"value_range": (1, 0)}, "argument `value_range`"),
        ((X, Y), {"images_per_class": 0}, "argument `images_per_class`"),
        ((X, Y), {"conditions": [Seen(), Seen()]}, "conditions with different names"),
    ],
)
def test_arguments_that_cannot_be_evaluated_are_refused(model, data, arguments, message):
    with pytest.raises(ValueError, match=message):
        evaluate(model, data, **arguments)
