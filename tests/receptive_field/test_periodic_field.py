"""Periodic fields compose and unite as sets of pixels do."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.receptive_field.periodic_field import NOTHING, PeriodicField

UNITS = range(-12, 13)


@st.composite
def fields(
    draw: st.DrawFn, empty: bool = True, q: int | None = None, step: int | None = None
) -> PeriodicField:
    q = q or draw(st.integers(1, 4))
    span = st.tuples(st.integers(-5, 5), st.integers(0, 4)).map(lambda pair: (pair[0], sum(pair)))
    seen = draw(st.lists(span | st.just(NOTHING) if empty else span, min_size=q, max_size=q))
    starts, ends = zip(*seen, strict=True)
    return PeriodicField(starts, ends, step or draw(st.integers(1, 4)))


@st.composite
def pairs_of_one_stride(draw: st.DrawFn) -> tuple[PeriodicField, PeriodicField]:
    """Two fields of stride step / q, each of some multiple of both."""
    q, step = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    times, others = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return (
        draw(fields(q=q * times, step=step * times)),
        draw(fields(q=q * others, step=step * others)),
    )


def pixels(field: PeriodicField, unit: int) -> set[int]:
    """The pixels from the first to the last, by the definition in the docstring."""
    a, b = unit // len(field.starts), unit % len(field.starts)
    if math.isinf(field.starts[b]):
        return set()
    first, last = int(field.starts[b]) + a * field.step, int(field.ends[b]) + a * field.step
    return set(range(first, last + 1))


def between(seen: set[int]) -> set[int]:
    return set(range(min(seen), max(seen) + 1)) if seen else set()


@given(fields(), fields())
def test_a_composition_sees_what_the_units_that_it_reads_see(
    field: PeriodicField, layer: PeriodicField
) -> None:
    both = field.then(layer)
    for unit in UNITS:
        seen = set().union(*(pixels(field, read) for read in pixels(layer, unit)))
        assert pixels(both, unit) == between(seen)
    assert both.stride == field.stride * layer.stride


@given(pairs_of_one_stride())
def test_a_union_sees_what_either_sees(pair: tuple[PeriodicField, PeriodicField]) -> None:
    a, b = pair
    both = a.union(b)
    for unit in UNITS:
        assert pixels(both, unit) == between(pixels(a, unit) | pixels(b, unit))


def test_a_union_of_different_strides_is_an_error() -> None:
    with pytest.raises(ValueError, match="different strides: 1 and 2"):
        PeriodicField((0,), (0,), 1).union(PeriodicField((0,), (0,), 2))


@given(fields(), st.integers(2, 3))
def test_a_pattern_written_twice_is_reduced(field: PeriodicField, times: int) -> None:
    starts, ends = zip(*(field(unit) for unit in range(field.period * times)), strict=True)
    longer = PeriodicField(starts, ends, field.step * times)
    assert longer.reduced() == field.reduced()
    assert all(longer(unit) == field(unit) for unit in UNITS)


@given(fields(empty=False))
def test_size_stride_and_padding_cover_every_unit(field: PeriodicField) -> None:
    for unit in UNITS:
        first, last = field(unit)
        assert last - first + 1 <= field.size
        assert math.floor(-field.padding + unit * field.stride) <= first
    # They are the best such: some unit is as large, and some begins there.
    assert any(len(pixels(field, unit)) == field.size for unit in UNITS)
    least = -field.padding - 1 / (field.period + 1)
    closer = [math.floor(-field.padding + u * field.stride + 1 / field.period) for u in UNITS]
    assert least < 0 or closer
    assert any(c > field(u)[0] for c, u in zip(closer, UNITS, strict=True))


def test_centers_decide_whether_fields_are_aligned() -> None:
    point, three = PeriodicField((0,), (0,), 1), PeriodicField((-1,), (1,), 1)
    assert point.is_aligned_with(three)
    assert not point.is_aligned_with(PeriodicField((0,), (1,), 1))
    assert point.is_aligned_with(PeriodicField((NOTHING[0],), (NOTHING[1],), 1))
