import pytest

from keras_lateral.keras_tools.seeds import seed_numbers


def test_a_number_counts_from_zero_and_a_list_is_kept():
    assert seed_numbers(3) == (0, 1, 2)
    assert seed_numbers([7, 2]) == (7, 2)


@pytest.mark.parametrize("seeds", [0, [], [1, 1], [-1], [0.5]])
def test_invalid_seeds_are_refused(seeds):
    with pytest.raises(ValueError, match="argument `seeds`"):
        seed_numbers(seeds)
