"""Which taps meet in a row: against a search over all outputs of a map."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.frame.gram.row_classes import border_classes, interior_classes, output_length
from keras_lateral.keras_tools.kernel_geometry import KernelAxis
from tests.operators import shift

AXES = st.builds(KernelAxis, st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))


def searched(axis: KernelAxis, side: str, length: int, padding: str) -> list[tuple[bool, ...]]:
    """For each row of the map, whether taps p and p' meet in it, tested pair by pair."""
    taps = range(axis.size)
    S = [shift(p, (axis.size, axis.stride, axis.dilation), length, padding) for p in taps]
    if side == "rows":  # an output's own tap p, and p' of the output that reads the same input
        S = [matrix.T for matrix in S]
    meet = [(S[p].T @ S[q]).any(axis=1) for p, q in product(taps, taps)]
    return [tuple(map(bool, row)) for row in np.transpose(meet)]


def found(classes: object) -> dict[tuple[bool, ...], int]:
    pairs = classes.pairs.reshape(len(classes.pairs), -1)
    return {tuple(map(bool, one)): int(n) for one, n in zip(pairs, classes.counts, strict=True)}


def counted(rows: list[tuple[bool, ...]]) -> dict[tuple[bool, ...], int]:
    return {row: rows.count(row) for row in rows if any(row)}


@given(
    axis=AXES,
    side=st.sampled_from(["columns", "rows"]),
    padding=st.sampled_from(["valid", "same", "causal"]),
    more=st.integers(0, 6),
)
def test_classes_with_borders_are_those_of_a_search(
    axis: KernelAxis, side: str, padding: str, more: int
) -> None:
    length = axis.extent + more
    classes = border_classes(axis, side, length, padding)
    assert found(classes) == counted(searched(axis, side, length, padding))


@given(axis=AXES, side=st.sampled_from(["columns", "rows"]))
def test_classes_far_from_the_borders_are_those_of_a_torus(axis: KernelAxis, side: str) -> None:
    span = 2 * axis.dilation * (axis.size - 1)
    length = span // axis.stride * axis.stride + axis.stride
    rows = counted(searched(axis, side, length, "circular"))
    classes = found(interior_classes(axis, side))
    assert set(classes) == set(rows)
    # Equally often on the torus, and once each here.
    assert set(classes.values()) == {1}
    assert len(set(rows.values())) == 1


@given(axis=AXES, padding=st.sampled_from(["valid", "same", "causal"]), more=st.integers(0, 6))
def test_number_of_outputs_is_that_of_keras(axis: KernelAxis, padding: str, more: int) -> None:
    length = axis.extent + more
    outputs, _ = output_length(axis, length, padding)
    expected = shift(0, (axis.size, axis.stride, axis.dilation), length, padding).shape[0]
    assert outputs == expected


def test_a_pair_of_taps_has_one_lag() -> None:
    classes = interior_classes(KernelAxis(size=4, stride=2, dilation=1), "columns")
    by_lag = classes.by_lag()
    assert by_lag.shape == (2, 7, 4, 4)
    np.testing.assert_array_equal(by_lag.sum(1), classes.pairs)
    for lag, p, q in product(range(-3, 4), range(4), range(4)):
        if q - p != lag:
            assert not by_lag[:, lag + 3, p, q].any()


@pytest.mark.parametrize("padding", ["valid", "causal", "same"])
def test_a_map_shorter_than_the_kernel_is_refused_unless_padded(padding: str) -> None:
    axis = KernelAxis(size=3, stride=1, dilation=2)
    if padding == "valid":
        with pytest.raises(ValueError, match=r"spans 5 pixels.*map of 4.*padding='valid'"):
            border_classes(axis, "rows", 4, padding)
    else:
        assert border_classes(axis, "rows", 4, padding).counts.sum() == 4


@pytest.mark.parametrize("side", ["columns", "rows"])
def test_a_map_that_no_tap_meets_is_refused(side: str) -> None:
    # Two taps, two pixels to both sides of the only one.
    with pytest.raises(ValueError, match=r"No tap.*spans 5 pixels.*map of 1.*'same'"):
        border_classes(KernelAxis(size=2, stride=1, dilation=4), side, 1, "same")


def test_unknown_padding_is_refused() -> None:
    with pytest.raises(ValueError, match=r"argument `padding`.*'full'"):
        border_classes(KernelAxis(3, 1, 1), "rows", 4, "full")
