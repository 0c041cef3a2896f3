"""What every test shares: a fixed seed, so that a failure repeats."""

import keras
import pytest


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    keras.utils.set_random_seed(0)
