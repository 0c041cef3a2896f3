"""Whatever is put into HTML comes out as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.comparison.report.html import (
    Html,
    escaped,
    joined,
    name_html,
    sentence_html,
    tag,
)
from keras_lateral.text import printable
from tests.comparison.report.parsed import parsed

pytestmark = pytest.mark.home

SIGNS = st.text(st.one_of(st.sampled_from("<>&\"'+_/ \ud800\u202e\n"), st.characters()))


@given(SIGNS, SIGNS)
def test_any_text_and_attribute_comes_back(text: str, value: str) -> None:
    found = parsed(tag("p", text, title=value, class_=None))
    (element,) = found.all()
    assert element.text == printable(text)
    assert element.attributes == {"title": printable(value)}


@given(SIGNS)
def test_a_name_comes_back_whatever_its_joints(name: str) -> None:
    found = parsed(name_html(name))
    assert found.text == printable(name)
    assert {element.name for element in found.all()} <= {"bdi", "wbr"}


@given(SIGNS)
def test_a_sentence_comes_back_whatever_is_in_it(text: str) -> None:
    found = parsed(sentence_html(text))
    assert found.text.replace("\xa0", " ") == printable(text)
    assert {element.name for element in found.all()} <= {"wbr"}


def test_only_what_is_html_already_is_left_alone() -> None:
    assert joined([Html("<br>"), "<br>"], Html("\n")) == "<br>\n&lt;br&gt;"
    assert escaped(3) == "3"
    assert tag("meta", http_equiv="a", name_="b") == '<meta http-equiv="a" name="b">'
