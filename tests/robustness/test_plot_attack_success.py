"""The curve begins at one iteration and rises where an attack succeeds."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral import SimBARecord, plot_attack_success
from keras_lateral.robustness.condition import ConditionResult


def record(iterations: list[int], succeeded: list[int], limit: int = 20) -> SimBARecord:
    counts, yes = np.array(iterations), np.array(succeeded, bool)
    images = np.zeros((len(counts), 2, 2, 1))
    return SimBARecord(images, np.ones(len(counts), bool), yes, counts, counts, limit)


def test_rates_hold_until_the_next_success() -> None:
    first = record([5, 20, 5, 9], [1, 0, 1, 1])
    figure, axes = plot_attack_success({"plain": first, "masked": record([20, 1], [0, 1])})
    plain, masked = axes.get_lines()
    assert plain.get_drawstyle() == "steps-post"
    np.testing.assert_array_equal(plain.get_xdata(), [1, 5, 9, 20])
    np.testing.assert_array_equal(plain.get_ydata(), [0, 50, 75, 75])
    np.testing.assert_array_equal(masked.get_xydata(), [[1, 50], [20, 50]])
    assert axes.get_xscale() == "log"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["plain", "masked"]
    figure.draw_without_rendering()


def test_the_result_of_a_condition_is_drawn_like_the_record() -> None:
    one = record([5, 20, 5, 9], [1, 0, 1, 1])
    result = ConditionResult("simba", 0.25, 4, {}, one.details())
    lines = [plot_attack_success(given)[1].get_lines()[0] for given in (one, result)]
    np.testing.assert_array_equal(lines[0].get_xydata(), lines[1].get_xydata())


def test_a_result_without_a_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="Received: 'fgsm', without success rates"):
        plot_attack_success({"fgsm": ConditionResult("fgsm", 0.5, 4, {})})
    with pytest.raises(ValueError, match="Expected one result or more"):
        plot_attack_success({})
