"""The figure shows accuracies under conditions, over the same trainings at every strength."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_rel

from keras_lateral import Comparison, plot_comparison_conditions
from tests.comparison_samples import HOSTILE, several, with_diverged

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home


def values(comparison: Comparison, method: str, name: str, *without: int) -> np.ndarray:
    return np.array(
        [
            100 * run.measures[name]
            for run in comparison.runs
            if run.method == method and run.seed not in without
        ]
    )


def line_of(panel: Any, place: int) -> tuple[list[float], list[float]]:
    line = panel.get_lines()[place]
    return list(line.get_xdata()), list(line.get_ydata())


def test_a_corruption_is_a_panel_with_a_line_of_means_for_each_method() -> None:
    comparison = several(["a"], conditions=True)
    _, axes = plot_comparison_conditions(comparison)
    assert [panel.get_title() for panel in axes] == ["fog", "snow", ""]
    for place, method in enumerate(["baseline", "a"]):
        x, y = line_of(axes[0], place)
        assert x == [1, 3, 5]
        expected = [values(comparison, method, f"fog-{n}").mean() for n in (1, 3, 5)]
        np.testing.assert_allclose(y, expected)


def test_clean_accuracy_is_strength_0_where_the_images_are_the_same() -> None:
    same = several(["a"], conditions=True, test_images=90, images_under_conditions=90)
    fewer = several(["a"], conditions=True, test_images=90, images_under_conditions=40)
    assert line_of(plot_comparison_conditions(same)[1][0], 1)[0] == [0, 1, 3, 5]
    assert line_of(plot_comparison_conditions(fewer)[1][0], 1)[0] == [1, 3, 5]


def test_a_training_that_diverged_bends_no_line() -> None:
    images = {"test_images": 90, "images_under_conditions": 90}
    comparison = with_diverged(several(["a"], conditions=True, **images), "a", 1)
    _, y = line_of(plot_comparison_conditions(comparison)[1][0], 1)
    np.testing.assert_allclose(y[0], values(comparison, "a", "accuracy", 1).mean())


def test_a_single_condition_has_the_interval_of_the_pairs_around_its_mean() -> None:
    comparison = several(["a"], conditions=True)
    panel = plot_comparison_conditions(comparison)[1][-1]
    assert [label.get_text() for label in panel.get_yticklabels()] == ["PGD attack, 8/255"]
    first, second = (values(comparison, m, "pgd-linf-0.0314") for m in ("baseline", "a"))
    marks = [line.get_xdata()[0] for line in panel.get_lines() if line.get_marker() != "None"]
    np.testing.assert_allclose(marks, [first.mean(), second.mean()])
    (ends,) = [line.get_xdata() for line in panel.get_lines() if len(line.get_xdata()) == 2]
    interval = ttest_rel(second, first).confidence_interval(0.95)
    np.testing.assert_allclose(ends, [first.mean() + end for end in interval])


@pytest.mark.parametrize("width", [8.0, 3.8])
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_many_strange_names_stand_in_the_legend_as_they_are(width: float) -> None:
    names = [*HOSTILE[:3], "_hidden", *(f"method {n}" for n in range(11))]
    figure, axes = plot_comparison_conditions(several(names, conditions=True), width=width)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    shown = [text.get_text().replace("\n", "") for text in legend.get_texts()]
    assert shown == ["baseline", *names]
    box = legend.get_window_extent()
    assert figure.bbox.x0 <= box.x0
    assert box.x1 <= figure.bbox.x1
    styles = [
        (line.get_color(), line.get_marker(), line.get_linestyle()) for line in axes[0].get_lines()
    ]
    assert len(set(styles)) == len(names) + 1


def test_without_conditions_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="Expected one with conditions"):
        plot_comparison_conditions(several(["a"]))
