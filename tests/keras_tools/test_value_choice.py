import pytest
from scipy.stats import kstest, loguniform

keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")

from keras_lateral.keras_tools.value_choice import choose  # noqa: E402


def test_a_range_is_sampled_on_a_logarithmic_scale():
    hp = keras_tuner.HyperParameters()
    choose(hp, "sigma", (0.5, 8.0))
    (sigma,) = hp.space
    values = [sigma.random_sample(seed) for seed in range(400)]
    assert kstest(values, loguniform(0.5, 8.0).cdf).pvalue > 0.01
    assert kstest(values, "uniform", (0.5, 7.5)).pvalue < 1e-6


def test_a_list_returns_values_of_their_own_types():
    hp = keras_tuner.HyperParameters()
    seen = []
    for text in ("1", "channels", "None", "0.5"):
        hp.values["sets"] = text
        seen.append(choose(hp, "sets", [1, "channels", None, 0.5]))
    assert seen == [1, "channels", None, 0.5]
    assert type(seen[0]) is int


@pytest.mark.parametrize("value", [1.5, "paper", None])
def test_one_value_stays_and_is_not_searched(value):
    hp = keras_tuner.HyperParameters()
    assert choose(hp, "x", value) == value
    assert not hp.space


@pytest.mark.parametrize("values", [(1.0, 1.0), (2.0, 1.0), (0.0, 1.0), (-1, 1), (1, float("inf"))])
def test_an_empty_range_or_one_that_is_not_positive_is_refused(values):
    with pytest.raises(ValueError, match=r"argument `sigma`. Expected a range \(low, high\)"):
        choose(keras_tuner.HyperParameters(), "sigma", values)


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="one value or more"):
        choose(keras_tuner.HyperParameters(), "sigma", [])
