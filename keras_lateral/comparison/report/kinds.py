"""A verdict in short: a sign, a colour, and words that say the same."""

from __future__ import annotations

from keras_lateral.comparison.answer.findings import WITHHELD
from keras_lateral.comparison.report.html import Html, tag

MARKS: dict[str, tuple[str, str]] = {
    "helps": ("▲", "good"),
    "may help": ("△", "good"),
    "not known yet": ("◇", "open"),
    "practically the same": ("●", "open"),
    "may harm": ("▽", "bad"),
    "harms": ("▼", "bad"),
    WITHHELD: ("□", "open"),
}
"""A sign and a class of the style sheet for each verdict, in the order in which they are listed."""


def kind_html(kind: str) -> Html:
    """Returns the short form of a verdict."""
    mark, style = MARKS[kind]
    sign = tag("span", mark, aria_hidden="true")
    return tag("span", sign, f" {kind}", class_=f"kind {style}")


def mark_html(kind: str) -> Html:
    """Returns the sign of a verdict alone; a screen reader says its words."""
    mark, style = MARKS[kind]
    return tag("span", mark, class_=style, role="img", aria_label=kind)
