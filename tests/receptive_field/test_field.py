"""A receptive field obeys equations 5-15, and an invalid one is an error."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral import ReceptiveField

IMAGE = ReceptiveField((1,), (1,), (0,))
LAYERS = st.tuples(st.integers(1, 7), st.integers(1, 4), st.integers(0, 3))


def one_axis(k: int, s: int, p: int) -> ReceptiveField:
    return ReceptiveField((k,), (s,), (p,))


@given(st.lists(LAYERS, max_size=6))
def test_a_chain_has_size_stride_and_padding_of_the_equations(
    chain: list[tuple[int, int, int]],
) -> None:
    field = IMAGE
    for layer in chain:
        field = field.then(one_axis(*layer))
    r = 1  # from the output back to the image, eq. 5
    for k, s, _ in reversed(chain):
        r = s * r + (k - s)
    S, P = 1, 0  # eq. 11, 12
    for _, s, p in chain:
        P, S = P + p * S, S * s
    assert field == one_axis(r, S, P)


@given(st.lists(LAYERS, max_size=4), st.integers(-20, 20))
def test_a_region_is_that_of_going_back_layer_by_layer(
    chain: list[tuple[int, int, int]], unit: int
) -> None:
    field, u, v = IMAGE, unit, unit
    for layer in chain:
        field = field.then(one_axis(*layer))
    for k, s, p in reversed(chain):  # eq. 7, 8
        u, v = -p + u * s, -p + v * s + k - 1
    assert field.region(unit) == ((u, v),)


def test_units_denser_than_pixels_are_rounded_down() -> None:
    twice = ReceptiveField((1,), (Fraction(1, 2),), (0,))
    assert [twice.region(unit) for unit in range(4)] == [((n, n),) for n in (0, 0, 1, 1)]
    assert twice.then(one_axis(1, 2, 0)) == IMAGE


def test_a_padding_that_is_not_known_stays_unknown() -> None:
    unknown = ReceptiveField((3,), (2,), (None,))
    both = unknown.then(one_axis(3, 1, 1))
    assert both == ReceptiveField((7,), (2,), (None,))
    with pytest.raises(ValueError, match="input_shape"):
        both.region(0)


def test_a_field_of_the_whole_image_stays_whole() -> None:
    whole = ReceptiveField((3,), (1,), (1,), whole=True)
    assert whole.then(one_axis(3, 1, 1)).whole
    assert IMAGE.then(whole).whole


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((3, 3), (1,), (0,)), "`size`, `stride` and `padding`"),
        (((-1,), (1,), (0,)), "`size`"),
        (((3,), (-1,), (0,)), "`stride`"),
        (((3,), (1,), (0.5,)), "`padding`"),
    ],
)
def test_an_invalid_field_is_an_error(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"Invalid value for arguments? {message}"):
        ReceptiveField(*arguments)


def test_a_position_has_an_index_for_each_axis() -> None:
    field = ReceptiveField((3, 5), (1, 1), (0, 0))
    assert field.region(2) == field.region((2, 2)) == ((2, 4), (2, 6))
    with pytest.raises(ValueError, match="`position`. Expected 2 integers"):
        field.region((1, 2, 3))
