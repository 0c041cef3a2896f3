import pytest

from keras_lateral import FrameRegularizer, frame_regularizer_space
from tests.tuning.samples import samples

keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")


def test_the_lower_bound_is_never_above_the_upper_one():
    ratios = []
    for arguments in samples(lambda hp: frame_regularizer_space(hp, condition_number=(1.0, 9.0))):
        FrameRegularizer(**arguments)
        ratios.append(arguments["upper"] / arguments["lower"])
        assert 0.1 <= arguments["lower"] <= arguments["upper"] <= 9.0
        assert 1e-4 <= arguments["factor"] <= 1e-1
    assert min(ratios) < 1.5
    assert max(ratios) > 6.0


def test_a_tight_frame_has_two_equal_bounds():
    for arguments in samples(lambda hp: frame_regularizer_space(hp, condition_number=1.0), 20):
        assert arguments["lower"] == arguments["upper"]


@pytest.mark.parametrize("lower", [None, 0.0])
def test_without_a_lower_bound_the_upper_one_is_searched(lower):
    for arguments in samples(
        lambda hp: frame_regularizer_space(hp, lower=lower, upper=(0.5, 4.0)), 20
    ):
        assert arguments["lower"] is lower
        assert 0.5 <= arguments["upper"] <= 4.0
        FrameRegularizer(**arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"lower": None}, "Expected one of them"),
        ({"upper": (1.0, 2.0)}, "Expected one of them"),
        ({"condition_number": (0.5, 2.0)}, "B / A, 1 or more"),
        ({"factor": (0.0, 1.0)}, "range .low, high. of numbers above 0"),
    ],
)
def test_bounds_that_can_cross_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        frame_regularizer_space(keras_tuner.HyperParameters(), **arguments)
