import math

import pytest

from experiments.common.claim import Seen, verdict

pytestmark = pytest.mark.home


@pytest.mark.parametrize(
    ("claimed", "low", "high", "p", "said"),
    [
        (2.0, 0.5, 3.0, 0.01, "seen"),
        (2.0, 2.5, 3.0, 0.001, "seen"),
        (2.0, 0.5, 1.5, 0.01, "seen, but smaller"),
        (2.0, -0.5, 1.5, 0.3, "not seen"),
        (2.0, -0.5, 2.5, 0.2, "open"),
        (2.0, -1.5, -0.5, 0.01, "refuted at this size"),
        (2.0, 0.1, 1.5, 0.07, "not seen"),  # not told from 0 after the adjustment
        (-2.0, -3.0, -0.5, 0.01, "seen"),
        (-2.0, -1.5, 0.5, 0.3, "not seen"),
        (-2.0, 0.5, 1.5, 0.01, "refuted at this size"),
        (2.0, math.nan, math.nan, math.nan, "open"),
    ],
)
def test_the_verdict_follows_from_the_interval(claimed, low, high, p, said):
    assert verdict(claimed, Seen((low + high) / 2, low, high, p, 5)) == said


def test_a_claim_that_nothing_was_measured_for_is_open():
    assert verdict(1.0, None) == "open"
