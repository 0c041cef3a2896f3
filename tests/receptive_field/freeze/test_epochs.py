"""Which epochs are chosen depends on the epoch, and for a rise on the values before it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral import AlternatingEpochs, WhenRising
from keras_lateral.receptive_field.freeze.epochs import epoch_rule

TOTAL = 12


def chosen(epochs: Any, total: int | None = TOTAL) -> list[int]:
    acts = epoch_rule(epochs)
    return [epoch for epoch in range(TOTAL) if acts(epoch, total)]


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (0, [0]),
        (7, [7]),
        ("last", [11]),
        ([3], [3]),
        ([5, 1], [1, 5]),
        ((3, 5, 7), [3, 5, 7]),
        (((3, 5), (7, 9)), [3, 4, 7, 8]),
        (np.int64(3), [3]),
        (np.arange(2), [0, 1]),
        (list(np.arange(2)), [0, 1]),
        ([(np.int64(3), np.int32(5))], [3, 4]),
        ({4, 2}, [2, 4]),
        (frozenset({(3, 5), 0}), [0, 3, 4]),
        (range(2, 9, 3), [2, 5, 8]),
        ([(3, 5)], [3, 4]),
        ([[3, 5]], [3, 4]),
        ([1, (3, 5), (9, None)], [1, 3, 4, 9, 10, 11]),
        ([(0, None)], list(range(12))),
        ([(2, 6), (4, 8)], [2, 3, 4, 5, 6, 7]),
        (lambda epoch: epoch % 5 == 4, [4, 9]),
        (AlternatingEpochs(), [1, 3, 5, 7, 9, 11]),
        (AlternatingEpochs(2, 1), [2, 5, 8, 11]),
        (AlternatingEpochs(1, 2, start=6), [7, 8, 10, 11]),
        (20, []),
    ],
)
def test_epochs_mean_what_is_documented(epochs: Any, expected: list[int]) -> None:
    assert chosen(epochs) == expected


@pytest.mark.parametrize("total", [1, 5, 12])
def test_the_last_epoch_follows_from_the_number_of_epochs(total: int) -> None:
    assert chosen("last", total) == [total - 1]


def test_there_is_no_last_epoch_if_the_number_of_epochs_is_unknown() -> None:
    assert chosen("last", None) == []


@given(
    st.lists(st.integers(0, 15) | st.tuples(st.integers(0, 15), st.integers(1, 6)), min_size=1),
)
def test_the_choice_depends_only_on_the_epoch(items: list[Any]) -> None:
    epochs = [item if isinstance(item, int) else (item[0], sum(item)) for item in items]
    expected: set[int] = set()
    for item in epochs:
        expected |= {item} if isinstance(item, int) else set(range(*item))
    acts = epoch_rule(epochs)
    assert {epoch for epoch in range(24) if acts(epoch, 24)} == expected
    assert {epoch for epoch in reversed(range(24)) if acts(epoch, 24)} == expected


@pytest.mark.parametrize(
    "bad",
    [
        -1,
        2.5,
        None,
        True,
        "first",
        "",
        [],
        [-1],
        [1.0],
        ["last"],
        [(3, 3)],
        [(5, 3)],
        [(-1, 3)],
        [(1, 2, 3)],
        [(1,)],
        [(1, 2.5)],
        [(None, 3)],
        {1: 2},
    ],
)
def test_anything_else_is_refused_with_what_is_expected(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"argument `epochs`. Expected an epoch counted from 0"):
        epoch_rule(bad)


@pytest.mark.parametrize("pair", [(3, 5), (3, None), (np.int64(3), 5)])
def test_a_pair_by_itself_is_refused_with_both_of_its_meanings(pair: Any) -> None:
    first, second = pair
    both = rf"write \[{first}, {second}\] for these two, or \[\({first}, {second}\)\]"
    with pytest.raises(ValueError, match=both):
        epoch_rule(pair)


@pytest.mark.parametrize("bad", [{"ordinary": 0}, {"frozen": 0}, {"start": -1}])
def test_alternating_epochs_refuse_impossible_periods(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"1 or more epochs of each kind.*AlternatingEpochs\("):
        AlternatingEpochs(**bad)


@pytest.mark.parametrize("bad", [{"patience": 0}, {"epochs": 0}, {"mode": "auto"}])
def test_a_rise_refuses_impossible_settings(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="'min' or 'max'"):
        WhenRising(**bad)


def frozen_by_loop(values: list[float], patience: int, epochs: int, mode: str) -> list[int]:
    """As one would write it in a training loop: the first rise starts a count."""
    best, waited, left, frozen = None, 0, None, []
    for epoch, value in enumerate(values):
        if left:
            frozen.append(epoch)
            left -= 1
        if left is not None:
            continue
        if best is None or (value < best if mode == "min" else value > best):
            best, waited = value, 0
        else:
            waited += 1
        if waited == patience:
            left = epochs
    return frozen


VALUES = st.lists(st.integers(0, 4).map(float), min_size=1, max_size=12)


@given(VALUES, st.integers(1, 3), st.integers(1, 3), st.sampled_from(["min", "max"]))
def test_a_rise_is_found_as_in_a_training_loop(
    values: list[float], patience: int, epochs: int, mode: Any
) -> None:
    rising = WhenRising("v", patience=patience, epochs=epochs, mode=mode)
    found = []
    for epoch, value in enumerate(values):
        if rising(epoch):
            found.append(epoch)
        rising.observe(epoch, {"v": value, "loss": -value})
    assert found == frozen_by_loop(values, patience, epochs, mode)
    assert found == [epoch for epoch in range(len(values)) if rising(epoch)]  # asked again, later


@given(VALUES, st.integers(0, 11), st.integers(0, 11))
def test_a_run_resumed_from_an_earlier_epoch_forgets_what_came_later(
    values: list[float], stopped: int, resumed: int
) -> None:
    rising = WhenRising("v")
    for epoch in range(min(stopped, len(values))):
        rising.observe(epoch, {"v": -float(epoch)})  # of a run that never rises
    start = min(resumed, stopped, len(values))
    for epoch in range(start):
        rising.observe(epoch, {"v": values[epoch]})
    for epoch in range(start, len(values)):
        rising.observe(epoch, {"v": values[epoch]})
    expected = frozen_by_loop(values, 1, 1, "min")
    assert [epoch for epoch in range(len(values)) if rising(epoch)] == expected


def test_another_object_continues_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "values.json"
    first = WhenRising("v", path=path)
    for epoch, value in enumerate([3.0, 2.0, 4.0]):
        first.observe(epoch, {"v": value})
    assert json.loads(path.read_text(encoding="utf-8")) == {"0": 3.0, "1": 2.0, "2": 4.0}
    assert [file.name for file in path.parent.iterdir()] == ["values.json"]
    second = WhenRising("v", path=path)
    assert [second(epoch) for epoch in range(4)] == [False, False, False, True]
    second.observe(1, {"v": 1.0})  # and the second continues from an earlier epoch
    with pytest.raises(ValueError, match=r"not known for epochs \[2\]"):
        second(3)
    assert not WhenRising("v", path=path)(2)


def test_it_names_the_epochs_whose_values_it_lacks() -> None:
    rising = WhenRising("v")
    assert not rising(0)
    rising.observe(0, {"v": 1.0})
    with pytest.raises(ValueError, match=r"'v' of all epochs before epoch 3.*epochs \[1, 2\]"):
        rising(3)


def test_a_name_that_is_not_logged_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"one of \['accuracy', 'loss'\].*monitor='val_loss'"):
        WhenRising().observe(0, {"loss": 1.0, "accuracy": 0.5})
