"""A build hook: the build fails when a page would load anything from another machine.

Links are for readers to follow. Scripts, styles, pictures, fonts and frames are what a browser
fetches by itself, and all of these must lie in the site.
"""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

FETCHED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
"""Attributes by which an element fetches something."""
ONLY_NAMED = {"canonical", "next", "prev", "alternate", "author", "license"}
"""Relations of `<link>` that a browser does not fetch."""
ELSEWHERE = re.compile(r"^\s*(?:\w+:)?//", flags=re.IGNORECASE)
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:\w+:)?//[^'\")\s]+)", flags=re.IGNORECASE)


class Fetches(HTMLParser):
    """Collects what a page fetches from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.found += IN_STYLE.findall(values.get("style", ""))
        if tag == "link" and ONLY_NAMED & set(values.get("rel", "").split()):
            return
        for name in FETCHED.get(tag, ()):
            parts = values.get(name, "").split(",") if name == "srcset" else [values.get(name, "")]
            self.found += [part.strip() for part in parts if ELSEWHERE.match(part)]


def fetched_from_elsewhere(path: Path) -> list[str]:
    """Returns the addresses on other machines that a page, style or picture would fetch."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return IN_STYLE.findall(text)
    reader = Fetches()
    reader.feed(text)
    styles = re.findall(r"<style.*?</style>", text, flags=re.DOTALL)
    return reader.found + [address for style in styles for address in IN_STYLE.findall(style)]


def on_post_build(config: Any) -> None:
    site = Path(config["site_dir"])
    pages = sorted(path for path in site.rglob("*") if path.suffix in (".html", ".css", ".svg"))
    found = {str(path.relative_to(site)): fetched_from_elsewhere(path) for path in pages}
    if found := {path: addresses for path, addresses in found.items() if addresses}:
        raise PluginError(f"The site would load from elsewhere: {found}.")
