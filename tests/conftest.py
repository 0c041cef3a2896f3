"""What every test shares: fixed seeds, so that a failure repeats, and no deadlines."""

import keras
import pytest
from hypothesis import settings

# The first call of a compiled function takes seconds, so a deadline would measure the machine.
settings.register_profile("keras_lateral", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("keras_lateral")


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    keras.utils.set_random_seed(0)
