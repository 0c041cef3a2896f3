r"""A build hook: `$...$` and `$$...$$` become MathML, which browsers draw by themselves.

Nothing is loaded, and a page that is read as a file or on GitHub shows the same formulas.
"""

import html
import re
from typing import Any

from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError

FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<latex>.*?)\\[)\]]</(?P=tag)>', re.DOTALL
)
DISPLAY = {"span": "inline", "div": "block"}


def mathml_of(latex: str, display: str) -> str:
    """Returns a formula as MathML, the formula itself as what is read where it cannot be drawn."""
    formula = convert(latex, display=display)
    if "\\" in re.sub(r"<annotation.*?</annotation>", "", formula):
        raise PluginError(f"latex2mathml does not know a command in the formula {latex!r}.")
    return formula


def drawn(match: re.Match[str]) -> str:
    latex = html.unescape(match["latex"]).strip()
    tag = match["tag"]
    return f'<{tag} class="formula">{mathml_of(latex, DISPLAY[tag])}</{tag}>'


def on_page_content(content: str, page: Any, **_: Any) -> str:
    content = FORMULA.sub(drawn, content)
    if "arithmatex" in content:
        raise PluginError(f"A formula of {page.file.src_uri} was not understood.")
    return content
