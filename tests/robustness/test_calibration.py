import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral import calibration_error


def by_loop(p, labels, bins):
    """Computes equation 3 of Guo et al. as printed: |B_m| / n |acc(B_m) - conf(B_m)|."""
    total = 0.0
    for m in range(1, bins + 1):
        inside = [
            i for i, row in enumerate(p)
            if (m - 1) / bins < max(row) <= m / bins
        ]  # fmt: skip
        if inside:
            accuracy = sum(int(np.argmax(p[i])) == labels[i] for i in inside) / len(inside)
            confidence = sum(max(p[i]) for i in inside) / len(inside)
            total += len(inside) / len(p) * abs(accuracy - confidence)
    return total


@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 20))
def test_calibration_error_is_the_published_sum_over_bins(seed, classes, bins):
    generator = np.random.default_rng(seed)
    p = generator.dirichlet(np.ones(classes), 30)
    labels = generator.integers(0, classes, 30)
    assert calibration_error(p, labels, bins=bins) == pytest.approx(by_loop(p, labels, bins))


def test_a_bin_includes_its_upper_edge():
    # 0.5 belongs to the bin up to 0.5, not to that of 0.6.
    p = [[0.5, 0.5], [0.6, 0.4]]
    assert calibration_error(p, [0, 1], bins=2) == pytest.approx(0.5 * 0.5 + 0.5 * 0.6)


def test_a_perfectly_calibrated_classifier_has_no_error():
    p = np.tile([0.75, 0.25], (4, 1))
    assert calibration_error(p, [0, 0, 0, 1]) == 0
    assert calibration_error([[1.0, 0.0]], [0]) == 0
    assert calibration_error([[1.0, 0.0]], [1]) == 1


@pytest.mark.parametrize(
    ("p", "labels", "message"),
    [
        ([[0.5, 0.5]], [0, 1], "Expected shapes"),
        ([0.5, 0.5], [0, 1], "Expected shapes"),
        ([[2.0, -1.0]], [0], "none negative"),
        ([[0.7, 0.7]], [0], "that sum to 1"),
    ],
)
def test_values_that_are_not_probabilities_are_refused(p, labels, message):
    with pytest.raises(ValueError, match=message):
        calibration_error(p, labels)
