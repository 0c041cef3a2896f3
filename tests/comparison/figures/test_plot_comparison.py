"""The figure shows each pair, the mean, its interval and the verdict, under any name."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_rel

from keras_lateral import Comparison, plot_comparison
from keras_lateral.comparison.figures.difference_marks import STYLES
from tests.comparison_samples import HOSTILE, comparison_of, several, with_diverged, without

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home

MANY = [
    "gradient_mask",
    "frame_regularizer",
    "gradient_mask+frame_regularizer",
    "gradient_mask+frame_regularizer+receptive_field_freeze",
    *(f"method number {n} with a rather long name" for n in range(7)),
    *HOSTILE,
]


def marked(axes: Any, marker: str) -> list[tuple[float, float]]:
    """Places of all marks of one kind."""
    lines = [line for line in axes.get_lines() if line.get_marker() == marker]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines]


def means(axes: Any) -> list[Any]:
    return [line for line in axes.get_lines() if line.get_markersize() == 8]


def words(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


def accuracies(comparison: Comparison, method: str) -> np.ndarray:
    return np.array([run.measures["accuracy"] for run in comparison.runs if run.method == method])


def test_dots_mean_and_interval_are_those_of_the_pairs() -> None:
    comparison = several(["a", "b"], seeds=4)
    _, axes = plot_comparison(comparison)
    gains = {m: accuracies(comparison, m).mean() for m in "ab"}
    for place, method in enumerate(sorted("ab", key=lambda m: -gains[m])):
        first, second = accuracies(comparison, "baseline"), accuracies(comparison, method)
        mean = means(axes)[place]
        height = mean.get_ydata()[0]
        dots = [x for x, y in marked(axes, ".") if abs(y - height) < 0.15]
        np.testing.assert_allclose(dots, 100 * (second - first), atol=1e-9)
        np.testing.assert_allclose(mean.get_xdata()[0], 100 * np.mean(second - first), atol=1e-9)
        ends = [x for x, y in marked(axes, "|") if y == height]
        interval = ttest_rel(second, first).confidence_interval(0.95)
        np.testing.assert_allclose(ends, [100 * interval.low, 100 * interval.high], atol=1e-9)


def test_a_verdict_is_a_colour_a_mark_and_words() -> None:
    comparison = comparison_of(
        {
            "good": [0.03, 0.031, 0.03],
            "bad": [-0.03, -0.031, -0.03],
            "nothing": [0.01, -0.01, 0.001],
            "perhaps": [0.01, 0.02, 0.02],
        }
    )
    kinds = [compared.kind for compared in comparison.compared()]
    assert kinds == ["helps", "harms", "not known yet", "may help"]
    _, axes = plot_comparison(comparison)
    assert words(axes)[::2] == ["good", "perhaps", "nothing", "bad"]
    kinds = ["helps", "may help", "not known yet", "harms"]
    for line, kind, text in zip(means(axes), kinds, words(axes)[1::2], strict=True):
        assert line.get_marker() == STYLES[kind]["marker"]
        assert line.get_color() == STYLES[kind]["color"]
        hollow = line.get_markerfacecolor() == "white"
        assert hollow == kind.startswith(("may", "not"))
        assert text.startswith(kind)
    looks = [(style["marker"], style.get("markerfacecolor")) for style in STYLES.values()]
    assert len(set(looks)) == len(looks)  # distinguishable without colours


@pytest.mark.parametrize("width", [8.0, 3.8])
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_many_long_and_strange_names_fit_and_stand_apart(width: float) -> None:
    figure, axes = plot_comparison(several(MANY), width=width)
    figure.draw_without_rendering()
    whole = figure.bbox
    boxes = [text.get_window_extent() for text in axes.texts]
    for box in boxes:
        assert box.x0 >= whole.x0 - 1
        assert box.x1 <= whole.x1 + 1
        assert box.y0 >= whole.y0
    pairs = [(a, b) for place, a in enumerate(boxes) for b in boxes[:place]]
    assert not any(a.overlaps(b) for a, b in pairs)


def test_a_name_is_no_mathematics() -> None:
    _, axes = plot_comparison(several(["$x^2$", "_hidden", "<b>$"]))
    assert sorted(words(axes)[::2]) == ["$x^2$", "<b>$", "_hidden"]
    assert not any(text.get_parse_math() for text in axes.texts)


def test_a_pair_that_diverged_is_a_cross_at_the_edge_and_others_keep_their_room() -> None:
    comparison = several(["a", "b"], seeds=5)
    _, before = plot_comparison(comparison)
    _, axes = plot_comparison(with_diverged(comparison, "a", 2))
    ((x, _),) = marked(axes, "x")
    assert x == axes.get_xlim()[0]
    assert len(marked(axes, ".")) == len(marked(before, ".")) - 1
    dots = [x for x, _ in marked(axes, ".")]
    low, high = axes.get_xlim()
    assert max(dots) - min(dots) > 0.1 * (high - low)
    assert [y for _, y in marked(axes, "<")]  # its interval extends further


def test_one_seed_has_no_interval_and_a_missing_training_no_row_of_marks() -> None:
    single = several(["a", "b"], seeds=1)
    figure, axes = plot_comparison(single)
    assert not marked(axes, "|")
    assert words(axes)[1].startswith("not known yet")
    assert "95 % interval" not in [text.get_text() for text in figure.legends[0].get_texts()]
    _, axes = plot_comparison(without(single, "b", 0))
    assert words(axes)[2:] == ["b", "no pair with the baseline"]
    assert len(means(axes)) == 1


def test_the_axis_says_which_side_is_better() -> None:
    comparison = several(["a"])
    assert "(right is better)" in plot_comparison(comparison)[1].get_xlabel()
    assert "(left is better)" in plot_comparison(comparison, "loss")[1].get_xlabel()


@pytest.mark.parametrize(
    ("effect", "same"), [(0.005, "not known yet"), (0.04, "practically the same")]
)
def test_the_band_is_the_smallest_difference_of_interest(effect: float, same: str) -> None:
    comparison = replace(comparison_of({"a": [0.01, -0.01, 0.001]}), effect=effect)
    _, axes = plot_comparison(comparison)
    (band,) = axes.patches
    ends = band.get_path().vertices[:, 0] if not hasattr(band, "get_x") else None
    ends = ends if ends is not None else [band.get_x(), band.get_x() + band.get_width()]
    assert (min(ends), max(ends)) == pytest.approx((-100 * effect, 100 * effect))
    assert words(axes)[1].startswith(same)
    low, high = axes.get_xlim()
    assert low < -100 * effect < 100 * effect < high


def test_without_pairs_there_is_nothing_to_draw() -> None:
    comparison = several(["a"])
    with pytest.raises(ValueError, match="measure='beauty'"):
        plot_comparison(comparison, "beauty")
