from pathlib import Path

import pytest

from keras_lateral.text import listed, printable


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("<b>cat & dog</b>", "<b>cat & dog</b>"),
        ("猫 Füchse", "猫 Füchse"),
        ("a\tb\n\x1b[0m\x7f", r"a\tb\n\x1b[0m\x7f"),
        ("\udcff\u202e", r"\udcff\u202e"),
    ],
)
def test_what_is_no_visible_text_is_escaped(name: str, text: str) -> None:
    assert printable(name) == text
    text.encode("utf-8")


def test_of_many_paths_the_first_are_shown() -> None:
    paths = [Path(str(number)) for number in range(9)]
    assert listed(paths, most=2) == "'0', '1' and 7 more"
    assert listed(paths[:2], most=2) == "'0', '1'"
