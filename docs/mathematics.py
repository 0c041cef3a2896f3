r"""A build hook: `$...$` and `$$...$$` become MathML, which browsers draw by themselves.

No script runs and nothing is loaded from elsewhere; on GitHub the same text shows the same
formulas. Brackets grow with what they hold only in a font made for mathematics, so the site brings
one: of the STIX Two Math in the package `ziamath` (Open Font License) what the formulas use.
"""

import html
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools import subset
from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError

FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<latex>.*?)\\[)\]]</(?P=tag)>', re.DOTALL
)
DISPLAY = {"span": "inline", "div": "block"}
ITALICS = "".join(map(chr, (*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6E2, 0x1D71C))))
"""What browsers draw for a variable's letter."""
BAR = re.compile(r"<mo(?P<said>[^>]*)(?=>&#x0(?:007C|2016);)")
"""Single and double ones."""
FONT = "assets/mathematics.woff"
characters = set(ITALICS)
"""Those of all formulas, collected while pages are built."""


def mathml_of(latex: str, display: str) -> str:
    """Returns a formula as MathML, without the spaces that browsers put beside bars."""
    formula = convert(latex, display=display)
    if "\\" in formula:
        raise PluginError(f"latex2mathml does not know a command in the formula {latex!r}.")
    return BAR.sub(drawn_bar, formula)


def drawn_bar(match: re.Match[str]) -> str:
    """Bars grow only where the formula says so; a browser would let the left ones grow as well."""
    said = match["said"] if "stretchy" in match["said"] else ' stretchy="false"' + match["said"]
    return f'<mo lspace="0" rspace="0"{said}'


def drawn(match: re.Match[str]) -> str:
    latex = html.unescape(match["latex"]).strip()
    tag = match["tag"]
    formula = mathml_of(latex, DISPLAY[tag])
    characters.update(html.unescape(re.sub("<[^>]*>", "", formula)))
    return f'<{tag} class="formula">{formula}</{tag}>'


def on_page_content(content: str, page: Any, **_: Any) -> str:
    content = FORMULA.sub(drawn, content)
    if "arithmatex" in content:
        raise PluginError(f"A formula of {page.file.src_uri} was not understood.")
    return content


def on_post_build(config: Any) -> None:
    """Writes the font, with its licence in it."""
    options = subset.Options(flavor="woff", layout_features=["*"], name_IDs=["*"])
    package = find_spec("ziamath")  # not imported: only its font is wanted
    if package is None or package.origin is None:
        raise PluginError("The font of formulas is in the package `ziamath`: the extra `docs`.")
    whole = Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    font = subset.load_font(str(whole), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    subset.save_font(font, str(Path(config["site_dir"]) / FONT), options)
