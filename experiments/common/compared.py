"""Tables of a comparison, as the studies that use `compare` show it."""

from __future__ import annotations

import numpy as np

from keras_lateral import Comparison, Measure, measure_of

BASELINE = "baseline"


def tested_on(comparison: Comparison) -> str:
    """Returns what the intervals of a comparison are for."""
    images = f"{comparison.settings['test_images']:,} test images"
    if comparison.tested is None:
        return (
            f"{images}. Made before the results of single images were kept: intervals are for new "
            "seeds on these images, and too narrow for new ones."
        )
    return f"{images}. Intervals are for new images and new seeds; beside them those for these."


def accuracy_table(comparison: Comparison) -> str:
    """Returns the test accuracy of every method, and the difference to the baseline."""
    accuracy = measure_of("accuracy")
    lines = [
        "| method | test accuracy and spread, % | difference, points | 95 % interval "
        "| on these images | p adjusted | verdict |",
        "|---|---|---|---|---|---|---|",
        f"| {BASELINE} | {mean_and_spread(comparison, BASELINE, accuracy)} | | | | | |",
    ]
    for compared in comparison.compared():
        d, name = compared.difference, compared.method.replace("+", " + ")
        new = interval(d.low, d.high, accuracy) if d.images else ""
        these = interval(*(d.these_images or (d.low, d.high)), accuracy)
        lines.append(
            f"| {name} | {mean_and_spread(comparison, compared.method, accuracy)} "
            f"| {accuracy.show(d.mean, sign=True)} | {new} | {these} "
            f"| {compared.adjusted_p:.3f} | {compared.kind} |"
        )
    return "\n".join(lines)


def verdicts(comparison: Comparison) -> str:
    """Returns a sentence on each method."""
    return "\n".join(
        f"- {compared.method.replace('+', ' + ')}: {compared.verdict}."
        for compared in comparison.compared()
    )


def mean(comparison: Comparison, method: str, measure: Measure) -> str:
    """Returns the mean of a measure over the trainings of a method, as a table shows it."""
    values = list(comparison.values(method, measure.name).values())
    return measure.show(float(np.mean(values)))


def mean_and_spread(comparison: Comparison, method: str, measure: Measure) -> str:
    """Returns the mean and the standard deviation over seeds."""
    values = list(comparison.values(method, measure.name).values())
    return f"{mean(comparison, method, measure)} ± {measure.show(float(np.std(values, ddof=1)))}"


def interval(low: float, high: float, measure: Measure) -> str:
    """Returns an interval as a table shows it."""
    return f"{measure.show(low, sign=True)} to {measure.show(high, sign=True)}"
