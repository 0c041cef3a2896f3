"""HTML in which every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keras_lateral.text import escaped as escaped_text

VOID = ("br", "img", "meta", "source", "wbr")
"""Elements without an end tag."""


WORD = 28
"""Up to this length, a word of a command stays on one line."""


class Html(str):
    """Text that is HTML already. All other text is escaped wherever it is used."""

    __slots__ = ()


def escaped(text: object) -> Html:
    """Returns any text as HTML that shows it, invisible characters included.

    Example:

    >>> from keras_lateral.comparison.report.html import escaped
    >>> print(escaped('<a b="c">'))
    &lt;a b=&quot;c&quot;&gt;
    """
    return text if isinstance(text, Html) else Html(escaped_text(str(text)))


def joined(parts: Iterable[object], between: object = "") -> Html:
    """Returns the parts joined."""
    return Html(escaped(between).join(escaped(part) for part in parts))


def tag(name: str, *content: object, **attributes: object) -> Html:
    """Returns an element.

    Args:
        name: Name of the element.
        *content: Its content, escaped unless it is `Html`.
        **attributes: `class_` is `class`, `http_equiv` is `http-equiv`. `None` leaves one out.

    Example:

    >>> from keras_lateral.comparison.report.html import tag
    >>> print(tag("p", "1 < 2", tag("br"), class_="note"))
    <p class="note">1 &lt; 2<br></p>
    """
    attribute_text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{attribute_text}>")
    return Html(f"<{name}{attribute_text}>{joined(content)}</{name}>")


def name_html(name: str) -> Html:
    """Returns a name that can be broken after `_` or `/` and before `+`.

    Its writing direction does not spread to the text around it.
    """
    parts = re.split(r"(?=\+)|(?<=[_/])", name)
    return tag("bdi", joined(parts, tag("wbr")))


def sentence_html(text: str) -> Html:
    """Returns a text in which names break at their joints, and no line begins with a percent sign.

    Example:

    >>> from keras_lateral.comparison.report.html import sentence_html
    >>> print(sentence_html("a_b+c: 5 %"))
    a_<wbr>b<wbr>+c: 5&nbsp;%
    """
    broken = re.sub(r"(?<=\w)_(?=\w)", "_<wbr>", escaped(text))
    broken = re.sub(r"(?<=\w)\+(?=[^\W\d])", "<wbr>+", broken)
    return Html(broken.replace(" %", "&nbsp;%"))


def paragraphs(*texts: object) -> Html:
    """Returns a paragraph for each text."""
    return joined(tag("p", text) for text in texts)


def section(title: object, *content: object, id_: str) -> Html:
    """Returns a section with its heading."""
    heading = tag("h2", title, id=f"{id_}-title")
    return tag("section", heading, *content, id=id_, aria_labelledby=f"{id_}-title")


def folded(title: object, *content: object, id_: str) -> Html:
    """Returns a section that shows its heading until it is opened."""
    heading = tag("h2", title, id=f"{id_}-title")
    inner = tag("details", tag("summary", heading), *content)
    return tag("section", inner, id=id_, class_="folded", aria_labelledby=f"{id_}-title")


def code_html(text: str) -> Html:
    """Returns code to be copied, which can also be scrolled by keyboard."""
    code = joined(text.split("\n"), Html("\n"))
    return tag("pre", tag("code", code), tabindex="0", role="group", aria_label="code to copy")


def command_html(command: str) -> Html:
    """Returns a command to be copied; it wraps between words, and not at the hyphens in them."""
    words = [tag("span", word) if len(word) <= WORD else word for word in command.split(" ")]
    code = tag("code", joined(words, " "))
    return tag(
        "pre", code, class_="command", tabindex="0", role="group", aria_label="command to copy"
    )
