"""Conditions have names for people, each its own."""

import pytest

from keras_lateral.comparison.answer.condition_names import condition_titles
from keras_lateral.robustness import Corruption, Pruned, SimBA

pytestmark = pytest.mark.home

PGD = {"attack": "projected gradient descent", "norm": "linf"}


@pytest.mark.parametrize(
    ("settings", "title"),
    [
        (Corruption("gaussian_noise", 3).settings(), "gaussian noise, severity 3"),
        (Pruned(0.8).settings(), "smallest weights pruned, 80 %"),
        (Pruned(0.5, structure="filters").settings(), "smallest filters pruned, 50 %"),
        (SimBA(0.2).settings(), "SimBA attack, 51/255"),
        ({**PGD, "epsilon": 1 / 255}, "PGD attack, 1/255"),
        ({**PGD, "epsilon": 0.0392}, "PGD attack, 10/255"),
        ({**PGD, "norm": "l2", "epsilon": 0.5}, "PGD attack, L2 norm, 0.5"),
        ({"attack": "fast gradient sign method", "epsilon": 8 / 255}, "FGSM attack, 8/255"),
        ({"anything": 1}, "own-name"),
    ],
)
def test_settings_say_what_a_condition_is_called(settings, title) -> None:
    assert condition_titles(["own-name"], {"own-name": settings}) == {"own-name": title}


def test_two_conditions_never_share_a_title() -> None:
    settings = {name: {**PGD, "epsilon": 1 / 255, "steps": n} for n, name in enumerate("ab")}
    titles = condition_titles("ab", settings)
    assert titles == {"a": "PGD attack, 1/255 (a)", "b": "PGD attack, 1/255 (b)"}


def test_without_settings_only_a_severity_is_read_from_the_name() -> None:
    assert list(condition_titles(["jpeg_compression-3", "dark"], {}).values()) == [
        *("jpeg compression, severity 3", "dark"),
    ]
