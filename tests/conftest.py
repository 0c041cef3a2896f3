"""What every test shares: fixed seeds, so that a failure repeats, and no deadlines.

`KERAS_LATERAL_TESTS` is "few" where a run repeats what the home run (the newest TensorFlow) shows,
on another backend or on older versions: it shows that the same functions work, not each number
again. Tests marked `home`, which involve no backend, are then left out. With "all" many more cases
are generated, and tests that take an hour run.
"""

import gc
import os
from collections import Counter

import pytest
from hypothesis import settings

HOW_MANY = os.environ.get("KERAS_LATERAL_TESTS", "")
FEW = HOW_MANY == "few"
LONG_GRID = 2
ONE_IN = 6
GENERATED = {"few": 6, "all": 200}.get(HOW_MANY, 30)

# The first call of a compiled function takes seconds, so a deadline would measure the machine.
settings.register_profile("keras_lateral", deadline=None, derandomize=True, max_examples=GENERATED)
settings.load_profile("keras_lateral")


@pytest.fixture(autouse=True, scope="module")
def collector_passes_over_what_stays() -> None:
    """Spares the garbage collector what stays: a tenth of the time of all tests.

    What is alive when a module begins, such as traced functions, lives until the process ends,
    nearly always; Keras asks for whole collections, which would visit it again and again.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    import keras  # here, so that the process that only distributes tests loads no backend

    keras.utils.set_random_seed(0)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps every sixth case of long grids, and no `home` test, if few tests are asked for."""
    if not FEW:
        return
    cases = Counter(item.nodeid.partition("[")[0] for item in items)
    place: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        test = item.nodeid.partition("[")[0]
        long = cases[test] > LONG_GRID
        at_home = item.get_closest_marker("home") is not None
        (left_out if at_home or (long and place[test] % ONE_IN) else kept).append(item)
        place[test] += 1
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept
