import random

import keras
import numpy as np
import pytest

from keras_lateral import compare, find_learning_rate
from keras_lateral.keras_tools.seeds import keeping_seeds, seed_numbers
from tests.comparison.tiny import tiny_images, tiny_model


def test_a_number_counts_from_zero_and_a_list_is_kept():
    assert seed_numbers(3) == (0, 1, 2)
    assert seed_numbers([7, 2]) == (7, 2)


@pytest.mark.parametrize("seeds", [0, [], [1, 1], [-1], [0.5]])
def test_invalid_seeds_are_refused(seeds):
    with pytest.raises(ValueError, match="argument `seeds`"):
        seed_numbers(seeds)


def drawn(size: int = 3) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.random.normal((size,)))


def test_random_numbers_go_on_after_a_scope_that_sets_seeds() -> None:
    def after(seeds: int) -> tuple[float, float]:
        keras.utils.set_random_seed(7)
        for seed in range(seeds):
            with keeping_seeds():
                keras.utils.set_random_seed(seed)
        return random.random(), np.random.random()  # noqa: NPY002

    assert after(0) == after(1) == after(2)


def test_keras_draws_otherwise_after_each_scope_and_alike_when_run_again() -> None:
    def after(seed: int) -> np.ndarray:
        keras.utils.set_random_seed(seed)
        return drawn()

    if not np.array_equal(after(7), after(7)):
        pytest.skip("the global generator of early versions of Keras is set by no seed")

    def after_two() -> list[np.ndarray]:
        keras.utils.set_random_seed(7)
        draws = []
        for _ in range(2):
            random.random()  # as a network that is built in between
            with keeping_seeds():
                keras.utils.set_random_seed(0)
            draws.append(drawn())
        return draws

    first, again = after_two(), after_two()
    assert not np.array_equal(*first)
    np.testing.assert_array_equal(first, again)


TRAININGS = {
    "compare": lambda: compare(
        tiny_model, tiny_images(), ["mixup"], seeds=[0], epochs=1, progress=False
    ),
    "find_learning_rate": lambda: find_learning_rate(tiny_model, tiny_images(), steps=10),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.home
@pytest.mark.parametrize("name", TRAININGS)
def test_what_trains_with_seeds_leaves_those_of_the_program(name: str) -> None:
    keras.utils.set_random_seed(7)
    expected = random.getstate()
    TRAININGS[name]()
    assert random.getstate() == expected
