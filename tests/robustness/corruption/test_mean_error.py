"""Mean corruption error against the paper's formula in exact fractions."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from keras_lateral import mean_corruption_error
from keras_lateral.robustness.condition import ConditionResult

NAMES = ["fog", "snow", "frost"]


def results(errors: np.ndarray, names=NAMES, severities=(1, 3, 5)) -> list[ConditionResult]:
    """Returns results for errors out of 100 images, given in shape `(names, severities)`."""
    return [
        ConditionResult(
            f"{name}-{severity}",
            1 - errors[i, j] / 100,
            100,
            {"corruption": name, "severity": severity, "seed": 0},
        )
        for i, name in enumerate(names)
        for j, severity in enumerate(severities)
    ]


OURS = np.random.default_rng(0).integers(1, 90, (3, 3))
THEIRS = np.random.default_rng(1).integers(1, 90, (3, 3))


def test_mean_corruption_error_is_the_mean_of_ratios_of_sums():
    found = mean_corruption_error(results(OURS), results(THEIRS), baseline="plain")
    expected = [Fraction(int(sum(a)), int(sum(b))) for a, b in zip(OURS, THEIRS, strict=True)]
    assert list(found.by_corruption) == NAMES
    np.testing.assert_allclose(list(found.by_corruption.values()), [float(e) for e in expected])
    assert found.mean == pytest.approx(float(sum(expected) / 3))
    assert (found.baseline, found.severities) == ("plain", (1, 3, 5))


def test_the_baseline_itself_has_an_error_of_one():
    assert mean_corruption_error(results(OURS), results(OURS), baseline="itself").mean == 1


def test_order_does_not_matter_and_other_conditions_are_ignored():
    attack = ConditionResult("pgd-linf-0.03", 0.1, 50, {"epsilon": 0.03})
    shuffled = [attack, *reversed(results(OURS))]
    a = mean_corruption_error(shuffled, results(THEIRS), baseline="plain")
    b = mean_corruption_error(results(OURS), results(THEIRS), baseline="plain")
    assert dict(a.by_corruption) == pytest.approx(dict(b.by_corruption))


def test_the_record_prints_the_baseline_and_converts_to_json():
    found = mean_corruption_error(results(OURS), results(THEIRS), baseline="plain ResNet-18")
    assert f"Mean corruption error {100 * found.mean:.1f} % of plain ResNet-18's" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["by_corruption"] == found.by_corruption


def without(name: str, complete: list[ConditionResult]) -> list[ConditionResult]:
    return [result for result in complete if result.name != name]


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        (without("snow-3", results(OURS)), results(THEIRS), r"`results`. .*\['snow-3'\]"),
        (results(OURS), without("fog-5", results(THEIRS)), r"`baseline_results`. .*\['fog-5'\]"),
        ([], results(THEIRS), "`results`. Expected results of corruptions"),
        (results(OURS) + results(OURS)[:1], results(THEIRS), "once. .*'fog', 1.* twice"),
        (
            without("snow-3", results(OURS)),
            without("snow-3", results(THEIRS)),
            r"`results`. .*\['snow-3'\]",
        ),
    ],
)
def test_missing_and_repeated_results_are_named(ours, theirs, message):
    with pytest.raises(ValueError, match=message):
        mean_corruption_error(ours, theirs, baseline="plain")


def test_results_that_were_measured_differently_are_refused():
    first, *others = results(THEIRS)
    for images, seed in ((99, 0), (100, 1)):
        changed = ConditionResult(first.name, 0.5, images, {**first.settings, "seed": seed})
        with pytest.raises(ValueError, match="`baseline_results`. Expected fog-1 measured as in"):
            mean_corruption_error(results(OURS), [changed, *others], baseline="plain")


def test_a_baseline_without_an_error_cannot_be_divided_by():
    perfect = THEIRS.copy()
    perfect[1] = 0
    with pytest.raises(ValueError, match="'plain' makes no error under 'snow'"):
        mean_corruption_error(results(OURS), results(perfect), baseline="plain")


def with_parameters(complete: list[ConditionResult], parameters: str) -> list[ConditionResult]:
    return [
        ConditionResult(
            one.name, one.accuracy, one.images, {**one.settings, "parameters": parameters}
        )
        for one in complete
    ]


def test_the_record_says_whose_parameters_and_mixed_ones_are_refused():
    ours, theirs = (with_parameters(results(errors), "ImageNet-C") for errors in (OURS, THEIRS))
    found = mean_corruption_error(ours, theirs, baseline="plain")
    assert found.parameters == "ImageNet-C"
    assert "severities 1, 3, 5, ImageNet-C" in str(found)
    mixed = ours[:4] + with_parameters(results(OURS)[4:], "CIFAR-10-C")
    with pytest.raises(ValueError, match=r"`results`. .*one set.*CIFAR-10-C and ImageNet-C"):
        mean_corruption_error(mixed, theirs, baseline="plain")
    small = with_parameters(results(THEIRS), "CIFAR-10-C")
    with pytest.raises(ValueError, match=r"`baseline_results`. Expected fog-1 measured as in"):
        mean_corruption_error(ours, small, baseline="plain")
