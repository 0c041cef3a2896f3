import sys
from functools import partial

import numpy as np
import pytest

from keras_lateral.comparison.command.conditions import conditions_of
from keras_lateral.datasets import ImageDataset
from keras_lateral.models.by_name import network_builder

X = np.random.default_rng(0).integers(0, 17, (4, 8, 8, 1), np.uint8)
Y = np.arange(4, dtype=np.int32) % 2
DATA = ImageDataset("tiny", X, Y, X, Y, ("a", "b"), max_value=16.0)
build = partial(network_builder("small", (8, 8, 1), 2))


def test_no_robustness_needs_nothing() -> None:
    assert conditions_of("none", DATA, build) == ([], None)


def test_the_quick_conditions_work_on_images_as_small_as_the_digits() -> None:
    conditions, per_class = conditions_of("quick", DATA, build)
    assert len({condition.name for condition in conditions}) == 6
    assert per_class == 500


def test_what_the_full_conditions_miss_is_named_before_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "art"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "art", None)
    with pytest.raises(ImportError, match=r"keras-lateral\[robustness\]"):
        conditions_of("full", DATA, build)
