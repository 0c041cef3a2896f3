"""Options that do not go together: the help of each names the other."""

from __future__ import annotations

import argparse

import pytest

from keras_lateral.comparison.command.main import _parser
from keras_lateral.comparison.command.recommendation import NOT_WITH

APART = [
    *(("--recommend", option) for option in NOT_WITH),
    ("--folds", "--test-share"),
    ("--groups", "--group-column"),
]
NEEDS = [
    ("--minutes", "--until-sure"),
    ("--data-dir", "--dataset"),
    ("--test-limit", "--dataset"),
    ("--benchmark-split", "--dataset"),
    *((option, "--images") for option in ("--folds", "--test-share", "--groups", "--labels")),
    *((option, "--images") for option in ("--resize", "--skip-damaged", "--image-size")),
    ("--grayscale", "--images"),
    *((f"--{what}-column", "--labels") for what in ("path", "label", "split", "group")),
    ("--pretrained", "--model"),
    ("--frozen-epochs", "--weights"),
    ("--fine-tuning-rate", "--weights"),
]


def texts() -> dict[str, str]:
    """Returns the help of each option of the command `compare`."""
    (commands,) = (
        action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    actions = commands.choices["compare"]._actions
    return {name: str(action.help) for action in actions for name in action.option_strings}


@pytest.mark.home
@pytest.mark.parametrize(("first", "second"), APART)
def test_the_help_of_each_names_the_other(first: str, second: str) -> None:
    assert second in texts()[first]
    assert first in texts()[second]


@pytest.mark.home
@pytest.mark.parametrize(("option", "needed"), NEEDS)
def test_the_help_names_what_an_option_needs(option: str, needed: str) -> None:
    assert f"with {needed}" in texts()[option]
