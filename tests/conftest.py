"""What every test shares: fixed seeds, so that a failure repeats, and no deadlines."""

import os
from collections import Counter

import keras
import pytest
from hypothesis import settings

LONG_GRID = 6

# The first call of a compiled function takes seconds, so a deadline would measure the machine.
settings.register_profile("keras_lateral", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("keras_lateral")


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    keras.utils.set_random_seed(0)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps every sixth case of long grids where `KERAS_LATERAL_GRIDS` is "thin".

    The home backend runs them all; on the others, and on the oldest versions, they show that the
    same functions work, not each number again.
    """
    if os.environ.get("KERAS_LATERAL_GRIDS") != "thin":
        return
    cases = Counter(item.nodeid.partition("[")[0] for item in items)
    place: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        test = item.nodeid.partition("[")[0]
        long = cases[test] > LONG_GRID
        (left_out if long and place[test] % 6 else kept).append(item)
        place[test] += 1
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept
