"""A search goes on with the code that made its trials."""

import keras
import pytest

from keras_lateral.tuning.search_settings import claim_folder
from keras_lateral.tuning.sigma_training import SigmaTraining, settings_of
from tests.comparison.tiny import tiny_images, tiny_model

pytestmark = pytest.mark.home


def steep(slope):
    def relu(x):
        return slope * keras.ops.relu(x)

    return relu


def settings(activation):
    def build_model():
        model = tiny_model()
        model.layers[0].activation = activation
        return model

    training = SigmaTraining(build_model, tiny_images(), 2, 4, 6, {})
    return settings_of(training, (0.5, 2.0), build_model())


def test_an_edited_function_of_the_model_is_refused(tmp_path) -> None:
    first = settings(steep(1))
    claim_folder(tmp_path / "new", first)
    claim_folder(tmp_path / "new", settings(steep(1)))
    edited = settings(steep(0))
    with pytest.raises(ValueError, match="the code of `build_model` was edited since"):
        claim_folder(tmp_path / "new", edited)
    claim_folder(tmp_path / "old", {name: first[name] for name in first if name != "code"})
    claim_folder(tmp_path / "old", edited | {"model": first["model"]})  # it knew no code
