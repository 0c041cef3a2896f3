"""Figures inside a page, in two versions: for wide screens and paper, and for phones."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable
from typing import Any

from keras_lateral.comparison.report.html import Html, tag

WIDE, PHONE = 8.0, 3.9
"""Widths in inches. A phone shows the narrow version at about its original size."""

Draw = Callable[[float], tuple[Any, Any]]


def figure_html(
    draw: Draw, *, alt: str, caption: object, widths: tuple[float, float] = (WIDE, PHONE)
) -> Html:
    """Returns a figure element with both versions as SVG.

    Args:
        draw: Takes a width in inches and returns `(figure, axes)`.
        alt: What the figure shows, for readers who cannot see it.
        caption: How to read it.
        widths: Widths of both versions in inches.
    """
    wide, phone = (_data_uri(draw(width)[0]) for width in widths)
    picture = tag(
        "picture",
        tag("source", media="(max-width: 40rem)", srcset=phone),
        tag("img", src=wide, alt=alt),
    )
    return tag("figure", picture, tag("figcaption", caption))


def svg_of(figure: Any) -> bytes:
    """Returns a figure as SVG, the same bytes for the same figure.

    Its text stays text, so a browser can show any script that it has a font for, where matplotlib's
    own font has boxes.
    """
    from matplotlib import rc_context

    file = io.BytesIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    options = {"svg.hashsalt": "keras-lateral", "svg.fonttype": "none"}
    with rc_context(options), warnings.catch_warnings():
        for message in ("Glyph .* missing from", "Matplotlib currently does not support"):
            warnings.filterwarnings("ignore", message=message)
        figure.savefig(file, format="svg", metadata=metadata)
    return file.getvalue()


def _data_uri(figure: Any) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg_of(figure)).decode()
