import sys

import keras
import pytest

from keras_lateral.tuning.packages import import_keras_tuner


def test_without_keras_tuner_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_tuner", None)
    with pytest.raises(
        ImportError, match=r"keras-tuner is needed to search.*keras-lateral\[tuner\]"
    ):
        import_keras_tuner()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only there it is imported")
def test_without_tensorboard_the_extra_is_named_before_every_trial_fails(monkeypatch):
    pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ImportError, match=r"tensorboard is needed.*keras-lateral\[tuner\]"):
        import_keras_tuner()
