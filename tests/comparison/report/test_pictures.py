"""Pictures show what a method changed: first what it mostly does."""

from dataclasses import replace

import pytest

from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.report.pictures import first_pictures, pictures_section
from tests.comparison.report.parsed import parsed
from tests.comparison_samples import with_images

pytestmark = pytest.mark.home


def words_of(html: str) -> list[str]:
    return [caption.text.partition(":")[0] for caption in parsed(html).all("figcaption")]


@pytest.mark.parametrize(
    ("gain", "words"),
    [(0.15, ["repaired", "repaired", "broken"]), (-0.3, ["broken", "broken", "repaired"])],
)
def test_the_first_pictures_show_mostly_what_the_verdict_says(gain, words) -> None:
    findings = findings_of(with_images({"mine": gain}, images=100))
    assert findings.methods[0].kind == ("helps" if gain > 0 else "harms")
    assert words_of(first_pictures(findings)) == words


def test_nothing_is_shown_first_where_verdicts_are_withheld() -> None:
    findings = findings_of(with_images({"mine": 0.3}, images=100, skill=0.25))
    assert findings.withheld
    assert first_pictures(findings) == ""
    assert words_of(pictures_section(findings))


def test_pixels_that_no_page_can_show_are_left_out() -> None:
    comparison = with_images({"mine": 0.2}, images=60)
    pictures = {place: pixels[..., :2] for place, pixels in comparison.tested.pictures.items()}
    odd = replace(comparison, tested=replace(comparison.tested, pictures=pictures))
    assert first_pictures(findings_of(odd)) == ""
    assert "repaired" in pictures_section(findings_of(odd))


def test_every_image_that_changed_is_counted() -> None:
    comparison = with_images({"mine": 0.2, "other": -0.2}, images=60)
    text = parsed(pictures_section(findings_of(comparison))).text
    for method in ("mine", "other"):
        counts = {"repaired": 0, "broken": 0}
        for place in range(60):
            right = {
                name: sum(
                    run.images.predicted[place] == comparison.tested.labels[place]
                    for run in comparison.runs
                    if run.method == name
                )
                for name in ("baseline", method)
            }
            counts["repaired"] += right[method] > right["baseline"]
            counts["broken"] += right[method] < right["baseline"]
        assert f"{method}: {counts['repaired']} repaired, {counts['broken']} broken" in text
