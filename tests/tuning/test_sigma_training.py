import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from keras_lateral.tuning.sigma_training import SigmaTraining
from tests.tuning.small_search import build_model, noise


def training(**arguments):
    settings = {"validation": 2, "images_per_class": 4, "batch_size": 6, "mask": {}}
    return SigmaTraining(build_model, noise(), **(settings | arguments))


def weights_after(trainer, sigma, seed):
    """Trains as `SigmaTraining` does, and returns the weights instead of the accuracy."""
    (x, y), _ = trainer.images(seed)
    model = trainer.model(sigma, seed)
    keras.utils.set_random_seed(seed)
    model.fit(x, y, batch_size=trainer.batch_size, epochs=2, verbose=0)
    return model.get_weights()


def test_a_mask_that_stops_nothing_trains_as_no_mask_does_dropout_included():
    trainer = training(mask={"threshold": 0.0})
    plain, masked = weights_after(trainer, None, 3), weights_after(trainer, 1.0, 3)
    for first, second in zip(plain, masked, strict=True):
        assert_array_equal(first, second)


def test_a_mask_that_stops_something_does_not():
    trainer = training(mask={"threshold": 1.5})
    first, second = weights_after(trainer, None, 3), weights_after(trainer, 1.0, 3)
    assert np.abs(first[0] - second[0]).max() > 1e-3


def test_accuracy_is_the_share_of_validation_images_classified_correctly():
    trainer = training(images_per_class=None)
    accuracy = trainer(1.0, 1, 2)
    (x, y), (x_validation, y_validation) = trainer.images(1)
    model = trainer.model(1.0, 1)
    keras.utils.set_random_seed(1)
    model.fit(x, y, batch_size=6, epochs=2, verbose=0)
    expected = model.evaluate(x_validation, y_validation, verbose=0, return_dict=True)["accuracy"]
    assert accuracy == pytest.approx(expected)
    assert 0 < accuracy < 1


def test_no_image_is_both_trained_on_and_validated_by_and_seeds_differ():
    data = noise()
    seen = []
    for seed in (0, 1):
        (x, y), (x_validation, y_validation) = training().images(seed)
        assert np.bincount(y).tolist() == [4, 4, 4]
        assert np.bincount(y_validation).tolist() == [2, 2, 2]
        together = {image.tobytes() for image in [*x, *x_validation]}
        assert len(together) == len(x) + len(x_validation)
        assert together < {image.tobytes() for image in data.x_train}
        seen.append(x_validation)
    assert (seen[0] != seen[1]).any()


def test_images_that_are_given_are_those_validated_by():
    x, y = noise().x_test, noise().y_test
    for seed in (0, 1):
        _, (x_validation, y_validation) = training(validation=(x, y)).images(seed)
        assert x_validation is x
        assert y_validation is y
