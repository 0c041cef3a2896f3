"""The hooks of the site find what they are there to find."""

import importlib
from pathlib import Path

import pytest

pytestmark = pytest.mark.home
pytest.importorskip("mkdocs", reason="the extra `docs`")


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
    page = tmp_path / "page.html"
    page.write_text(text, encoding="utf-8")
    found = importlib.import_module("docs.nothing_from_elsewhere").fetched_from_elsewhere(page)
    assert len(found) == 1


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
    page = tmp_path / "page.html"
    page.write_text(text, encoding="utf-8")
    assert not importlib.import_module("docs.nothing_from_elsewhere").fetched_from_elsewhere(page)


def test_a_formula_becomes_mathml_and_one_with_an_unknown_command_fails_the_build() -> None:
    pytest.importorskip("latex2mathml", reason="the extra `docs`")
    pytest.importorskip("fontTools", reason="the extra `docs`")
    mathematics = importlib.import_module("docs.mathematics")
    error = importlib.import_module("mkdocs.exceptions").PluginError
    assert "<msqrt>" in mathematics.mathml_of(r"\sqrt{a_i}", "inline")
    with pytest.raises(error, match="does not know"):
        mathematics.mathml_of(r"\nosuchcommand{a}", "inline")
