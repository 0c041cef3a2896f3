"""Why to trust it: the design, and intervals for new images beside those for these images."""

from dataclasses import replace

import numpy as np
import pytest

from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.report.trust_section import trust_section
from tests.comparison.report.parsed import Element, parsed
from tests.comparison_samples import comparison_of, with_images

pytestmark = pytest.mark.home


def section_of(comparison) -> Element:
    return parsed(trust_section(findings_of(comparison)))


def test_intervals_for_new_images_stand_beside_those_for_these() -> None:
    comparison = with_images({"one": 0.1, "two": 0.0, "three": -0.12})
    (table,) = section_of(comparison).all("table")
    head, *rows = table.all("tr")
    assert [cell.text for cell in head.children] == [
        *("Method", "Difference", "On new images", "On these test images", "Pairs better", "p"),
        "Adjusted p",
    ]
    by_name = {compared.method: compared.difference for compared in comparison.compared()}
    shown = {row.children[0].text: [cell.text for cell in row.children[2:5]] for row in rows}
    for name, d in by_name.items():
        new, these = (
            f"{100 * low:+.1f} to {100 * high:+.1f}"
            for low, high in ((d.low, d.high), d.these_images)
        )
        assert shown[name] == [new, these, f"{d.better} of 5"]
    assert any(new != these for new, these, _ in shown.values())
    old = section_of(comparison_of({"mine": [0.1, 0.2, 0.1]})).all("table")[0]
    assert "On new images" not in old.text
    assert "say nothing about other images" in old.text


def test_the_design_is_told_as_it_was() -> None:
    fixed = section_of(with_images({"a": 0.1, "b": 0.0}, images=60, seeds=3)).text
    assert "3 pairs of trainings for each method" in fixed
    assert "The same 60 test images for all trainings." in fixed
    assert "adjusted for 2 methods" in fixed
    folds = with_images({"a": 0.1}, images=60, folds=5)
    text = section_of(folds).text
    assert "5 folds: each seed is tested on one of them" in text
    assert "5 seeds test each of the 60 images once" in text
    assert "adjusted for" not in text
    units = replace(folds.tested, units=np.arange(60, dtype="int32") // 3)
    assert "The 60 test images are 20 groups" in section_of(replace(folds, tested=units)).text


def test_folds_that_few_seeds_have_not_tested_are_told() -> None:
    few = with_images({"a": 0.1}, images=60, folds=5, seeds=2)
    text = section_of(few).text
    assert "The 2 seeds here tested 24 of the 60 images; 5 would test each once." in text
    assert "so that 5 seeds test each" not in text


def test_epochs_and_images_for_validation_and_what_was_left_out_are_told() -> None:
    comparison = comparison_of(
        {"mine": [0.1, 0.2]},
        epochs=4,
        validation=0.2,
        validation_images=12,
        left_out=["stochastic_depth is left out, as it does not fit the network: it has no blocks"],
    )
    text = section_of(comparison).text
    assert "With each seed 12 of 62 training images are held out for validation" in text
    assert "Epochs trained where a callback ended it: baseline 3 of 4; mine 3 of 4." in text
    assert "stochastic_depth is left out" in text
    assert "unless a callback ends it earlier or restores the weights" in text
    first, *others = comparison.runs
    longer = replace(first, history={"loss": [1.0] * 4})
    spread = section_of(replace(comparison, runs=(longer, *others))).text
    assert "baseline 3.5 (median; 3 to 4) of 4; mine 3 of 4." in spread
    plain = section_of(comparison_of({"mine": [0.1, 0.2]})).text
    assert "validation" not in plain
    assert "Epochs trained" not in plain


def test_withheld_verdicts_have_no_p_and_no_sentence() -> None:
    section = section_of(with_images({"mine": 0.4}, skill=0.25))
    assert [cell.text for cell in section.all("tr")[1].children][-2:] == ["", ""]
    assert len(section.all("ul")) == 1
