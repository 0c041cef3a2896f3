"""The first screen has the answer, what has to be known before it, and what to do next."""

import re
from dataclasses import replace

import pytest

from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.answer.sentence import answer_sentence
from keras_lateral.comparison.report.answer import answer_section
from tests.comparison.report.parsed import Element, parsed
from tests.comparison_samples import comparison_of, several, with_images

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home

GOOD = [0.03, 0.031, 0.03]


def section_of(comparison) -> Element:
    return parsed(answer_section(findings_of(comparison))).all("section")[0]


def test_the_answer_is_the_first_sentence_and_warnings_come_before_all_else() -> None:
    comparison = several(["a"], seeds=1)
    first, second = section_of(comparison).all("p")[:2]
    assert first.text == answer_sentence(findings_of(comparison))
    assert first.attributes["class"] == "lead"
    assert second.attributes["role"] == "note"
    assert "only one seed" in second.text


def test_a_whole_comparison_of_several_seeds_has_no_warning() -> None:
    notes = section_of(several(["a"], seeds=2)).all("p")
    assert not [p for p in notes if p.attributes.get("role") == "note"]


@pytest.mark.parametrize("settings", [{"smoke": {"epochs": 2}}, {"skill": 0.25}])
def test_where_something_invalidates_no_verdict_is_given_anywhere(settings) -> None:
    comparison = with_images({"one": 0.3, "two": -0.2}, seeds=3, images=40, **settings)
    section = section_of(comparison)
    assert section.all("p")[0].text.startswith("No verdict: ")
    assert "invalid" in section.all("p")[1].attributes["class"]
    words = " ".join([section.text, *(i.attributes["alt"] for i in section.all("img"))])
    assert not re.search(r"\b(helps|harms|may help|may harm)\b", words)
    assert "withheld" in words


def test_three_images_that_changed_are_shown_with_what_happened_to_them() -> None:
    section = section_of(with_images({"mine": 0.2}, images=60))
    captions = [
        figure.all("figcaption")[0].text
        for figure in section.all("figure")
        if figure.all("img")[0].attributes["src"].startswith("data:image/png")
    ]
    assert len(captions) == 3
    assert all(c.startswith(("repaired: ", "broken: ")) and ".jpg" in c for c in captions)


def test_without_pictures_there_are_none() -> None:
    comparison = with_images({"mine": 0.2}, images=60)
    bare = replace(comparison, tested=replace(comparison.tested, pictures={}))
    assert len(section_of(bare).all("img")) == 1
    assert len(section_of(comparison_of({"mine": GOOD})).all("img")) == 1


def test_the_command_to_go_on_with_can_be_copied() -> None:
    (command,) = section_of(with_images({"mine": 0.02}, name="my photos", seeds=1)).all("pre")
    pattern = r"keras-lateral compare --images 'my photos' --report out.html --seeds 5"
    assert re.fullmatch(pattern, command.text)
