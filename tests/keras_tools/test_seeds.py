import pytest

from keras_lateral.keras_tools.seeds import seeds_of


def test_a_number_counts_from_zero_and_a_list_is_taken():
    assert seeds_of(3) == (0, 1, 2)
    assert seeds_of([7, 2]) == (7, 2)


@pytest.mark.parametrize("seeds", [0, [], [1, 1], [-1], [0.5]])
def test_seeds_that_are_none_are_refused(seeds):
    with pytest.raises(ValueError, match="argument `seeds`"):
        seeds_of(seeds)
