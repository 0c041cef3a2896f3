import numpy as np
import pytest

from keras_lateral.comparison.per_image.free_gains import free_gains, temperature_of, tempered
from keras_lateral.comparison.per_image.image_results import ImageResults
from keras_lateral.comparison.per_image.measuring import measures_of
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.run import Run

pytestmark = pytest.mark.home

CLASSES = ("a", "b", "c")


def drawn(seed, images=400, sharpness=1.0):
    """Returns log probabilities that are calibrated at sharpness 1, and labels drawn by them."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(images, len(CLASSES))) * 1.5
    p = tempered(scores, 1.0)
    labels = (p.cumsum(axis=1) < generator.random((images, 1))).sum(axis=1)
    return np.log(tempered(scores, 1 / sharpness)), labels


def run_of(log_p, labels, seed, places=None):
    images = ImageResults.of(np.exp(log_p), labels, places)
    return Run("baseline", seed, {}, 1.0, images=images, log_probabilities=log_p.astype("float16"))


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_a_wrong_sharpness(sharpness):
    log_p, labels = drawn(0, 20_000, sharpness)
    assert temperature_of(log_p, labels) == pytest.approx(sharpness, rel=0.06)


@pytest.mark.parametrize("images", [4, 10])
@pytest.mark.parametrize("sharpness", [1.0, 1.5])
def test_on_few_images_a_temperature_costs_next_to_nothing(images, sharpness):
    unseen, labels = drawn(100, 4_000, sharpness)
    few = [drawn(seed, images, sharpness) for seed in range(200)]
    every = np.array([temperature_of(log_p, y) for log_p, y in few])
    losses = [measures_of(tempered(unseen, t), labels)["loss"] for t in every]
    assert np.mean(losses) < measures_of(tempered(unseen, 1.0), labels)["loss"] + 0.02


def test_where_all_of_a_few_images_are_right_the_temperature_does_not_fall_to_the_sharpest():
    log_p = np.log(np.tile([0.6, 0.2, 0.2], (4, 1)))
    assert 0.5 < temperature_of(log_p, np.zeros(4, int)) < 1
    assert temperature_of(np.tile(log_p, (500, 1)), np.zeros(2000, int)) < 0.3


def test_a_temperature_is_measured_on_images_that_it_was_not_chosen_on():
    # With one image in each half, the temperature that suits one label harms the other.
    log_p = np.log([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1]])
    run = run_of(log_p, np.array([0, 1]), 0)
    gains = free_gains([run], ["baseline"], TestedImages(np.array([0, 1]), CLASSES))["baseline"]
    assert gains["tempered_loss"] > gains["loss"]


def test_images_of_one_unit_are_on_one_side():
    log_p, labels = drawn(1, 6, 3.0)
    tested = TestedImages(labels, CLASSES, units=np.zeros(6, "int32"))
    gains = free_gains([run_of(log_p, labels, 0)], ["baseline"], tested)["baseline"]
    assert gains["temperature"] == 1.0
    assert gains["tempered_loss"] == pytest.approx(gains["loss"])


def test_an_overconfident_network_gains_loss_and_calibration_and_keeps_its_accuracy():
    log_p, labels = drawn(2, 4_000, 3.0)
    tested = TestedImages(labels, CLASSES)
    gains = free_gains([run_of(log_p, labels, 0)], ["baseline"], tested)["baseline"]
    assert gains["tempered_loss"] < gains["loss"] - 0.1
    assert gains["tempered_calibration_error"] < 0.5 * gains["calibration_error"]
    assert "ensemble_accuracy" not in gains  # one network is no ensemble


def test_the_ensemble_is_the_mean_of_the_probabilities():
    first, labels = drawn(3)
    second, _ = drawn(4)
    runs = [run_of(first, labels, 0), run_of(second, labels, 1)]
    gains = free_gains(runs, ["baseline", "other"], TestedImages(labels, CLASSES))
    mean = (np.exp(first) + np.exp(second)) / 2
    wanted = measures_of(mean, labels)
    assert list(gains) == ["baseline"]
    assert gains["baseline"]["networks"] == 2
    for name in ("accuracy", "loss", "calibration_error"):
        assert gains["baseline"][f"ensemble_{name}"] == pytest.approx(wanted[name], abs=2e-3)


def test_with_folds_each_image_is_voted_on_by_networks_that_tested_it():
    log_p, labels = drawn(5, 6)
    halves = [np.array([0, 2, 4]), np.array([1, 3, 5])]
    runs = [run_of(log_p[half], labels[half], s, half) for s, half in enumerate(halves)]
    tested = TestedImages(labels, CLASSES, folds=2)
    assert "networks" not in free_gains(runs, ["baseline"], tested)["baseline"]
    again = [run_of(log_p[half], labels[half], s + 2, half) for s, half in enumerate(halves)]
    gains = free_gains([*runs, *again], ["baseline"], tested)["baseline"]
    assert gains["networks"] == 2
    right = float((log_p.argmax(axis=1) == labels).mean())
    assert gains["ensemble_accuracy"] == pytest.approx(right)
