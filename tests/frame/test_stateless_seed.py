"""The same index draws the same numbers; other indices and streams draw others."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.stateless_seed import SeedAt
from tests.backends import BACKEND, COMPILED_MODES, compiled, to_numpy


def draw(*args: int) -> bytes:
    return to_numpy(keras.random.uniform((4,), seed=SeedAt(*args))).tobytes()


def test_the_same_index_draws_the_same_numbers() -> None:
    assert draw(3, 5) == draw(3, 5) == draw(3, 5, 0)


def test_a_number_is_drawn_again_only_by_the_same_seed_index_and_stream() -> None:
    # On torch, only the sum of both parts of a seed counts, so neighbours could coincide.
    places = [(s, i, t) for s in range(5) for i in range(5) for t in range(2)]
    assert len({draw(*place) for place in places}) == len(places)


@pytest.mark.parametrize("seed", [0, 2**31, 2**32 - 1, 2**63])
def test_any_seed_draws(seed: int) -> None:
    assert 0 <= to_numpy(keras.random.uniform((), seed=SeedAt(seed, 2**23))) < 1


def test_draws_of_successive_indices_are_uniform_and_uncorrelated() -> None:
    count = 60 if BACKEND == "jax" else 400
    drawn = [to_numpy(keras.random.uniform((), seed=SeedAt(1, i))).item() for i in range(count)]
    # The Kolmogorov distance of this many uniform numbers is below this in 99.9 % of all cases.
    distance = np.abs(np.sort(drawn) - (np.arange(count) + 0.5) / count).max()
    assert distance < 1.95 / count**0.5
    # No draw predicts the next.
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 3.3 / count**0.5


@pytest.mark.parametrize("mode", COMPILED_MODES)
def test_an_index_may_be_traced(mode: str) -> None:
    def function(index: object) -> object:
        return keras.random.uniform((4,), seed=SeedAt(7, index))

    # XLA draws other numbers than TensorFlow alone, from the same seed.
    one, two, one_again = (
        to_numpy(compiled(function, mode)(ops.convert_to_tensor(index, dtype="int32")))
        for index in (1, 2, 1)
    )
    np.testing.assert_array_equal(one, one_again)
    assert (one != two).all()
    written_in = to_numpy(compiled(lambda _: function(1), mode)(ops.ones(())))
    np.testing.assert_array_equal(one, written_in)
