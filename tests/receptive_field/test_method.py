import pytest

from keras_lateral import ReceptiveFieldFreeze, receptive_field_freeze_space
from keras_lateral.receptive_field.freeze.epochs import epoch_rule
from tests.tuning.samples import samples

keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")


def frozen(space, epochs):
    acts = epoch_rule(space["epochs"])
    return [epoch for epoch in range(epochs) if acts(epoch, epochs)]


@pytest.mark.parametrize("epochs", [2, 3, 7, 40])
def test_some_epochs_are_frozen_and_some_are_not(epochs):
    rules = ["paper", "strided"]
    both = ["end", "alternating"]
    seen = set()
    for space in samples(
        lambda hp: receptive_field_freeze_space(hp, epochs, layers=rules, when=both), 30
    ):
        ReceptiveFieldFreeze(**space)
        assert 1 <= len(frozen(space, epochs)) <= epochs - 1
        seen.add((space["layers"], isinstance(space["epochs"], list)))
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("epochs", "when", "share", "expected"),
    [
        (20, "end", 0.1, [18, 19]),
        (10, "end", 0.5, [5, 6, 7, 8, 9]),
        (2, "end", 0.9, [1]),
        (9, "alternating", 1 / 3, [2, 5, 8]),
        (6, "alternating", 0.5, [1, 3, 5]),
        (3, "alternating", 0.01, [2]),
    ],
)
def test_a_share_is_that_share_of_the_epochs(epochs, when, share, expected):
    hp = keras_tuner.HyperParameters()
    space = receptive_field_freeze_space(hp, epochs, when=when, share=share)
    assert frozen(space, epochs) == expected
    assert not hp.space


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epochs": 1}, "`epochs`. Expected 2 or more"),
        ({"epochs": 4, "share": (0.5, 1.5)}, "between 0 and 1"),
        ({"epochs": 4, "when": "start"}, "'end', 'alternating'"),
    ],
)
def test_what_freezes_nothing_or_all_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        receptive_field_freeze_space(keras_tuner.HyperParameters(), **arguments)
