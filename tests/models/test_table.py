"""The documentation's table of networks says what the functions build."""

import re
from pathlib import Path

import pytest

import keras_lateral
from tests.models.sizes import operations, trainable

PAGE = Path(__file__).parents[2] / "docs" / "api" / "networks.md"
LINE = re.compile(
    r"^\| `(\w+)(?:\(depth=(\d+)\))?` \| .* \| ([\d,]+) \| ([\d.]+)e6 \|$", re.MULTILINE
)


@pytest.mark.home
@pytest.mark.parametrize(
    ("name", "depth", "parameters", "millions"), LINE.findall(PAGE.read_text(encoding="utf-8"))
)
def test_the_table_of_networks_is_right(name, depth, parameters, millions) -> None:
    options = {"depth": int(depth)} if depth else {}
    model = getattr(keras_lateral, name)((32, 32, 3), 100, **options)
    assert f"{trainable(model):,}" == parameters
    assert f"{operations(model) / 1e6:.1f}" == millions


def test_the_table_holds_every_network() -> None:
    assert len(LINE.findall(PAGE.read_text(encoding="utf-8"))) == 9
