"""Keras' own tests of its regularizers with ours in the place of `L2`.

What they calculate differs, so the tests that compare numbers with L2's fail, and are listed. The
others, on configurations, factors and types of the result, pass.
"""

from __future__ import annotations

import pytest

from tests.conformance.keras_tests import counts, files_of_keras, outcomes

FILES = ["regularizers/regularizers_test.py"]
OURS = (
    *("FrameRegularizer", "SoftOrthogonality", "SpectralRestrictedIsometry"),
    *("OrthogonalConvolution", "MinimumHypersphericalEnergy"),
)

NUMBERS_OF_L2 = {
    *("test_get_method", "test_l2", "test_l2_with_zero_weights", "test_l1l2_only_l2"),
    *(
        "test_l2_is_larger_than_l1_for_large_weights",
        "test_l2_is_smaller_than_l1_for_small_weights",
    ),
}
"""Tests of what `L2` alone calculates, and that its name gives it."""

FIRST_ARGUMENT_IS_A_BOUND = {"FrameRegularizer": {"test_l2_zero_coefficient"}}
"""Where the tests' `L2(0.0)` does not set the factor."""


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_regularizers_pass_keras_tests_but_for_the_numbers_of_l2(name, tmp_path):
    found = outcomes(tmp_path, files_of_keras(*FILES), {"regularizers": {"L2": name}})
    failed = {test.rpartition(".")[2] for test, outcome in found.items() if outcome == "failed"}
    assert failed <= NUMBERS_OF_L2 | FIRST_ARGUMENT_IS_A_BOUND.get(name, set())
    assert counts(found)["passed"] >= 26
    assert found["regularizers_test.py::RegularizersTest.test_config"] == "passed"
