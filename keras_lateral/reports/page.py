"""One page that holds all it needs."""

from __future__ import annotations

import base64
import hashlib

from keras_lateral.reports.html import Html, joined, tag
from keras_lateral.reports.style import STYLE


def page(title: str, *content: object) -> str:
    """Returns an HTML document.

    Its policy lets a browser neither run scripts nor ask the network for anything, whatever
    stands in the page: styles are those with this digest, images are in the page.

    Args:
        title: Of the window.
        *content: Of the body.
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    body = tag("body", tag("main", joined(content, Html("\n"))))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
