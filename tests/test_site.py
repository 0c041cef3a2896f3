"""The hooks of the site find what they are there to find."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.home
pytest.importorskip("mkdocs", reason="the extra `docs`")


def fetched(text: str, folder: Path) -> Any:
    """Returns what the hook says a page of this text would load from elsewhere."""
    page = folder / "page.html"
    page.write_text(text, encoding="utf-8")
    return importlib.import_module("docs.nothing_from_elsewhere").fetched_from_elsewhere(page)


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/a.css">',
        '<img src="http://cdn.example/a.png">',
        '<img srcset="a.png 1x, https://cdn.example/a.png 2x">',
        '<p style="background: url(https://cdn.example/a.png)">',
        "<style>@import 'https://cdn.example/a.css';</style>",
    ],
)
def test_what_a_page_would_load_from_elsewhere_is_found(text: str, tmp_path: Path) -> None:
    assert len(fetched(text, tmp_path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.org">a link to follow</a>',
        '<link rel="canonical" href="https://example.org/page/">',
        '<img src="../images/a.png"><script src="assets/a.js"></script>',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/></svg>',
    ],
)
def test_links_and_files_of_the_site_pass(text: str, tmp_path: Path) -> None:
    assert not fetched(text, tmp_path)


def test_what_a_function_returns_is_one_row_however_many_lines_it_takes() -> None:
    griffe = pytest.importorskip("griffe", reason="the extra `docs`")
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    plugin = next(entry for entry in site["plugins"] if "mkdocstrings" in entry)
    options = plugin["mkdocstrings"]["handlers"]["python"]["options"]["docstring_options"]
    text = "Returns it.\n\nReturns:\n    A tensor of shape `(batch, classes)`, and\n    the labels."
    *_, returns = griffe.Docstring(text).parse("google", **options)
    assert len(returns.value) == 1


def test_a_formula_becomes_mathml_and_one_with_an_unknown_command_fails_the_build() -> None:
    pytest.importorskip("latex2mathml", reason="the extra `docs`")
    pytest.importorskip("fontTools", reason="the extra `docs`")
    mathematics = importlib.import_module("docs.mathematics")
    error = importlib.import_module("mkdocs.exceptions").PluginError
    assert "<msqrt>" in mathematics.mathml_of(r"\sqrt{a_i}", "inline")
    with pytest.raises(error, match="does not know"):
        mathematics.mathml_of(r"\nosuchcommand{a}", "inline")


@pytest.mark.parametrize("bars", [r"\lVert a \rVert_2", r"\|a\|^2", "|a|", r"\lvert a \rvert_2"])
def test_the_two_bars_of_a_norm_are_equally_tall(bars: str) -> None:
    pytest.importorskip("latex2mathml", reason="the extra `docs`")
    formula = importlib.import_module("docs.mathematics").mathml_of(bars, "block")
    drawn = re.findall(r"<mo ([^>]*)>&#x0(?:007C|2016);", formula)
    assert len(drawn) == 2
    assert all('stretchy="false"' in said and said.count("stretchy") == 1 for said in drawn)
