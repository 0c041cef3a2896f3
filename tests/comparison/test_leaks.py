import pytest

from keras_lateral import compare
from keras_lateral.comparison.answer.trust import trust_signals
from tests.comparison.tiny import tiny_images, tiny_model

# No backend takes part.
pytestmark = pytest.mark.home


def test_copies_of_training_images_are_an_alarm_before_and_after_training():
    data = tiny_images()
    pair = (data.x_train, data.y_train)
    given = {"seeds": 1, "epochs": 1, "progress": False}
    with pytest.warns(UserWarning, match="Test images that are in training too.*12 of 12"):
        found = compare(tiny_model, (pair, pair), ["gradient_mask"], **given)
    assert len(found.settings["alarms"]) == 1
    assert "leak" in {signal.name for signal in trust_signals(found)}
