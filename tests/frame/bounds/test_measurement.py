"""Settings out of range are refused by the name of the argument."""

from typing import Any

import pytest

from keras_lateral.frame.bounds.of_layers import Measurement


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"borders": "reflect"}, "`borders`.*'reflect'"),
        ({"grid": 0}, "`grid`.*grid=0"),
        ({"grid": 2.5}, "`grid`.*grid=2.5"),
        ({"grid": 8, "borders": "zeros"}, '`grid`.*borders="circular".*grid=8'),
        ({"tolerance": -1e-9}, "`tolerance`.*tolerance=-1e-09"),
        ({"accuracy": 1.0}, "`accuracy`.*accuracy=1.0"),
        ({"accuracy": "high"}, "`accuracy`.*'high'"),
    ],
)
def test_values_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Measurement(**arguments)


def test_defaults_are_within_range() -> None:
    assert Measurement().borders == "circular"
