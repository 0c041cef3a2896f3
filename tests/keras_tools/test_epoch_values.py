"""What a value is in each epoch."""

import numpy as np
import pytest

from keras_lateral.keras_tools.epoch_values import enabled_by_epoch, number_by_epoch, warm_up


def test_a_number_is_the_same_in_every_epoch_and_a_function_is_called() -> None:
    assert [number_by_epoch(2)(epoch) for epoch in range(3)] == [2.0, 2.0, 2.0]
    assert [number_by_epoch(lambda epoch: epoch**2)(epoch) for epoch in range(3)] == [0.0, 1.0, 4.0]


@pytest.mark.parametrize(
    ("enabled", "epochs"),
    [
        (True, {0, 1, 2, 3, 4, 5}),
        (False, set()),
        (lambda epoch: epoch % 2, {1, 3, 5}),
        ([(0, 2), (4, None)], {0, 1, 4, 5}),
        ([(1, 3), (2, 5)], {1, 2, 3, 4}),
        ([], set()),
    ],
)
def test_ranges_functions_and_bools_say_when_it_is_on(enabled: object, epochs: set[int]) -> None:
    assert {epoch for epoch in range(6) if enabled_by_epoch(enabled)(epoch)} == epochs


@pytest.mark.parametrize("enabled", [(0, 5), [(3, 3)], [(-1, 2)], [(1, 2, 3)], ["ab"], 5, [(5, 2)]])
def test_bad_ranges_raise_and_show_a_good_one(enabled: object) -> None:
    with pytest.raises(ValueError, match=r"such as \[\(0, 5\), \(10, None\)\]"):
        enabled_by_epoch(enabled)


def test_a_warm_up_of_no_epochs_is_over_at_once() -> None:
    assert warm_up(0, 0) == 1


def test_a_bool_of_numpy_is_a_bool() -> None:
    on = enabled_by_epoch(np.bool_(True))
    assert [on(epoch) for epoch in range(2)] == [True, True]
