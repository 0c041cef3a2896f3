"""Tables hold the numbers that SciPy finds in the trainings."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gmean, ttest_rel

from keras_lateral import Comparison
from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.report.measure_sections import (
    measure_table,
    recall_table,
    time_table,
)
from keras_lateral.comparison.statistics.interval_text import TOO_FEW
from keras_lateral.comparison.statistics.p_text import p_text
from tests.comparison.report.parsed import parsed
from tests.comparison_samples import comparison_of, several, with_images

pytestmark = pytest.mark.home


def cells(table: str) -> dict[str, list[str]]:
    rows = parsed(table).all("tbody")[0].all("tr")
    return {row.children[0].text: [cell.text for cell in row.children[1:]] for row in rows}


def values(comparison: Comparison, method: str, name: str) -> np.ndarray:
    return np.array([run.measures[name] for run in comparison.runs if run.method == method])


@pytest.mark.parametrize(("name", "scale", "digits"), [("accuracy", 100, 1), ("loss", 1, 3)])
def test_a_row_is_mean_spread_difference_interval_and_p(name: str, scale: int, digits: int) -> None:
    comparison = several(["a", "b"], seeds=4)
    shown = cells(measure_table(findings_of(comparison), name))
    first = values(comparison, "baseline", name)
    assert shown["baseline"][1:4] == [f"{scale * first.mean():.{digits}f}"] + [
        f"{scale * first.std(ddof=1):.{digits}f}",
        "",
    ]
    tests = {method: ttest_rel(values(comparison, method, name), first) for method in "ab"}
    holm = 2 * min(test.pvalue for test in tests.values())
    adjusted = {method: min(1, max(holm, test.pvalue)) for method, test in tests.items()}
    for method, test in tests.items():
        second = values(comparison, method, name)
        low, high = (scale * end for end in test.confidence_interval(0.95))
        better = (second > first) == (name == "accuracy")
        assert shown[method][3:7] == [
            f"{scale * (second - first).mean():+.{digits}f}",
            f"{low:+.{digits}f} to {high:+.{digits}f}",
            f"{adjusted[method]:.3f}",
            f"{better.sum()} of 4 better",
        ]


def test_time_is_a_multiple_of_the_baselines_in_the_same_pair() -> None:
    comparison = several(["a"], seeds=4)
    ratios = values(comparison, "a", "seconds_per_epoch") / values(
        comparison, "baseline", "seconds_per_epoch"
    )
    shown = cells(time_table(findings_of(comparison)))
    assert shown["baseline"][2:] == ["", ""]
    assert shown["a"][2:] == [f"{gmean(ratios):.2f}", f"{ratios.min():.2f} to {ratios.max():.2f}"]


@pytest.mark.parametrize(
    ("epochs", "said"),
    [(1, "include compiling"), (3, "With 3 epochs"), (20, "because it includes compiling. These")],
)
def test_what_the_time_of_an_epoch_includes_is_said(epochs: int, said: str) -> None:
    comparison = several(["a"])
    runs = tuple(replace(r, history={"loss": [1.0] * epochs}) for r in comparison.runs)
    comparison = replace(comparison, runs=runs)
    assert said in parsed(time_table(findings_of(comparison))).text
    assert ("Seconds per epoch: " in " ".join(str(comparison).split())) == (epochs <= 3)


def test_an_interval_of_no_use_is_not_shown_as_numbers() -> None:
    comparison = comparison_of({"a": [0.1, -0.1]})
    assert cells(measure_table(findings_of(comparison), "accuracy"))["a"][4] == TOO_FEW
    text = " ".join(str(comparison).split())
    assert "points of test accuracy on these test images, too few pairs to know more" in text
    assert "Too few pairs to know: the interval goes from 50 points worse" in text


def test_a_small_p_is_not_none() -> None:
    assert [p_text(p) for p in (0.0004, 0.0005, 0.04, 1.0)] == [
        "< 0.001",
        "0.001",
        "0.040",
        "1.000",
    ]


def test_recall_counts_the_images_that_were_tested_and_not_the_whole_folder() -> None:
    comparison = with_images({"mine": 0.1}, images=40, seeds=2, folds=5)
    counts = [int(row[0]) for row in cells(recall_table(findings_of(comparison))).values()]
    places = {int(place) for run in comparison.runs for place in run.images.places}
    labels = comparison.tested.labels[sorted(places)]
    assert sum(counts) == 16
    assert counts == [int((labels == label).sum()) for label in range(4)]


def test_recall_is_the_share_of_each_class_over_all_its_trainings() -> None:
    comparison = with_images({"mine": 0.1}, images=50, seeds=3)
    shown = cells(recall_table(findings_of(comparison)))
    labels = comparison.tested.labels
    for label, name in enumerate(comparison.tested.class_names):
        of_class = labels == label
        means = [
            np.mean(
                [
                    (run.images.predicted[of_class] == label).mean()
                    for run in comparison.runs
                    if run.method == method
                ]
            )
            for method in ("baseline", "mine")
        ]
        count, baseline, mine = shown[name]
        assert count == str(of_class.sum())
        assert baseline == f"{100 * means[0]:.1f}"
        assert mine == f"{100 * means[1]:.1f}{100 * (means[1] - means[0]):+.1f}"
