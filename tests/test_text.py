from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from keras_lateral.text import (
    Column,
    Table,
    columns_of,
    error_in_short,
    listed,
    printable,
    shortened,
    text_table,
    values_table,
)


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


def test_names_stand_on_the_left_and_numbers_on_the_right() -> None:
    lines = text_table(columns_of(["", "A", "B / A"]), [["conv", "0.5", "2"], ["a", "12.25", "1"]])
    assert lines == ["          A  B / A", "conv    0.5      2", "a     12.25      1"]


def test_a_column_is_as_wide_as_its_widest_cell() -> None:
    draw = np.random.default_rng(0)
    rows = [["x" * n for n in draw.integers(0, 9, 3)] for _ in range(20)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    expected = [
        f"{a.ljust(widths[0])}  {b.rjust(widths[1])}  {c.rjust(widths[2])}".rstrip()
        for a, b, c in rows
    ]
    assert text_table(columns_of(["", "", ""]), rows) == expected


def test_widths_and_gaps_may_be_given_and_a_longer_cell_pushes_the_others() -> None:
    columns = (Column("sigma", "<", 8), Column("mean", ">", 7, gap=0), Column("note", "<", gap=3))
    rows = [("0.5", "81.25", ""), ("123456789", "1.00", "long")]
    expected = [f"{a:<8}{b:>7}   {c}".rstrip() for a, b, c in [("sigma", "mean", "note"), *rows]]
    assert text_table(columns, rows) == expected


def test_without_headings_there_is_no_line_of_them() -> None:
    assert text_table(columns_of(["", ""]), [("a", "1")]) == ["a  1"]
    assert text_table(columns_of(["", ""]), []) == []
    assert text_table(columns_of(["layer", "A"]), []) == ["layer  A"]


def test_a_row_with_a_cell_too_many_is_no_row() -> None:
    with pytest.raises(ValueError, match="argument 3 is longer"):
        text_table(columns_of(["layer", "A"]), [("a", "1", "2")])


def test_lines_above_and_below_stand_around_a_table() -> None:
    table = Table(columns_of(["", "A"]), [("a", "1")], above=("title", ""), below=("note",))
    assert str(table) == "title\n\n   A\na  1\nnote"


def cells(table: Table) -> list[list[str | None]]:
    page = ET.fromstring(f"<div>{table.html()}</div>")
    return [[cell.text for cell in row] for row in page.iter("tr")]


def test_as_html_a_table_has_the_same_cells_as_text() -> None:
    table = Table(columns_of(["", "A"]), [("<b>&\"'\x1b", "1")], above=("<i>",), below=("a", "b"))
    assert cells(table) == [[None, "A"], ["<b>&\"'\\x1b", "1"]]
    assert table.html().startswith("<p>&lt;i&gt;</p><table>")
    assert table.html().endswith("</table><p>a<br/>b</p>")


def test_as_html_headings_and_names_are_heads_of_their_columns_and_rows() -> None:
    table = Table(columns_of(["layer", "A"]), [("conv", "1")])
    page = ET.fromstring(table.html())
    heads = [(th.text, th.get("scope")) for th in page.iter("th")]
    assert heads == [("layer", "col"), ("A", "col"), ("conv", "row")]


def test_a_table_of_nothing_is_no_element() -> None:
    assert values_table("nothing", {}).html() == "<p>nothing</p>"


def test_a_long_text_is_cut_to_its_length() -> None:
    assert shortened("x" * 9, 9) == "x" * 9
    assert shortened("x" * 10, 9) == "x" * 6 + "..."
    assert shortened("two\nlines", 20) == r"two\nlines"


def test_an_error_of_a_backend_is_told_by_the_line_before_its_node() -> None:
    graph = "Graph execution error:\n\nDetected at node Equal\n  File a.py\n\nShapes differ.\n"
    graph += "\t [[{{node Equal}}]] [Op:__inference]"
    assert error_in_short(RuntimeError(graph)) == "RuntimeError: Shapes differ."
    assert error_in_short(KeyError()) == "KeyError"
    config = ValueError("No class 'A'. Full object config: {'a': 1}\nmore")
    assert error_in_short(config) == "ValueError: No class 'A'."
    assert len(error_in_short(ValueError("x" * 1000))) < 420
